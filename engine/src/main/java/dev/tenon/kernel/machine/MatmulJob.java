package dev.tenon.kernel.machine;

import dev.tenon.kernel.Parallel;
import java.lang.foreign.MemorySegment;

/// One matrix product, or one after another of the same sizes and strides.
///
/// The depth is cut into blocks of 256, rows into blocks that fit into the second cache and those
/// into panels as high as a tile ([TileCode]), columns into panels as wide as one. A part of the
/// job works out some panels of columns of one block of rows: for each block of the depth it packs
/// its part of `b`, which stays in the first cache while the panels of `a` go by. `a` is packed
/// before, once for all parts. An operand that is used about once is read in place. (Goto and van
/// de Geijn, Anatomy of High-Performance Matrix Multiplication, 2008; Van Zee and van de Geijn,
/// BLIS, 2015.)
final class MatmulJob implements Product {
    static final int DEPTH = 256;

    /// Multiply-adds that are not worth sharing: about 4 microseconds of one thread.
    static final long SMALL = 1 << 19;

    private static final long PACKED = 1 << 22; // elements of a packed operand: 16 MB
    private static final int PARTS = 32;
    private static final int MOST_PANELS = 4; // of a part
    private static final int PACK_GRAIN = 4; // panels that one part packs

    private final MatmulRoutines routines;
    private final MatmulShape shape;
    private final int mostRows;
    private final int rowBlock;
    private final int vectors;
    private final int width; // columns of a panel
    private final boolean leftInPlace;
    private final boolean rightInPlace;
    private long c;
    private long a;
    private long b;
    private long d;

    MatmulJob(MatmulRoutines routines, MatmulShape shape) {
        this.routines = routines;
        this.shape = shape;
        Isa isa = routines.isa();
        mostRows = TileCode.mostRows(isa);
        rowBlock = isa.wide() ? 504 : 240;
        int panels = (shape.m() + mostRows - 1) / mostRows;
        vectors = TileCode.vectors(isa, (shape.m() + panels - 1) / panels);
        width = vectors * isa.lanes();
        long lefts = (long) shape.m() * shape.k();
        long rights = (long) shape.n() * shape.k();
        leftInPlace =
                (shape.aRow() == Float.BYTES || shape.aDepth() == Float.BYTES)
                        && (shape.m() <= mostRows || shape.n() <= 2 * width || lefts <= 1 << 14);
        rightInPlace =
                shape.bColumn() == Float.BYTES && (shape.m() <= 2 * mostRows || rights <= 1 << 14);
    }

    @Override
    public void at(long c, long a, long b, long d) {
        this.c = c;
        this.a = a;
        this.b = b;
        this.d = d;
    }

    /// Works in pieces whose packed rows fit into the shared buffer.
    @Override
    public void run() {
        int m = shape.m();
        int k = shape.k();
        int rows = m;
        int depth = k;
        if (!leftInPlace && (long) m * k > PACKED) {
            depth = (int) Math.max(DEPTH, PACKED / m / DEPTH * DEPTH);
            rows = (int) Math.min(m, PACKED / Math.min(depth, k) / rowBlock * rowBlock);
        }
        for (int begin = 0; begin < k; begin += depth) {
            for (int row = 0; row < m; row += rows) {
                new Piece(row, Math.min(rows, m - row), begin, Math.min(depth, k - begin)).run();
            }
        }
    }

    /// Rows and depths that are packed at once.
    private final class Piece {
        private final int firstRow;
        private final int rows;
        private final int begin;
        private final int depth;
        private final int blocks; // of rows
        private final int blockPanels; // panels of the largest block of rows
        private final int columnPanels;
        private final int stripe; // panels of columns in a part
        private final int stripes;
        private final long pitch; // bytes from a packed panel of rows to the next
        private long left;

        Piece(int firstRow, int rows, int begin, int depth) {
            this.firstRow = firstRow;
            this.rows = rows;
            this.begin = begin;
            this.depth = depth;
            blocks = (rows + rowBlock - 1) / rowBlock;
            blockPanels = panels((rows + blocks - 1) / blocks);
            columnPanels = (shape.n() + width - 1) / width;
            stripe = Math.clamp((long) blocks * columnPanels / PARTS, 1, MOST_PANELS);
            stripes = (columnPanels + stripe - 1) / stripe;
            int line = routines.isa().lanes();
            int panel = mostRows * Math.min(depth, DEPTH) + line;
            pitch = (long) Float.BYTES * ((panel + line - 1) / line * line);
        }

        private int panels(int rows) {
            return (rows + mostRows - 1) / mostRows;
        }

        private int depthBlocks() {
            return (depth + DEPTH - 1) / DEPTH;
        }

        void run() {
            boolean alone = (long) rows * shape.n() * depth <= SMALL;
            if (!leftInPlace && stripes > 1) {
                long count = (long) depthBlocks() * blocks * blockPanels;
                left = Workspace.SHARED_LEFT.bytes(count * pitch).address();
                if (alone) {
                    pack(0, count);
                } else {
                    Parallel.range(count, PACK_GRAIN, this::pack);
                }
            }
            int parts = blocks * stripes;
            if (alone) {
                for (int i = 0; i < parts; i++) {
                    part(i);
                }
            } else {
                Parallel.run(parts, this::part);
            }
        }

        // ---- rows

        private int rowsOf(int block) {
            return rows / blocks + (block < rows % blocks ? 1 : 0);
        }

        private int rowOf(int block) {
            return firstRow + block * (rows / blocks) + Math.min(block, rows % blocks);
        }

