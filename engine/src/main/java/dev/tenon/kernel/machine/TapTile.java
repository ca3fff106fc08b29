package dev.tenon.kernel.machine;

import static dev.tenon.kernel.machine.Gpr.R10;
import static dev.tenon.kernel.machine.Gpr.R11;
import static dev.tenon.kernel.machine.Gpr.R12;
import static dev.tenon.kernel.machine.Gpr.R13;
import static dev.tenon.kernel.machine.Gpr.R14;
import static dev.tenon.kernel.machine.Gpr.R15;
import static dev.tenon.kernel.machine.Gpr.R8;
import static dev.tenon.kernel.machine.Gpr.R9;
import static dev.tenon.kernel.machine.Gpr.RAX;
import static dev.tenon.kernel.machine.Gpr.RBP;
import static dev.tenon.kernel.machine.Gpr.RBX;
import static dev.tenon.kernel.machine.Gpr.RCX;
import static dev.tenon.kernel.machine.Gpr.RDI;
import static dev.tenon.kernel.machine.Gpr.RDX;
import static dev.tenon.kernel.machine.Gpr.RSI;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.atomic.AtomicReferenceArray;

/// The innermost loop of the gradient of weights that few input channels meet: for a few output
/// channels and a few taps, sums over places of upstream gradients times elements, with places in
/// the lanes.
///
/// `sums[row][tap][lane] += Σ_v upstream[row][v][lane] * images[x(tap) + v][lane]`
final class TapTile {
    private static final Gpr[] TAPS = {RAX, RBX, R12, R13, R14, R15, RBP, RSI};
    private static final int MOST_ROWS = 8;

    private final Isa isa;
    private final AtomicReferenceArray<Routine> routines =
            new AtomicReferenceArray<>((MOST_ROWS + 1) * (TAPS.length + 1));

    TapTile(Isa isa) {
        this.isa = isa;
    }

    /// Returns the rows of a tile.
    int rows() {
        return isa.wide() ? MOST_ROWS : 4;
    }

    /// Returns the most taps of a tile of `rows` rows.
    int taps(int rows) {
        return Math.min(TAPS.length, (isa.registers() - 1) / (rows + 1));
    }

    /// Adds to the sums.
    ///
    /// @param upstream address of the first row
    /// @param images address of the first place's element at offset 0
    /// @param table address of the taps' byte offsets, each a long
    /// @param vectors vectors of places, at least 1
    /// @param upstreamRow bytes from one row of upstream to the next
    /// @param sumsRow bytes from one row of the sums to the next
    void run(
            int rows,
            int taps,
            long upstream,
            long images,
            long sums,
            long table,
            int vectors,
            long upstreamRow,
            long sumsRow) {
        int key = rows * (TAPS.length + 1) + taps;
        Routine routine = routines.get(key);
        if (routine == null) {
            routine = generate(rows, taps);
            routines.set(key, routine); // two threads may both generate it: no harm
        }
        MemorySegment arguments = Workspace.ARGUMENTS.bytes(128);
        arguments.setAtIndex(ValueLayout.JAVA_LONG, 0, upstreamRow);
        arguments.setAtIndex(ValueLayout.JAVA_LONG, 1, sumsRow);
        routine.call(upstream, images, sums, table, vectors, arguments.address());
    }

    /// Registers: rdi and rcx rows 0 and 4 of upstream, rdx sums, r8 vectors, r9 arguments, r10 and
    /// r11 one and three rows; the others the taps.
    private Routine generate(int rows, int taps) {
        Assembler code = new Assembler();
        Label loop = new Label();
        int image = rows * taps;
        Vec upstream = isa.vec(image + taps);
        code.enter();
        code.mov(R10, Mem.at(R9));
        code.mov(R9, Mem.at(R9, 8));
        code.lea(R11, Mem.at(R10, R10, 2, 0));
        for (int tap = 0; tap < taps; tap++) { // rsi, if at all, comes last
            if (TAPS[tap] != RSI) {
                code.mov(TAPS[tap], RSI);
            }
            code.add(TAPS[tap], Mem.at(RCX, 8L * tap));
        }
        code.lea(RCX, Mem.at(RDI, R10, 4, 0));
        for (int i = 0; i < rows * taps; i++) {
            code.emit(VectorOp.VXORPS, isa.vec(i), isa.vec(i), isa.vec(i));
        }
        code.bindLoop(loop);
        for (int tap = 0; tap < taps; tap++) {
            code.emit(VectorOp.VMOVUPS, isa.vec(image + tap), Mem.at(TAPS[tap]));
            code.add(TAPS[tap], isa.bytes());
        }
        for (int row = 0; row < rows; row++) {
            code.emit(VectorOp.VMOVUPS, upstream, place(row));
            for (int tap = 0; tap < taps; tap++) {
                Vec sum = isa.vec(row * taps + tap);
                code.emit(VectorOp.VFMADD231PS, sum, upstream, isa.vec(image + tap));
            }
        }
        code.add(RDI, isa.bytes());
        code.add(RCX, isa.bytes());
        code.sub(R8, 1);
        code.jump(Assembler.Condition.NOT_EQUAL, loop);
        for (int row = 0; row < rows; row++) {
            for (int tap = 0; tap < taps; tap++) {
                Vec sum = isa.vec(row * taps + tap);
                Mem at = Mem.at(RDX, (long) tap * isa.bytes());
                code.emit(VectorOp.VADDPS, sum, sum, at);
                code.store(VectorOp.VMOVUPS_STORE, at, sum);
            }
            code.add(RDX, R9);
        }
        code.leave();
        return Routine.of(code);
    }

    private static Mem place(int row) {
        Gpr base = row < 4 ? RDI : RCX;
        return switch (row & 3) {
            case 0 -> Mem.at(base);
            case 1 -> Mem.at(base, R10, 1, 0);
            case 2 -> Mem.at(base, R10, 2, 0);
            default -> Mem.at(base, R11, 1, 0);
        };
    }
}
