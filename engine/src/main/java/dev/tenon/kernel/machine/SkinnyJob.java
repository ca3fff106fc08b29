package dev.tenon.kernel.machine;

import dev.tenon.kernel.Parallel;
import dev.tenon.kernel.UnaryOp;
import dev.tenon.kernel.machine.TurnedTileCode.Pair;
import java.lang.foreign.MemorySegment;

/// Products with one to eight rows: `b` is read once, in the order of memory, and never packed.
///
/// Where the depths of `b` lie side by side, its squares are turned in registers
/// ([TurnedTileCode]); where its columns do and it is larger than a cache, it is swept row by row
/// ([SweepCode]). A part of the job is a stripe of columns, in a sweep of one block of the depth.
final class SkinnyJob implements Product {
    private static final int MOST_ROWS = 8;
    private static final long LARGE = 1 << 18; // elements: 1 MB, all of a second cache
    private static final int LEAST_COLUMNS = 256; // that are worth a sweep
    private static final int DEPTH = MatmulJob.DEPTH;
    private static final int PIECE = 1 << 16; // depths whose rows of `a` are packed at once
    private static final int FEW = 6; // rows whose chains take longer than turning
    private static final int TURNED_COLUMNS = 64; // of a part
    private static final int MOST_SUMS = 1 << 20; // 4 MB

    private final MatmulRoutines routines;
    private final Isa isa;
    private final MatmulShape shape;
    private final boolean turned;
    private final int m;
    private long c;
    private long a;
    private long b;
    private long d;
    private int begin; // the first depth of this piece
    private int depth; // of this piece
    private long left; // [depth, m]

    /// Says whether there is code for such a product.
    static boolean serves(MatmulShape shape) {
        if (shape.m() > MOST_ROWS) {
            return false;
        }
        if (shape.bColumn() == Float.BYTES) {
            return shape.n() >= LEAST_COLUMNS && (long) shape.n() * shape.k() >= LARGE;
        }
        return shape.bDepth() == Float.BYTES;
    }

    SkinnyJob(MatmulRoutines routines, MatmulShape shape) {
        this.routines = routines;
        this.shape = shape;
        isa = routines.isa();
        m = shape.m();
        turned = shape.bColumn() != Float.BYTES;
    }

    @Override
    public void at(long c, long a, long b, long d) {
        this.c = c;
        this.a = a;
        this.b = b;
        this.d = d;
    }

    @Override
    public void run() {
        boolean inPlace = m == 1 && shape.aDepth() == Float.BYTES;
        for (begin = 0; begin < shape.k(); begin += PIECE) {
            depth = Math.min(PIECE, shape.k() - begin);
            left = a + begin * shape.aDepth();
            if (!inPlace) {
                long row = (long) Float.BYTES * m;
                // not the slot of MatmulJob, which rest() calls
                long to = Workspace.SHARED_RIGHT.bytes(row * depth + isa.bytes()).address();
                routines.pack(to, row, left, shape.aRow(), shape.aDepth(), m, depth);
                left = to;
            }
            if (!turned) {
                sweep();
            } else if ((long) m * shape.n() * depth <= MatmulJob.SMALL) {
                turn(0, shape.n());
            } else {
                Parallel.range(shape.n(), TURNED_COLUMNS, this::turn);
            }
        }
    }

    /// The address of what is added to `c` at a depth and a column, or 0.
    private long added(int k, int column) {
        return addsToResult(k) ? at(column) : added(column);
    }

    private long addedRow(int k) {
        return addsToResult(k) ? shape.cRow() : shape.dRow();
    }

    /// Says whether `c` already holds what sums from depth `k` of this piece on are added to.
    private boolean addsToResult(int k) {
        return begin + k > 0 || shape.beta() != 0;
    }

    /// The address of a column of `d`, or 0.
    private long added(int column) {
        return d == 0 ? 0 : d + (long) Float.BYTES * column;
    }

    private long at(int column) {
        return c + (long) Float.BYTES * column;
    }

    /// What comes before the first sums: `c = beta * c + d`.
    private void scale(int column, int count) {
        if (begin == 0 && shape.beta() != 0) {
            int beta = Float.floatToRawIntBits(shape.beta());
            routines.scale(d != 0).call(at(column), added(column), shape.cRow(), beta, m, count);
        }
    }

    /// What comes after the last sums.
    private void activate(int column, int count) {
        UnaryOp activation = shape.activation();
        if (begin + depth == shape.k() && activation != null) {
            routines.activate(activation).call(at(column), 0, shape.cRow(), 0, m, count);
        }
    }

    // ---- depths side by side

    private void turn(long first, long end) {
        int from = (int) first;
        int to = (int) end;
        MemorySegment arguments = TileArguments.withScratch(TurnedTileCode.scratch(isa, m));
        TileArguments.B_STRIDE.set(arguments, shape.bColumn());
        TileArguments.C_STRIDE.set(arguments, shape.cRow());
        TileArguments.ALPHA.set(arguments, Float.floatToRawIntBits(shape.alpha()));
        Pair pair = pair();
        int wide = pair.wide() * isa.lanes();
        int count;
        scale(from, to - from);
        for (int column = from; column < to; column += count) {
            boolean whole = to - column >= wide;
            count = whole ? wide : Math.min(isa.lanes(), to - column);
            turnColumns(arguments, column, count, whole ? pair : Pair.NONE);
        }
        activate(from, to - from);
    }

