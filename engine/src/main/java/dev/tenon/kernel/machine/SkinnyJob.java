package dev.tenon.kernel.machine;

import dev.tenon.kernel.Parallel;
import java.lang.foreign.MemorySegment;

/// Products with one to eight rows: `b` is read once, in the order of memory, and never packed.
///
/// Where the depths of `b` lie side by side, its squares are turned in registers
/// ([TurnedTileCode]); where its columns do and it is larger than a cache, it is swept row by row
/// ([SweepCode]). A part of the job is a stripe of columns.
final class SkinnyJob implements Product {
    private static final int MOST_ROWS = 8;
    private static final long LARGE = 1 << 18; // elements: 1 MB, all of a second cache
    private static final int LEAST_COLUMNS = 256; // that are worth a sweep
    private static final int DEPTH = MatmulJob.DEPTH;
    private static final int PIECE = 1 << 16; // depths whose rows of `a` are packed at once
    private static final int TURNED_COLUMNS = 64;

    private final MatmulRoutines routines;
    private final Isa isa;
    private final MatmulShape shape;
    private final boolean turned;
    private final int m;
    private final int stripe; // columns of a part
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
        stripe = turned ? TURNED_COLUMNS : m <= 4 ? 1024 : 512;
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
            if ((long) m * shape.n() * depth <= MatmulJob.SMALL) {
                columns(0, shape.n());
            } else {
                Parallel.range(shape.n(), stripe, this::columns);
            }
        }
    }

    private void columns(long from, long to) {
        if (turned) {
            turn((int) from, (int) to);
            return;
        }
        int step = SweepCode.step(isa, m) * isa.lanes();
        int whole = (int) (to - from) / step * step;
        if (whole > 0) {
            sweep((int) from, whole);
        }
        if (whole < to - from) {
            rest((int) from + whole, (int) (to - from) - whole);
        }
    }

    /// The address of what is added to `c` at a depth and a column, or 0.
    private long added(int k, int column) {
        long offset = (long) Float.BYTES * column;
        if (begin + k > 0) {
            return c + offset;
        }
        return d == 0 ? 0 : d + offset;
    }

    private long addedRow(int k) {
        return begin + k > 0 ? shape.cRow() : shape.dRow();
    }

    // ---- depths side by side

    private void turn(int from, int to) {
        long size = TileArguments.BYTES + isa.bytes() + TurnedTileCode.scratch(isa, m);
        MemorySegment arguments = Workspace.ARGUMENTS.bytes(size);
        TileArguments.SCRATCH.set(
                arguments, arguments.address() + size - TurnedTileCode.scratch(isa, m));
        TileArguments.B_STRIDE.set(arguments, shape.bColumn());
        TileArguments.C_STRIDE.set(arguments, shape.cRow());
        TileArguments.ALPHA.set(arguments, Float.floatToRawIntBits(shape.alpha()));
        for (int column = from; column < to; column += isa.lanes()) {
            int count = Math.min(isa.lanes(), to - column);
            TileArguments.TAIL.set(arguments, Tails.argument(isa, count));
            TileArguments.C.set(arguments, c + (long) Float.BYTES * column);
            Routine routine = routines.turnedTile(m, count);
            for (int k = 0; k < depth; k += DEPTH) {
                int deep = Math.min(DEPTH, depth - k);
                TileArguments.A.set(arguments, left + (long) Float.BYTES * m * k);
                TileArguments.B.set(
                        arguments, b + column * shape.bColumn() + (long) Float.BYTES * (begin + k));
                TileArguments.D.set(arguments, added(k, column));
                TileArguments.D_STRIDE.set(arguments, addedRow(k));
                TileArguments.DEPTH.set(arguments, deep);
                TileArguments.REST.set(arguments, Tails.argument(isa, deep % isa.lanes()));
                TileArguments.PANELS.set(arguments, 1);
                routine.call(arguments.address(), 0, 0, 0, 0, 0);
            }
        }
    }

    // ---- columns side by side

    private void sweep(int column, int count) {
        int vectors = SweepCode.step(isa, m);
        int steps = count / (vectors * isa.lanes());
        long pitch = (long) m * vectors * isa.bytes();
        long sums = Workspace.SUMS.bytes(steps * pitch).address();
        long stride = shape.bDepth();
        int alpha = Float.floatToRawIntBits(shape.alpha());
        for (int k = 0; k < depth; k += DEPTH) {
            int deep = Math.min(DEPTH, depth - k);
            int many = deep / SweepCode.MANY;
            int single = deep % SweepCode.MANY;
            long rows = left + (long) Float.BYTES * m * k;
            long from = b + (begin + k) * stride + (long) Float.BYTES * column;
            routines.clear().call(sums, (long) steps * m * vectors, 0, 0, 0, 0);
            if (many > 0) {
                routines.sweep(m, SweepCode.MANY).call(sums, rows, from, stride, count, many);
            }
            if (single > 0) {
                int done = deep - single;
                long at = rows + (long) Float.BYTES * m * done;
                routines.sweep(m, 1).call(sums, at, from + done * stride, stride, count, single);
            }
            long row = c + (long) Float.BYTES * column;
            long plus = added(k, column);
            for (int i = 0; i < m; i++) {
                long sum = sums + (long) i * vectors * isa.bytes();
                routines.finish(vectors).call(row, sum, plus, steps, pitch, alpha);
                row += shape.cRow();
                plus += plus == 0 ? 0 : addedRow(k);
            }
        }
    }

    /// Columns that are no whole step of a sweep.
    private void rest(int column, int count) {
        MatmulShape part = shape.part(count, depth);
        MatmulJob job = new MatmulJob(routines, begin > 0 ? part.adding() : part);
        long offset = (long) Float.BYTES * column;
        job.at(
                c + offset,
                a + begin * shape.aDepth(),
                b + begin * shape.bDepth() + offset,
                added(0, column));
        job.run();
    }
}
