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

/// The innermost loop of a convolution: for a few output channels and a few vectors of neighbouring
/// places, sums of weights times the elements that the places' windows hold.
///
/// `out[row][place] = first[row] + Σ_k weights[w(k)][row] * images[x(k) + place]`
///
/// A depth is a channel and a tap of the window. A table gives the two byte offsets of each tap;
/// channels follow one another at fixed distances. So one routine serves kernels of any size,
/// strides, dilation, and turned taps (indirect convolution: Dukhan, The Indirect Convolution
/// Algorithm, 2019), and no window is ever copied. A chain has as many terms as a call has depths;
/// callers keep that to [#DEPTH] and add up several calls.
///
/// AVX-512 has 32 registers: 8 rows times 3 vectors are 24 sums, beside 3 vectors of images and 5
/// for weights. AVX2 has 16: 4 times 3, 3 and 1. A loop over k needs 8 loads of weights and 3 of
/// images, of which most cross a line and count twice, for 24 FMA: 14 of the 24 that the core can
/// load in that time.
final class ConvTile {
    /// Most terms of one chain of F32 additions.
    static final int DEPTH = 256;

    private static final int MOST_VECTORS = 8;
    private static final int MOST_ROWS = 8;

    private final Isa isa;
    private final AtomicReferenceArray<Routine> routines =
            new AtomicReferenceArray<>((MOST_ROWS + 1) * (MOST_VECTORS + 1));

    ConvTile(Isa isa) {
        this.isa = isa;
    }

    /// Returns the rows of a tile: weights lie in panels of so many.
    int rows() {
        return isa.wide() ? MOST_ROWS : 4;
    }

    /// Returns the vectors of places in a tile of `rows` rows.
    int vectors(int rows) {
        int sums = isa.wide() ? 24 : 12;
        int rest = isa.registers() - sums - 1;
        return Math.min(Math.min(sums / rows, rest), MOST_VECTORS);
    }

    /// Returns the channels whose depths make up one chain, the same for all chains but the last,
    /// which may have fewer.
    static int channelsPerChain(int channels, int window) {
        int most = Math.max(1, DEPTH / window);
        int chains = (channels + most - 1) / most;
        return (channels + chains - 1) / chains;
    }

    /// Works out `tiles` tiles, one after the other.
    ///
    /// @param images address of the first place's element at offset 0
    /// @param weights address of the panel, whose rows lie side by side
    /// @param out address of the first row's first place
    /// @param table address of pairs of int, the byte offsets in images and weights
    /// @param taps pairs
    /// @param arguments address of six numbers, set by [#arguments]
    void run(
            int rows,
            int vectors,
            long images,
            long weights,
            long out,
            long table,
            int taps,
            long arguments) {
        int key = rows * (MOST_VECTORS + 1) + vectors;
        Routine routine = routines.get(key);
        if (routine == null) {
            routine = generate(rows, vectors);
            routines.set(key, routine); // two threads may both generate it: no harm
        }
        routine.call(images, weights, out, table, taps, arguments);
    }

    /// Writes the arguments of a routine.
    ///
    /// @param outRow bytes from one row of out to the next
    /// @param first address of the first values of the rows, or 0 to add to out
    /// @param channels at least 1
    /// @param imageChannel bytes from one channel to the next in images
    /// @param weightChannel likewise in weights
    static MemorySegment arguments(
            long outRow, long first, int channels, long imageChannel, long weightChannel) {
        MemorySegment arguments = Workspace.ARGUMENTS.bytes(128);
        arguments.setAtIndex(ValueLayout.JAVA_LONG, 0, outRow);
        arguments.setAtIndex(ValueLayout.JAVA_LONG, 2, first);
        arguments.setAtIndex(ValueLayout.JAVA_LONG, 3, channels);
        arguments.setAtIndex(ValueLayout.JAVA_LONG, 4, imageChannel);
        arguments.setAtIndex(ValueLayout.JAVA_LONG, 5, weightChannel);
        tiles(arguments, 1);
        return arguments;
    }