    /// All depths of some columns.
    private void turnColumns(MemorySegment arguments, int column, int count, Pair wanted) {
        int columns = Math.min(count, isa.lanes());
        TileArguments.TAIL.set(arguments, Tails.argument(isa, columns));
        TileArguments.C.set(arguments, at(column));
        int deep;
        for (int k = 0; k < depth; k += deep) {
            boolean alone = wanted == Pair.BLOCKS && k + 2 * DEPTH > depth;
            Pair pair = alone ? Pair.NONE : wanted;
            deep = Math.min(pair.blocks() * DEPTH, depth - k);
            TileArguments.A.set(arguments, left + (long) Float.BYTES * m * k);
            long at = b + column * shape.bColumn() + (long) Float.BYTES * (begin + k);
            TileArguments.B.set(arguments, at);
            TileArguments.D.set(arguments, added(k, column));
            TileArguments.D_STRIDE.set(arguments, addedRow(k));
            TileArguments.DEPTH.set(arguments, deep / pair.blocks());
            TileArguments.REST.set(arguments, Tails.argument(isa, deep % isa.lanes()));
            TileArguments.PANELS.set(arguments, 1);
            boolean goesOn = k + deep < depth;
            long down = goesOn ? 0 : count * shape.bColumn() - (long) Float.BYTES * k;
            TileArguments.NEXT.set(arguments, at + down + (goesOn ? (long) Float.BYTES * deep : 0));
            routines.turnedTile(m, columns, pair).call(arguments.address(), 0, 0, 0, 0, 0);
        }
    }

    /// Two squares of columns side by side hide each other's chains, but with prefetching one
    /// reached more of memory's bandwidth (8 x 4096 x 4096: 25 GB/s and 20, Zen 5, one thread). Two
    /// blocks do both with AVX2 (1 x 4096 x 4096: 24 to 40 GB/s); with AVX-512 they take a line of
    /// 32 places in turn, which memory gives at three quarters of the speed of 16.
    private Pair pair() {
        boolean large = (long) shape.n() * shape.k() > LARGE;
        return !large ? Pair.COLUMNS : !isa.wide() && m <= FEW ? Pair.BLOCKS : Pair.NONE;
    }

    // ---- columns side by side

    /// Blocks of the depth are worked out side by side, so that each part reads long rows, and
    /// their sums are added in order.
    private void sweep() {
        int step = SweepCode.step(isa, m) * isa.lanes();
        int whole = shape.n() / step * step;
        int blocks = (depth + DEPTH - 1) / DEPTH;
        int stripe = SweepCode.stripe(m, blocks, whole);
        int most = Math.max(1, MOST_SUMS / blocks / m / stripe) * stripe;
        for (int column = 0; column < whole; column += most) {
            int count = Math.min(most, whole - column);
            int stripes = (count + stripe - 1) / stripe;
            long sums = Workspace.SUMS.floats((long) blocks * m * count).address();
            int first = column;
            Parallel.run(
                    blocks * stripes,
                    i -> {
                        int at = i % stripes * stripe;
                        int wide = Math.min(stripe, count - at);
                        int block = i / stripes;
                        long to = sums + (long) Float.BYTES * m * ((long) block * count + at);
                        sweep(to, first + at, wide, block * DEPTH);
                    });
            Parallel.range(
                    count,
                    stripe,
                    (from, to) -> {
                        int begins = first + (int) from;
                        int wide = (int) (to - from);
                        scale(begins, wide);
                        for (int block = 0; block < blocks; block++) {
                            long sum =
                                    sums + (long) Float.BYTES * m * ((long) block * count + from);
                            finish(sum, begins, wide, block * DEPTH);
                        }
                        activate(begins, wide);
                    });
        }
        if (whole < shape.n()) {
            rest(whole, shape.n() - whole);
        }
    }

    private void sweep(long sums, int column, int count, int k) {
        int deep = Math.min(DEPTH, depth - k);
        int depths = SweepCode.depths(m);
        int many = deep / depths;
        int single = deep % depths;
        long stride = shape.bDepth();
        long rows = left + (long) Float.BYTES * m * k;
        long from = b + (begin + k) * stride + (long) Float.BYTES * column;
        routines.clear().call(sums, (long) m * count / isa.lanes(), 0, 0, 0, 0);
        if (many > 0) {
            routines.sweep(m, depths).call(sums, rows, from, stride, count, many);
        }
        if (single > 0) {
            int done = deep - single;
            long at = rows + (long) Float.BYTES * m * done;
            routines.sweep(m, 1).call(sums, at, from + done * stride, stride, count, single);
        }
    }

    private void finish(long sums, int column, int count, int k) {
        int vectors = SweepCode.step(isa, m);
        int bytes = vectors * isa.bytes();
        int steps = count / (vectors * isa.lanes());
        int alpha = Float.floatToRawIntBits(shape.alpha());
        long row = at(column);
        long plus = added(k, column);
        for (int i = 0; i < m; i++) {
            long sum = sums + (long) i * bytes;
            routines.finish(vectors).call(row, sum, plus, steps, (long) m * bytes, alpha);
            row += shape.cRow();
            plus += plus == 0 ? 0 : addedRow(k);
        }
    }

    /// Columns that are no whole step of a sweep.
    private void rest(int column, int count) {
        MatmulJob job = new MatmulJob(routines, shape.part(count, begin, depth));
        job.at(
                at(column),
                a + begin * shape.aDepth(),
                b + begin * shape.bDepth() + (long) Float.BYTES * column,
                begin > 0 ? at(column) : added(column));
        job.run();
    }
}
