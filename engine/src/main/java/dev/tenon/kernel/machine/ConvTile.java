package dev.tenon.kernel.machine;

import static dev.tenon.kernel.machine.Gpr.R10;
import static dev.tenon.kernel.machine.Gpr.R11;
import static dev.tenon.kernel.machine.Gpr.R12;
import static dev.tenon.kernel.machine.Gpr.R8;
import static dev.tenon.kernel.machine.Gpr.R9;
import static dev.tenon.kernel.machine.Gpr.RAX;
import static dev.tenon.kernel.machine.Gpr.RBX;
import static dev.tenon.kernel.machine.Gpr.RCX;
import static dev.tenon.kernel.machine.Gpr.RDI;
import static dev.tenon.kernel.machine.Gpr.RDX;
import static dev.tenon.kernel.machine.Gpr.RSI;

import java.util.concurrent.atomic.AtomicReferenceArray;

/// The innermost loop of a convolution: for a few output channels and a few vectors of neighbouring
/// places, sums of weights times the elements that the places' windows hold.
///
/// `out[row][place] = first[row] + Σ_k weights[w(k)][row] * images[x(k) + place]`
///
/// A table gives the two byte offsets of each depth `k`, so one routine serves kernels of any size,
/// strides, dilation, and turned taps (indirect convolution: Dukhan, The Indirect Convolution
/// Algorithm, 2019), and no window is ever copied. A chain has as many terms as the table; callers
/// keep that to [#DEPTH] and add up several calls.
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

    /// Works out `tiles` tiles, one after the other.
    ///
    /// @param images address of the first place's element at offset 0
    /// @param weights address of the panel, whose rows lie side by side
    /// @param out address of the first row's first place
    /// @param table address of pairs of int, the byte offsets in images and weights
    /// @param depth pairs
    /// @param arguments address of three numbers: bytes from one row of out to the next, tiles (at
    ///   least 1), address of the first values of the rows, or 0 to add to out
    void run(
            int rows,
            int vectors,
            long images,
            long weights,
            long out,
            long table,
            int depth,
            long arguments) {
        int key = rows * (MOST_VECTORS + 1) + vectors;
        Routine routine = routines.get(key);
        if (routine == null) {
            routine = generate(rows, vectors);
            routines.set(key, routine); // two threads may both generate it: no harm
        }
        routine.call(images, weights, out, table, depth, arguments);
    }

    private Routine generate(int rows, int vectors) {
        Assembler code = new Assembler();
        Label tile = new Label();
        Label loop = new Label();
        Label done = new Label();
        Label next = new Label();
        Label add = new Label();
        code.enter();
        code.shl(R8, 3);
        code.add(R8, RCX); // end of the table
        code.mov(R10, Mem.at(R9));
        code.mov(R11, Mem.at(R9, 8));
        code.mov(R12, Mem.at(R9, 16));
        code.bind(tile);
        for (int i = 0; i < rows * vectors; i++) {
            code.emit(VectorOp.VXORPS, isa.vec(i), isa.vec(i), isa.vec(i));
        }
        code.mov(R9, RCX);
        code.cmp(R9, R8);
        code.jump(Assembler.Condition.EQUAL, done);
        code.bindLoop(loop);
        step(code, rows, vectors);
        code.add(R9, 8);
        code.cmp(R9, R8);
        code.jump(Assembler.Condition.NOT_EQUAL, loop);
        code.bind(done);
        code.mov(RAX, RDX);
        code.test(R12, R12);
        code.jump(Assembler.Condition.EQUAL, add);
        store(code, rows, vectors, true);
        code.jump(next);
        code.bind(add);
        store(code, rows, vectors, false);
        code.bind(next);
        code.add(RDI, vectors * isa.bytes());
        code.add(RDX, vectors * isa.bytes());
        code.sub(R11, 1);
        code.jump(Assembler.Condition.NOT_EQUAL, tile);
        code.leave();
        return Routine.of(code);
    }

    /// One depth.
    private void step(Assembler code, int rows, int vectors) {
        int image = rows * vectors;
        int weight = image + vectors;
        int spare = isa.registers() - weight;
        code.mov32(RAX, Mem.at(R9));
        code.mov32(RBX, Mem.at(R9, 4));
        for (int v = 0; v < vectors; v++) {
            Mem at = Mem.at(RDI, RAX, 1, (long) v * isa.bytes());
            code.emit(VectorOp.VMOVUPS, isa.vec(image + v), at);
        }
        for (int row = 0; row < rows; row++) {
            Vec repeated = isa.vec(weight + row % spare);
            code.emit(VectorOp.VBROADCASTSS, repeated, Mem.at(RSI, RBX, 1, 4L * row));
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
