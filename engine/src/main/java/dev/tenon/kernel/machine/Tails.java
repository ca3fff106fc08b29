package dev.tenon.kernel.machine;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Vectors that are only partly inside a buffer: their first lanes, by a mask register of AVX-512
/// or by a vector of signs of AVX2. Lanes outside are neither read nor written; they are loaded as
/// zero.
final class Tails {
    private static final int LANES = 8;

    // row n: n lanes of -1, then zeros
    private static final MemorySegment SIGNS = signs();

    private Tails() {}

    private static MemorySegment signs() {
        MemorySegment signs = Arena.global().allocate(4L * LANES * (LANES + 1), 64);
        for (int count = 0; count <= LANES; count++) {
            for (int lane = 0; lane < count; lane++) {
                signs.setAtIndex(ValueLayout.JAVA_INT, (long) count * LANES + lane, -1);
            }
        }
        return signs;
    }

    /// Returns what routines take as an argument to mean the first `count` lanes: a mask's bits, or
    /// a vector's address.
    ///
    /// @param count at most the lanes of a vector
    static long argument(Isa isa, int count) {
        return isa.wide() ? (1L << count) - 1 : SIGNS.address() + 4L * LANES * count;
    }

    /// Brings what `from` holds, an [#argument], to `mask` or, on AVX2, to `signs`.
    static void load(Assembler code, Isa isa, Mask mask, Vec signs, Gpr from) {
        if (isa.wide()) {
            code.kmov(mask, from);
        } else {
            code.emit(VectorOp.VMOVUPS, signs, Mem.at(from));
        }
    }

    /// Loads the lanes inside.
    static void loadPart(Assembler code, Isa isa, Vec to, Mem from, Mask mask, Vec signs) {
        if (isa.wide()) {
            code.under(mask.zeroed()).emit(VectorOp.VMOVUPS, to, from);
        } else {
            code.emit(VectorOp.VMASKMOVPS, to, signs, from);
        }
    }

    /// Stores the lanes inside.
    static void storePart(Assembler code, Isa isa, Mem to, Vec from, Mask mask, Vec signs) {
        if (isa.wide()) {
            code.under(mask).store(VectorOp.VMOVUPS_STORE, to, from);
        } else {
            code.store(VectorOp.VMASKMOVPS_STORE, to, signs, from);
        }
    }
}
