package dev.tenon.kernel.machine;

import static dev.tenon.kernel.machine.Gpr.R10;
import static dev.tenon.kernel.machine.Gpr.R11;
import static dev.tenon.kernel.machine.Gpr.R12;
import static dev.tenon.kernel.machine.Gpr.R13;
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

import dev.tenon.kernel.machine.GeneralInstructions.Condition;

/// Writes products of a few rows with a large matrix `b` whose columns lie side by side: some rows
/// of `b` are read side by side from end to end, as memory likes it, and the sums of all columns
/// rest in the first cache.
///
/// A tile of [TileCode] would read a narrow stripe of each row: 31 GB/s where whole rows reach 45
/// (Zen 5, one thread, 4096 x 4096). The order of an element's chain is the same.
final class SweepCode {
    private static final Gpr SUMS = RDI;
    private static final Gpr A = RSI;
    private static final Gpr B = RDX;
    private static final Gpr STRIDE = RCX;
    private static final Gpr COLUMNS = R8;
    private static final Gpr GROUPS = R9;
    private static final Gpr STRIDE_3 = RAX;
    private static final Gpr SUM = RBX;
    private static final Gpr LEFT = RBP; // steps of this group
    private static final Gpr[] LINES = {R10, R11}; // each for five depths
    private static final Gpr[] NEXT_LINES = {R12, R13};
    private static final Gpr OTHER = R15;
    private static final int PER_BASE = 5;

    private static final int SEVERAL = 4;
    private static final int LINE = 64; // bytes
    private static final int PARTS = 16; // for the threads to share

    private final Isa isa;
    private final int rows;
    private final int depths;
    private final Assembler code = new Assembler();
    private final int vectors; // of a step

    private SweepCode(Isa isa, int rows, int depths) {
        this.isa = isa;
        this.rows = rows;
        this.depths = depths;
        vectors = step(isa, rows);
    }

    /// Returns the routine `sums += a b` for groups of `depths` depths.
    ///
    /// The sums lie as they are used: `[columns / step, rows, step]`.
    ///
    /// Arguments: addresses of the sums, of `a [groups * depths, rows]`, of `b`; bytes from a depth
    /// of `b` to the next; columns, whole steps; groups.
    ///
    /// @param depths 1 or [#depths]
    static Routine generate(Isa isa, int rows, int depths) {
        SweepCode sweep = new SweepCode(isa, rows, depths);
        sweep.write();
        return Routine.of(sweep.code);
    }

    /// Returns the vectors of columns that one step takes.
    static int step(Isa isa, int rows) {
        return 2 * rows + 3 <= isa.registers() ? 2 : 1;
    }

    /// Returns the depths that are read side by side. With one row the processor's own prefetching
    /// brings eight rows of `b` at the speed of memory (two threads, Zen 5: 113 GB/s, four rows 95,
    /// and sums that leave the first cache another 10 less), and asking for lines slows it down;
    /// with eight rows it takes asking (38 GB/s, without 20, one thread).
    static int depths(int rows) {
        return rows == 1 || rows >= SEVERAL ? 8 : 4;
    }

    /// Returns the columns of a stripe, whose sums stay in the first cache.
    ///
    /// Longer rows at a time bring more with AVX2 (Zen 3, 4096 x 4096, two threads: one row 47 to
    /// 64 GB/s, two 36 to 47, eight 17 to 20), with AVX-512 little (Zen 4, one thread: 27 to 29) or
    /// nothing (Zen 5).
    ///
    /// @param blocks of the depth, which are parts of the job for each stripe
    static int stripe(int rows, int blocks, int columns) {
        int least = rows < SEVERAL ? 1024 : 512;
        int stripe = rows < SEVERAL ? 4 * least : 2 * least;
        while (stripe > least && (long) blocks * columns < (long) PARTS * stripe) {
            stripe /= 2;
        }
        return stripe;
    }

    private void write() {
        Label groups = new Label();
        Label columns = new Label();
        code.enter();
        code.lea(STRIDE_3, Mem.at(STRIDE, STRIDE, 2, 0));
        code.bind(groups);
        lines(LINES, B);
        code.lea(OTHER, Mem.at(B, STRIDE, depths, 0));
        lines(NEXT_LINES, OTHER);
        code.mov(SUM, SUMS);
        code.mov(LEFT, COLUMNS);
        code.bindLoop(columns);
        columns();
        code.sub(LEFT, vectors * isa.lanes());
        code.jump(Condition.NOT_EQUAL, columns);
        code.add(A, 4 * rows * depths);
        code.mov(B, OTHER);
        code.sub(GROUPS, 1);
        code.jump(Condition.NOT_EQUAL, groups);
        code.leave();
    }

    private void lines(Gpr[] bases, Gpr first) {
        code.mov(bases[0], first);
        code.lea(bases[1], Mem.at(first, STRIDE, 4, 0));
        code.add(bases[1], STRIDE);
    }