    /// Sets the number of tiles, at least 1.
    static void tiles(MemorySegment arguments, int tiles) {
        arguments.setAtIndex(ValueLayout.JAVA_LONG, 1, tiles);
    }

    /// Registers: rdi images, rsi weights, rdx out, rcx table, r8 its end, r9 arguments; r10 and
    /// r11 walk over channels of images and weights, r12 counts channels, r13 walks over the table.
    private Routine generate(int rows, int vectors) {
        Assembler code = new Assembler();
        Label tile = new Label();
        Label channel = new Label();
        Label tap = new Label();
        Label done = new Label();
        Label next = new Label();
        Label add = new Label();
        code.enter();
        code.shl(R8, 3);
        code.add(R8, RCX);
        code.mov(R14, Mem.at(R9, 32));
        code.mov(R15, Mem.at(R9, 40));
        code.mov(RBP, Mem.at(R9, 8));
        code.bind(tile);
        for (int i = 0; i < rows * vectors; i++) {
            code.emit(VectorOp.VXORPS, isa.vec(i), isa.vec(i), isa.vec(i));
        }
        code.cmp(RCX, R8);
        code.jump(Assembler.Condition.EQUAL, done);
        code.mov(R10, RDI);
        code.mov(R11, RSI);
        code.mov(R12, Mem.at(R9, 24));
        code.bind(channel);
        code.mov(R13, RCX);
        code.bindLoop(tap);
        step(code, rows, vectors);
        code.add(R13, 8);
        code.cmp(R13, R8);
        code.jump(Assembler.Condition.NOT_EQUAL, tap);
        code.add(R10, R14);
        code.add(R11, R15);
        code.sub(R12, 1);
        code.jump(Assembler.Condition.NOT_EQUAL, channel);
        code.bind(done);
        code.mov(RAX, RDX);
        code.mov(R10, Mem.at(R9));
        code.mov(R12, Mem.at(R9, 16));
        code.test(R12, R12);
        code.jump(Assembler.Condition.EQUAL, add);
        store(code, rows, vectors, true);
        code.jump(next);
        code.bind(add);
        store(code, rows, vectors, false);
        code.bind(next);
        code.add(RDI, vectors * isa.bytes());
        code.add(RDX, vectors * isa.bytes());
        code.sub(RBP, 1);
        code.jump(Assembler.Condition.NOT_EQUAL, tile);
        code.leave();
        return Routine.of(code);
    }

    /// One tap of a channel.
    private void step(Assembler code, int rows, int vectors) {
        int image = rows * vectors;
        int weight = image + vectors;
        int spare = isa.registers() - weight;
        code.mov32(RAX, Mem.at(R13));
        code.mov32(RBX, Mem.at(R13, 4));
        for (int v = 0; v < vectors; v++) {
            Mem at = Mem.at(R10, RAX, 1, (long) v * isa.bytes());
            code.emit(VectorOp.VMOVUPS, isa.vec(image + v), at);
        }
        for (int row = 0; row < rows; row++) {
            Vec repeated = isa.vec(weight + row % spare);
            code.emit(VectorOp.VBROADCASTSS, repeated, Mem.at(R11, RBX, 1, 4L * row));
            for (int v = 0; v < vectors; v++) {
                code.emit(
                        VectorOp.VFMADD231PS,
                        isa.vec(row * vectors + v),
                        repeated,
                        isa.vec(image + v));
            }
        }
    }

    private void store(Assembler code, int rows, int vectors, boolean first) {
        Vec value = isa.vec(rows * vectors);
        for (int row = 0; row < rows; row++) {
            if (first) {
                code.emit(VectorOp.VBROADCASTSS, value, Mem.at(R12, 4L * row));
            }
            for (int v = 0; v < vectors; v++) {
                Vec sum = isa.vec(row * vectors + v);
                Mem at = Mem.at(RAX, (long) v * isa.bytes());
                code.emit(VectorOp.VADDPS, sum, sum, first ? value : at);
                code.store(VectorOp.VMOVUPS_STORE, at, sum);
            }
            code.add(RAX, R10);
        }
    }
}
