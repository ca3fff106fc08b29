package dev.tenon.kernel.vector;

import dev.tenon.dtype.DType;
import dev.tenon.kernel.BinaryOp;
import dev.tenon.kernel.ElementwiseKernel;
import dev.tenon.kernel.Epilogue;
import dev.tenon.kernel.MatmulKernel;
import dev.tenon.kernel.Parallel;
import dev.tenon.kernel.Strided;
import dev.tenon.kernel.UnaryOp;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/// The family Matmul on the Vector API: matrix products.
///
/// Both operands are packed once ([Panels]), then blocks of the result are worked out side by side,
/// as in Goto and van de Geijn, Anatomy of High-Performance Matrix Multiplication, 2008. Matrices
/// too small to share are each done by one thread.
public final class VectorMatmul implements MatmulKernel {
    private static final long SMALL =
            1 << 19; // multiply-adds: about 12 microseconds, three hand-overs
    private static final int BLOCK_ROWS = 120; // by 256 depths: 120 KB, a quarter of a second cache
    private static final int BLOCK_PANELS = 4;
    private static final int PACK_PANELS = 4;
    private static final long PACKED = 1 << 21; // elements of a packed operand: 8 MB
    private static final int PACKED_DEPTH = 4096;

    private final MatmulKernel below;
    private final ElementwiseKernel elementwise;

    /// @param below the backend that does what has no vector form
    /// @param elementwise makes what comes before and after a product
    public VectorMatmul(MatmulKernel below, ElementwiseKernel elementwise) {
        this.below = below;
        this.elementwise = elementwise;
    }

    @Override
    public void multiply(Strided c, Strided a, Strided b, Epilogue epilogue) {
        if (c.type() != DType.F32 || c.count() == 0) {
            below.multiply(c, a, b, epilogue);
            return;
        }
        boolean adding = epilogue.prepare(c, elementwise);
        if (epilogue.alpha() == 1) {
            multiply(c, a, b, adding);
        } else {
            scaled(c, a, b, epilogue.alpha(), adding);
        }
        epilogue.activate(c, elementwise);
    }

    /// `c = alpha * a b`, or added to `c`, with the product in memory of its own.
    private void scaled(Strided c, Strided a, Strided b, double alpha, boolean adding) {
        try (Arena arena = Arena.ofShared()) {
            MemorySegment data = arena.allocate(c.type().bytes(c.count()), 64);
            int[] sizes = c.sizes();
            long[] strides = {(long) sizes[1] * sizes[2], sizes[2], 1};
            Strided product = new Strided(data, c.type(), 0, sizes, strides);
            multiply(product, a, b, false);
            elementwise.unary(data, data, c.count(), UnaryOp.MUL, alpha, 0, c.type());
            if (!adding) {
                elementwise.copy(c, product);
                return;
            }
            long row = 0;
            for (Strided y : Epilogue.rows(c)) {
                Strided x = new Strided(data, c.type(), row, y.sizes(), y.strides());
                elementwise.binary(y, y, x, BinaryOp.ADD);
                row += y.count();
            }
        }
    }

    @Override
    public void multiply(Strided c, Strided a, Strided b, boolean accumulate) {
        if (c.type() != DType.F32) {
            below.multiply(c, a, b, accumulate);
            return;
        }
        int batch = c.sizes()[0];
        Job job = new Job(c, a, b, accumulate);
        if (c.count() == 0) {
            return;
        }
        long work = (long) job.m * job.n * Math.max(job.k, 1);
        if (work <= SMALL || (batch >= 16 && work <= 16 * SMALL)) {
            int grain = (int) Math.max(1, SMALL / work);
            Parallel.range(batch, grain, job::matrices);
        } else {
            for (int i = 0; i < batch; i++) {
                job.matrix(i);
            }
        }
    }

    /// One call: operands, sizes and strides in elements.
    private static final class Job {
        private final Strided c;
        private final Strided a;
        private final Strided b;
        private final boolean accumulate;
        private final int m;
        private final int n;
        private final int k;

        Job(Strided c, Strided a, Strided b, boolean accumulate) {
            this.c = c;
            this.a = a;
            this.b = b;
            this.accumulate = accumulate;
            m = c.sizes()[1];
            n = c.sizes()[2];
            k = a.sizes()[2];
        }

        /// Small matrices `from` to `to` of the batch, by this thread alone.
        void matrices(long from, long to) {
            for (long i = from; i < to; i++) {
                matrix(i);
            }
        }