    private void columns() {
        sums(true);
        int b = rows * vectors; // the first register that holds no sum
        for (int depth = 0; depth < depths; depth++) {
            for (int j = 0; j < vectors; j++) {
                code.emit(VectorOp.VMOVUPS, isa.vec(b + j), line(LINES, depth, j));
            }
            for (int j = 0; depths > 1 && j < vectors; j += LINE / isa.bytes()) {
                Mem next = line(NEXT_LINES, depth, j);
                if (rows >= SEVERAL) {
                    code.prefetchFar(next);
                } else if (rows > 1) {
                    code.prefetch(next);
                }
            }
            for (int row = 0; row < rows; row++) {
                Vec a = isa.vec(b + vectors);
                code.emit(VectorOp.VBROADCASTSS, a, Mem.at(A, 4L * (depth * rows + row)));
                for (int j = 0; j < vectors; j++) {
                    code.emit(VectorOp.VFMADD231PS, isa.vec(row * vectors + j), a, isa.vec(b + j));
                }
            }
        }
        sums(false);
        int bytes = vectors * isa.bytes();
        code.add(SUM, rows * bytes);
        for (int i = 0; i < 2; i++) {
            code.add(LINES[i], bytes);
            code.add(NEXT_LINES[i], bytes);
        }
    }

    private Mem line(Gpr[] bases, int depth, int j) {
        Gpr base = bases[depth / PER_BASE];
        long at = (long) j * isa.bytes();
        return switch (depth % PER_BASE) {
            case 0 -> Mem.at(base, at);
            case 1 -> Mem.at(base, STRIDE, 1, at);
            case 2 -> Mem.at(base, STRIDE, 2, at);
            case 3 -> Mem.at(base, STRIDE_3, 1, at);
            default -> Mem.at(base, STRIDE, 4, at);
        };
    }

    /// Loads or stores the sums of one step.
    private void sums(boolean load) {
        for (int i = 0; i < rows * vectors; i++) {
            Mem at = Mem.at(SUM, (long) i * isa.bytes());
            if (load) {
                code.emit(VectorOp.VMOVUPS, isa.vec(i), at);
            } else {
                code.store(VectorOp.VMOVUPS_STORE, at, isa.vec(i));
            }
        }
    }

    /// Returns the routine that clears sums. Arguments: their address and the number of vectors.
    static Routine clear(Isa isa) {
        Assembler code = new Assembler();
        Label loop = new Label();
        code.enter();
        code.emit(VectorOp.VXORPS, isa.vec(0), isa.vec(0), isa.vec(0));
        code.bindLoop(loop);
        code.store(VectorOp.VMOVUPS_STORE, Mem.at(RDI), isa.vec(0));
        code.add(RDI, isa.bytes());
        code.sub(RSI, 1);
        code.jump(Condition.NOT_EQUAL, loop);
        code.leave();
        return Routine.of(code);
    }

    /// Returns the routine `c = alpha * sums`, or with `d` added, for one row.
    ///
    /// Arguments: addresses of `c`, of the row's first sums, of `d` or 0; steps; bytes from a step
    /// of the sums to the next; alpha as bits of F32.
    ///
    /// @param vectors vectors of a step, [#step]
    static Routine finish(Isa isa, int vectors) {
        Assembler code = new Assembler();
        Label plain = new Label();
        Label done = new Label();
        code.enter();
        code.emit(VectorOp.VMOVD, isa.vec(1), R9);
        code.emit(VectorOp.VBROADCASTSS, isa.vec(1), isa.vec(1).x());
        code.test(RDX, RDX);
        code.jump(Condition.EQUAL, plain);
        finishRow(code, isa, vectors, true);
        code.jump(done);
        code.bind(plain);
        finishRow(code, isa, vectors, false);
        code.bind(done);
        code.leave();
        return Routine.of(code);
    }

    private static void finishRow(Assembler code, Isa isa, int vectors, boolean adding) {
        Label loop = new Label();
        Vec sum = isa.vec(0);
        Vec alpha = isa.vec(1);
        code.bindLoop(loop);
        for (int j = 0; j < vectors; j++) {
            long at = (long) j * isa.bytes();
            if (adding) {
                code.emit(VectorOp.VMOVUPS, sum, Mem.at(RSI, at));
                code.emit(VectorOp.VFMADD213PS, sum, alpha, Mem.at(RDX, at));
            } else {
                code.emit(VectorOp.VMULPS, sum, alpha, Mem.at(RSI, at));
            }
            code.store(VectorOp.VMOVUPS_STORE, Mem.at(RDI, at), sum);
        }
        code.add(RSI, R8);
        code.add(RDI, vectors * isa.bytes());
        code.add(RDX, vectors * isa.bytes());
        code.sub(RCX, 1);
        code.jump(Condition.NOT_EQUAL, loop);
    }
}
