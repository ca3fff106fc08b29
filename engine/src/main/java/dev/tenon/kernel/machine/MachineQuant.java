package dev.tenon.kernel.machine;

import dev.tenon.dtype.BlockFormat;
import dev.tenon.dtype.DType;
import dev.tenon.kernel.HugePages;
import dev.tenon.kernel.Parallel;
import dev.tenon.kernel.QuantKernel;
import dev.tenon.kernel.Strided;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;

/// The family Quant in machine code: products with quantised weights.
///
/// Rows of activations are brought into panels, as integers for the quantised formats; then groups
/// of sixteen outputs are worked out side by side, each thread reading its groups of weights in one
/// stream. Few rows are one panel, which each group meets whole (decoding); many rows meet the
/// weights piece by piece, in blocks of rows that stay in the second cache (prefill). The order in
/// which an element's terms are added is the same for both.
public final class MachineQuant implements QuantKernel {
    private static final int ROWS = 128; // by 2048 columns: 320 KB of integers
    private static final long PART = 1 << 19; // bytes of weights that one part streams through
    private static final long WORK = 1 << 24; // multiply-adds of a part

    private final Isa isa;
    private final QuantKernel below;
    private final QuantTiles f16;
    private final QuantTiles bf16;
    private final QuantTiles q8;
    private final QuantTiles q4;

    /// @param below the backend that takes weights on the heap
    MachineQuant(Isa isa, QuantKernel below) {
        this.isa = isa;
        this.below = below;
        f16 = new FloatTiles(isa, BlockFormat.F16);
        bf16 = new FloatTiles(isa, BlockFormat.BF16);
        q8 = new IntegerTiles(isa, BlockFormat.Q8_0);
        q4 = new IntegerTiles(isa, BlockFormat.Q4_0);
    }

    private QuantTiles tiles(BlockFormat format) {
        return switch (format) {
            case F16 -> f16;
            case BF16 -> bf16;
            case Q8_0 -> q8;
            case Q4_0 -> q4;
        };
    }

    @Override
    public long packedBytes(BlockFormat format, int rows, int columns) {
        // weights on the heap stay as they are, which takes no more
        return PackedWeights.of(isa, format, rows, columns).bytes();
    }

    @Override
    public Weights pack(
            MemorySegment packed, MemorySegment blocks, BlockFormat format, int rows, int columns) {
        if (!packed.isNative()) {
            return below.pack(packed, blocks, format, rows, columns);
        }
        QuantKernel.check(
                packed, packedBytes(format, rows, columns), blocks, format, rows, columns);
        HugePages.ask(packed);
        PackedWeights.of(isa, format, rows, columns).pack(packed, blocks);
        return new Weights(format, rows, columns, packed);
    }

    @Override
    public void multiply(Strided y, Strided x, Weights weights) {
        if (!weights.data().isNative()) {
            below.multiply(y, x, weights);
            return;
        }
        PackedWeights packed =
                PackedWeights.of(isa, weights.format(), weights.rows(), weights.columns());
        QuantKernel.check(y, x, weights, packed.bytes());
        if (y.count() == 0) {
            return;
        }
        Strided from = x.data().isNative() ? x : staged(x, Workspace.IMAGES, true);
        Strided to = y.data().isNative() ? y : staged(y, Workspace.RESULT, false);
        try {
            for (int row = 0; row < y.sizes()[0]; row += ROWS) {
                new Job(tiles(weights.format()), packed, weights, to, from, row).run();
            }
        } finally { // until here only addresses were in use
            Reference.reachabilityFence(weights);
            Reference.reachabilityFence(from);
            Reference.reachabilityFence(to);
        }
        if (!y.data().isNative()) {
            copyRows(y, to);
        }
    }

    /// Returns room for `x` in native memory, with its elements if asked.
    private static Strided staged(Strided x, Workspace slot, boolean filled) {
        Strided staged =
                new Strided(
                        slot.floats(x.count()),
                        DType.F32,
                        0,
                        x.sizes(),
                        new long[] {x.sizes()[1], 1});
        if (filled) {
            copyRows(staged, x);
        }
        return staged;
    }

    private static void copyRows(Strided to, Strided from) {
        for (int row = 0; row < to.sizes()[0]; row++) {
            MemorySegment.copy(
                    from.data(),
                    4 * (from.offset() + row * from.strides()[0]),
                    to.data(),
                    4 * (to.offset() + row * to.strides()[0]),
                    4L * to.sizes()[1]);
        }
    }

    /// Some rows of one call: addresses, sizes and the rows' panels.
    private static final class Job {
        private final QuantTiles tiles;
        private final PackedWeights packed;
        private final Weights weights;
        private final Strided y;
        private final long yAt;
        private final long yStride;
        private final long xAt;
        private final long xStride;
        private final int rows;
        private final int n;
        private final int k;
        private final int panels;
        private final MemorySegment left;