        /// Matrix `i` of the batch, in pieces whose packed operands fit into the scratch arrays.
        void matrix(long i) {
            int depth = Math.min(k, PACKED_DEPTH);
            int most = (int) (PACKED / Math.max(depth, 1) / 48) * 48;
            int rows = Math.min(m, most);
            int columns = Math.min(n, most);
            int begin = 0;
            do {
                int deep = Math.min(depth, k - begin);
                for (int column = 0; column < n; column += columns) {
                    for (int row = 0; row < m; row += rows) {
                        new Piece(
                                        this,
                                        i,
                                        row,
                                        Math.min(rows, m - row),
                                        column,
                                        Math.min(columns, n - column),
                                        begin,
                                        deep)
                                .run();
                    }
                }
                begin += deep;
            } while (begin < k);
        }
    }

    /// Rows, columns and depths of one product that are packed at once.
    private static final class Piece {
        private final Job job;
        private final int rows;
        private final int columns;
        private final int begin;
        private final int depth;
        private final long cAt;
        private final long aAt;
        private final long bAt;
        private final int rowBlocks;
        private final int columnBlocks;
        private final float[] left;
        private final float[] right;

        Piece(
                Job job,
                long matrix,
                int row,
                int rows,
                int column,
                int columns,
                int begin,
                int depth) {
            this.job = job;
            this.rows = rows;
            this.columns = columns;
            this.begin = begin;
            this.depth = depth;
            cAt = job.c.offset() + matrix * job.c.strides()[0] + row * job.c.strides()[1] + column;
            aAt =
                    job.a.offset()
                            + matrix * job.a.strides()[0]
                            + row * job.a.strides()[1]
                            + begin * job.a.strides()[2];
            bAt =
                    job.b.offset()
                            + matrix * job.b.strides()[0]
                            + begin * job.b.strides()[1]
                            + column * job.b.strides()[2];
            rowBlocks = (rows + BLOCK_ROWS - 1) / BLOCK_ROWS;
            columnBlocks = (Panels.columnPanels(columns) + BLOCK_PANELS - 1) / BLOCK_PANELS;
            long tall =
                    (long) (rowBlocks - 1) * BLOCK_ROWS
                            + Panels.padded(rows - (rowBlocks - 1) * BLOCK_ROWS);
            left = Scratch.SHARED_LEFT.floats(tall * depth + Panels.LANES);
            right =
                    Scratch.SHARED_RIGHT.floats(
                            (long) Panels.columnPanels(columns) * Panels.COLUMNS * depth
                                    + Panels.LANES);
        }

        void run() {
            int packs = (Panels.columnPanels(columns) + PACK_PANELS - 1) / PACK_PANELS;
            if ((long) rows * columns * depth <= SMALL) {
                for (int i = 0; i < rowBlocks + packs; i++) {
                    pack(i);
                }
                for (int i = 0; i < rowBlocks * columnBlocks; i++) {
                    block(i);
                }
                return;
            }
            Parallel.run(rowBlocks + packs, this::pack);
            Parallel.run(rowBlocks * columnBlocks, this::block);
        }

        private void pack(int part) {
            long[] as = job.a.strides();
            long[] bs = job.b.strides();
            if (part < rowBlocks) {
                int row = part * BLOCK_ROWS;
                Panels.packRows(
                        left,
                        row * depth,
                        job.a.data(),
                        aAt + row * as[1],
                        as[1],
                        as[2],
                        Math.min(BLOCK_ROWS, rows - row),
                        depth);
            } else {
                int first = (part - rowBlocks) * PACK_PANELS;
                int last = Math.min(first + PACK_PANELS, Panels.columnPanels(columns));
                Panels.packColumns(
                        right, 0, job.b.data(), bAt, bs[1], bs[2], depth, columns, first, last);
            }
        }

        private void block(int part) {
            int row = part % rowBlocks * BLOCK_ROWS;
            int panel = part / rowBlocks * BLOCK_PANELS;
            int height = Math.min(BLOCK_ROWS, rows - row);
            int width = Math.min(BLOCK_PANELS * Panels.COLUMNS, columns - panel * Panels.COLUMNS);
            int panels = Panels.columnPanels(width);
            int size = panels * Panels.padded(height) * Panels.COLUMNS;
            float[] tiles = Scratch.TILES.floats(size);
            MemorySegment c = job.c.data();
            long rowStride = job.c.strides()[1];
            long at = cAt + row * rowStride + panel * Panels.COLUMNS;
            Arrays.fill(tiles, 0, size, 0);
            if (job.accumulate || begin > 0) {
                Panels.load(tiles, c, at, rowStride, height, width);
            }
            for (int k = 0; k < depth; k += Panels.DEPTH) {
                Panels.multiply(
                        left,
                        row * depth,
                        depth,
                        k,
                        height,
                        right,
                        (panel * depth + k) * Panels.COLUMNS,
                        depth,
                        panels,
                        tiles,
                        0,
                        Math.min(Panels.DEPTH, depth - k));
            }
            Panels.store(c, at, rowStride, tiles, 0, height, width);
        }
    }
}
