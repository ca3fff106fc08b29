package dev.tenon.kernel.machine;

import static dev.tenon.kernel.machine.Gpr.R10;
import static dev.tenon.kernel.machine.Gpr.R11;
import static dev.tenon.kernel.machine.Gpr.R12;
import static dev.tenon.kernel.machine.Gpr.R13;
import static dev.tenon.kernel.machine.Gpr.R8;
import static dev.tenon.kernel.machine.Gpr.R9;
import static dev.tenon.kernel.machine.Gpr.RAX;
import static dev.tenon.kernel.machine.Gpr.RBX;
import static dev.tenon.kernel.machine.Gpr.RCX;
import static dev.tenon.kernel.machine.Gpr.RDI;
import static dev.tenon.kernel.machine.Gpr.RDX;
import static dev.tenon.kernel.machine.Gpr.RSI;

import java.util.concurrent.atomic.AtomicReferenceArray;

/// The innermost loop of the gradient of a convolution's weights: for a few output channels and a
/// few vectors of input channels, sums over places of upstream gradients times elements.
///
/// `sums[row][column] += Σ_place upstream[place][row] * images[place][column]`
///
/// The places are given as segments, in each of which both operands move on by fixed steps. One
/// call is one chain of additions, which is then added to the sums. The registers are used as in
/// [ConvTile].
final class ConvWeightTile {
    /// Most places of one chain of F32 additions.
    static final int DEPTH = 256;

    /// Ints of a segment: byte offsets in the images and the upstream gradients, and places.
    static final int SEGMENT = 3;

    private static final int MOST_ROWS = 8;
    private static final int MOST_VECTORS = 8;

    private final Isa isa;
    private final AtomicReferenceArray<Routine> routines =
            new AtomicReferenceArray<>((MOST_ROWS + 1) * (MOST_VECTORS + 1));
    private final Routine merge;

    ConvWeightTile(Isa isa) {
        this.isa = isa;
        merge = generateMerge();
    }

    /// Returns the rows of a tile: upstream gradients lie in panels of so many.
    int rows() {
        return isa.wide() ? MOST_ROWS : 4;
    }

    /// Returns the most vectors of input channels in a tile of `rows` rows.
    int vectors(int rows) {
        int sums = isa.wide() ? 24 : 12;
        return Math.min(Math.min(sums / rows, isa.registers() - sums - 1), MOST_VECTORS);
    }

    /// Adds one chain to the sums.
    ///
    /// @param sums address of the first row's first column
    /// @param segments address of `count` segments, at least 1
    /// @param steps address of three numbers of bytes: from one place to the next in the images and
    ///   in the upstream gradients, from one row of the sums to the next
    void run(
            int rows,
            int vectors,
            long images,
            long upstream,
            long sums,
            long segments,
            int count,
            long steps) {
        int key = rows * (MOST_VECTORS + 1) + vectors;
        Routine routine = routines.get(key);
        if (routine == null) {
            routine = generate(rows, vectors);
            routines.set(key, routine); // two threads may both generate it: no harm
        }
        routine.call(images, upstream, sums, segments, count, steps);
    }

    private Routine generate(int rows, int vectors) {
        Assembler code = new Assembler();
        Label segment = new Label();
        Label loop = new Label();
        code.enter();
        code.mov(R10, Mem.at(R9));
        code.mov(R11, Mem.at(R9, 8));
        code.mov(R12, Mem.at(R9, 16));
        for (int i = 0; i < rows * vectors; i++) {
            code.emit(VectorOp.VXORPS, isa.vec(i), isa.vec(i), isa.vec(i));
        }
        code.bind(segment);
        code.mov32(RAX, Mem.at(RCX));
        code.mov32(RBX, Mem.at(RCX, 4));
        code.mov32(R13, Mem.at(RCX, 8));
        code.add(RCX, 4 * SEGMENT);
        code.add(RAX, RDI);
        code.add(RBX, RSI);
        code.bindLoop(loop);
        step(code, rows, vectors);
        code.add(RAX, R10);
        code.add(RBX, R11);
        code.sub(R13, 1);
        code.jump(Assembler.Condition.NOT_EQUAL, loop);
        code.sub(R8, 1);
        code.jump(Assembler.Condition.NOT_EQUAL, segment);
        for (int row = 0; row < rows; row++) {
            for (int v = 0; v < vectors; v++) {
                Vec sum = isa.vec(row * vectors + v);
                Mem at = Mem.at(RDX, (long) v * isa.bytes());
                code.emit(VectorOp.VADDPS, sum, sum, at);
                code.store(VectorOp.VMOVUPS_STORE, at, sum);
            }
            code.add(RDX, R12);
        }
        code.leave();
        return Routine.of(code);
    }

    /// One place.
    private void step(Assembler code, int rows, int vectors) {
        int image = rows * vectors;
        int upstream = image + vectors;
        int spare = isa.registers() - upstream;
        for (int v = 0; v < vectors; v++) {
            Mem at = Mem.at(RAX, (long) v * isa.bytes());
            code.emit(VectorOp.VMOVUPS, isa.vec(image + v), at);
        }
        for (int row = 0; row < rows; row++) {
            Vec repeated = isa.vec(upstream + row % spare);
            code.emit(VectorOp.VBROADCASTSS, repeated, Mem.at(RBX, 4L * row));
            for (int v = 0; v < vectors; v++) {
                code.emit(
                        VectorOp.VFMADD231PS,
                        isa.vec(row * vectors + v),
                        repeated,
                        isa.vec(image + v));
            }
        }
    }

    /// `to[i] = from[i] + from[stride + i] + ..` for whole vectors.
    ///
    /// @param stride bytes from one summand to the next
    /// @param count summands, at least 1
    /// @param vectors at least 1
    void merge(long to, long from, long stride, int count, int vectors) {
        merge.call(to, from, stride, count, vectors, 0);
    }

    private Routine generateMerge() {
        Assembler code = new Assembler();
        Label vector = new Label();
        Label loop = new Label();
        Label done = new Label();
        code.enter();
        code.bind(vector);
        code.mov(RAX, RSI);
        code.mov(RBX, RCX);
        code.emit(VectorOp.VMOVUPS, isa.vec(0), Mem.at(RAX));
        code.bind(loop);
        code.sub(RBX, 1);
        code.jump(Assembler.Condition.EQUAL, done);
        code.add(RAX, RDX);
        code.emit(VectorOp.VADDPS, isa.vec(0), isa.vec(0), Mem.at(RAX));
        code.jump(loop);
        code.bind(done);
        code.store(VectorOp.VMOVUPS_STORE, Mem.at(RDI), isa.vec(0));
        code.add(RDI, isa.bytes());
        code.add(RSI, isa.bytes());
        code.sub(R8, 1);
        code.jump(Assembler.Condition.NOT_EQUAL, vector);
        code.leave();
        return Routine.of(code);
    }
}