        Job(
                QuantTiles tiles,
                PackedWeights packed,
                Weights weights,
                Strided y,
                Strided x,
                int row) {
            this.tiles = tiles;
            this.packed = packed;
            this.weights = weights;
            this.y = y;
            yStride = 4 * y.strides()[0];
            yAt = y.data().address() + 4 * y.offset() + row * yStride;
            xStride = 4 * x.strides()[0];
            xAt = x.data().address() + 4 * x.offset() + row * xStride;
            rows = Math.min(ROWS, y.sizes()[0] - row);
            n = weights.rows();
            k = weights.columns();
            panels = (rows + tiles.mostRows() - 1) / tiles.mostRows();
            left = Workspace.SHARED_LEFT.bytes((long) rows * k / 32 * tiles.bytesOf32(rows));
        }

        void run() {
            if (k == 0) {
                clear();
                return;
            }
            int pieces = (k + packed.pieceDepth() - 1) / packed.pieceDepth();
            if ((long) rows * k <= 1 << 15) {
                for (int i = 0; i < panels * pieces; i++) {
                    panel(i);
                }
            } else {
                Parallel.run(panels * pieces, this::panel);
            }
            int groups = packed.groups();
            long bytes = packed.groupBytes();
            long work = (long) rows * k * PackedWeights.GROUP;
            long grain = Math.max(1, Math.min(PART / bytes, WORK / work));
            int most = tiles.groupsAtOnce(firstRow(1));
            grain = (grain + most - 1) / most * most;
            Parallel.range(groups, grain, this::groups);
        }

        private void clear() {
            for (int row = 0; row < rows; row++) {
                long at = yAt - y.data().address() + row * yStride;
                y.data().asSlice(at, 4L * n).fill((byte) 0);
            }
        }

        private int firstRow(int panel) {
            return (int) ((long) rows * panel / panels);
        }

        /// Returns the address of a panel's piece that begins at `column` and has `depth` columns.
        private long panelAt(int panel, int column, int depth) {
            long before = (long) rows * column + (long) firstRow(panel) * depth;
            return left.address() + before / 32 * tiles.bytesOf32(rows);
        }

        private void panel(int part) {
            int panel = part % panels;
            int column = part / panels * packed.pieceDepth();
            int depth = Math.min(packed.pieceDepth(), k - column);
            int row = firstRow(panel);
            tiles.panel(
                    panelAt(panel, column, depth),
                    xAt + row * xStride + 4L * column,
                    xStride,
                    firstRow(panel + 1) - row,
                    depth);
        }

        private void groups(long from, long to) {
            int whole = (int) Math.min(to, n / PackedWeights.GROUP);
            if (from < whole) {
                outputs(yAt + 4 * PackedWeights.GROUP * from, yStride, (int) from, whole);
            }
            if (whole < to) {
                lastOutputs(whole);
            }
        }

        /// The last group where it is not whole: its result goes by way of a tile.
        private void lastOutputs(int group) {
            MemorySegment tile = Workspace.TILES.floats((long) rows * PackedWeights.GROUP);
            outputs(tile.address(), 4 * PackedWeights.GROUP, group, group + 1);
            int column = group * PackedWeights.GROUP;
            for (int row = 0; row < rows; row++) {
                long at = yAt - y.data().address() + row * yStride + 4L * column;
                MemorySegment.copy(
                        tile, 4L * PackedWeights.GROUP * row, y.data(), at, 4L * (n - column));
            }
        }

        /// Groups `from` to `to`, whose result begins at address `at`.
        private void outputs(long at, long stride, int from, int to) {
            if (panels == 1) {
                tile(0, 0, k, at, stride, from, to);
                return;
            }
            int together = tiles.groupsAtOnce(firstRow(1));
            for (int column = 0; column < k; column += packed.pieceDepth()) {
                int depth = Math.min(packed.pieceDepth(), k - column);
                for (int group = from; group < to; group += together) {
                    long place = at + 4L * PackedWeights.GROUP * (group - from);
                    int end = Math.min(to, group + together);
                    for (int panel = 0; panel < panels; panel++) {
                        long panelPlace = place + firstRow(panel) * stride;
                        tile(panel, column, depth, panelPlace, stride, group, end);
                    }
                }
            }
        }

        /// One panel, from `column` on, times some groups: as many together as the tile takes, then
        /// one by one.
        private void tile(
                int panel, int column, int depth, long at, long stride, int from, int to) {
            int height = firstRow(panel + 1) - firstRow(panel);
            int together = tiles.groupsAtOnce(height);
            int runs = (to - from) / together;
            int done = from + runs * together;
            call(panel, column, depth, at, stride, from, runs, together, height);
            long rest = at + 4L * PackedWeights.GROUP * (done - from);
            call(panel, column, depth, rest, stride, done, to - done, 1, height);
        }

        private void call(
                int panel,
                int column,
                int depth,
                long at,
                long stride,
                int group,
                int runs,
                int together,
                int height) {
            if (runs == 0) {
                return;
            }
            long again = column == 0 ? 0 : 1;
            long before = group * packed.groupBytes() + packed.groupBytes(column);
            tiles.tile(height, together)
                    .call(
                            at,
                            panelAt(panel, column, depth),
                            weights.data().address() + before,
                            stride,
                            depth / 32 | (2L * runs + again) << 32,
                            packed.groupBytes());
        }
    }
}