        /// Packs panels, numbered by depth, then by block of rows.
        private void pack(long from, long to) {
            for (long i = from; i < to; i++) {
                int panel = (int) (i % blockPanels);
                int block = (int) (i / blockPanels % blocks);
                int k = (int) (i / blockPanels / blocks) * DEPTH;
                packPanel(left + i * pitch, block, panel, k);
            }
        }

        /// Packs one panel of rows; the first panels of a block are one row higher than the others.
        private void packPanel(long to, int block, int panel, int k) {
            int tall = rowsOf(block);
            int panels = panels(tall);
            if (panel >= panels) {
                return; // the block is a row, and so a panel, smaller than the largest
            }
            int row = panel * (tall / panels) + Math.min(panel, tall % panels);
            int height = tall / panels + (panel < tall % panels ? 1 : 0);
            routines.pack(
                    to,
                    (long) Float.BYTES * height,
                    a + (rowOf(block) + row) * shape.aRow() + (begin + k) * shape.aDepth(),
                    shape.aRow(),
                    shape.aDepth(),
                    height,
                    Math.min(DEPTH, depth - k));
        }

        // ---- parts

        /// Works out some panels of columns of one block of rows.
        private void part(int number) {
            int block = number % blocks;
            int first = number / blocks * stripe;
            int last = Math.min(first + stripe, columnPanels);
            MemorySegment arguments = TileArguments.withScratch(TileCode.scratch(routines.isa()));
            for (int k = 0; k < depth; k += DEPTH) {
                long at = 0;
                if (!leftInPlace) {
                    at = stripes > 1 ? sharedLeft(block, k) : ownLeft(block, k);
                }
                for (int panel = first; panel < last; panel++) {
                    columns(arguments, block, at, panel * width, k);
                }
            }
        }

        private long sharedLeft(int block, int k) {
            return left + ((long) k / DEPTH * blocks + block) * blockPanels * pitch;
        }

        private long ownLeft(int block, int k) {
            long to = Workspace.PART_LEFT.bytes(blockPanels * pitch).address();
            for (int panel = 0; panel < blockPanels; panel++) {
                packPanel(to + panel * pitch, block, panel, k);
            }
            return to;
        }

        /// One panel of columns, one block of the depth.
        private void columns(MemorySegment arguments, int block, long at, int column, int k) {
            Isa isa = routines.isa();
            int lanes = isa.lanes();
            int deep = Math.min(DEPTH, depth - k);
            int count = Math.min(width, shape.n() - column);
            int wide = (count + lanes - 1) / lanes;
            long from = b + (begin + k) * shape.bDepth() + column * shape.bColumn();
            long stride = shape.bDepth();
            if (!rightInPlace) {
                stride = (long) Float.BYTES * wide * lanes;
                long panel = Workspace.PART_RIGHT.bytes(stride * DEPTH).address();
                routines.pack(panel, stride, from, shape.bColumn(), shape.bDepth(), count, deep);
                from = panel;
            }
            TileArguments.B.set(arguments, from);
            TileArguments.B_STRIDE.set(arguments, stride);
            TileArguments.DEPTH.set(arguments, deep);
            TileArguments.C_STRIDE.set(arguments, shape.cRow());
            TileArguments.TAIL.set(arguments, Tails.argument(isa, count - (wide - 1) * lanes));
            TileArguments.ALPHA.set(arguments, Float.floatToRawIntBits(shape.alpha()));
            TileArguments.BETA.set(arguments, Float.floatToRawIntBits(shape.beta()));
            int tall = rowsOf(block);
            int panels = panels(tall);
            int height = tall / panels;
            int higher = tall % panels;
            boolean masked = count % lanes != 0;
            if (higher > 0) {
                tiles(arguments, block, 0, height + 1, higher, at, column, k, wide, masked);
            }
            int row = higher * (height + 1);
            long rest = at + higher * pitch;
            tiles(arguments, block, row, height, panels - higher, rest, column, k, wide, masked);
        }

        /// Panels of rows of one height, from `row` of the block on.
        private void tiles(
                MemorySegment arguments,
                int block,
                int row,
                int height,
                int panels,
                long at,
                int column,
                int k,
                int wide,
                boolean masked) {
            int absolute = rowOf(block) + row;
            boolean apart = false;
            if (leftInPlace) {
                apart = shape.aRow() != Float.BYTES;
                TileArguments.A.set(
                        arguments, a + absolute * shape.aRow() + (begin + k) * shape.aDepth());
                TileArguments.A_STRIDE.set(arguments, apart ? shape.aRow() : shape.aDepth());
                TileArguments.A_PANEL.set(arguments, height * shape.aRow());
            } else {
                TileArguments.A.set(arguments, at);
                TileArguments.A_STRIDE.set(arguments, (long) Float.BYTES * height);
                TileArguments.A_PANEL.set(arguments, pitch);
            }
            long offset = (long) Float.BYTES * column;
            long target = c + absolute * shape.cRow() + offset;
            TileArguments.C.set(arguments, target);
            if (begin + k > 0) {
                TileArguments.D.set(arguments, target);
                TileArguments.D_STRIDE.set(arguments, shape.cRow());
            } else {
                TileArguments.D.set(arguments, d == 0 ? 0 : d + absolute * shape.dRow() + offset);
                TileArguments.D_STRIDE.set(arguments, shape.dRow());
            }
            TileArguments.PANELS.set(arguments, panels);
            TileFinish finish = shape.finish(begin + k, Math.min(DEPTH, depth - k));
            routines.tile(height, wide, masked, apart, finish)
                    .call(arguments.address(), 0, 0, 0, 0, 0);
        }
    }
}
