package dev.tenon.kernel.vector;

import dev.tenon.kernel.Parallel;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/// The gradient of a convolution's weights as a product: upstream gradients `[rows, columns]` times
/// the windows of [Patches], transposed.
///
/// The channels of a place lie side by side here, so that a panel, whose rows are now the places of
/// the window, takes whole vectors of them.
///
/// The blocks of the batch are dealt out to chunks, whose number depends on sizes alone; each chunk
/// adds up its own sums, and the chunks' sums are added in order. Where there are few chunks, the
/// depth is split as well.
///
/// @param patches the windows of one group's channels
/// @param batch images
/// @param groups groups of channels, each a product of its own
/// @param channels channels of one group in the source
/// @param rows channels of one group in the result
record ConvWeightGradient(Patches patches, int batch, int groups, int channels, int rows) {
    private static final int PARTS = 8;
    private static final long MOST_SUMS = 1 << 22; // elements: 16 MB

    /// Works out the gradient.
    ///
    /// @param dw `[groups * rows, depth]`
    /// @param source images `[batch, groups * channels, ..]`
    /// @param sourcePlane elements of one channel of a source image
    /// @param dy `[batch, groups * rows, gridRows, gridColumns]`
    void run(MemorySegment dw, MemorySegment source, int sourcePlane, MemorySegment dy) {
        int blocks = patches.blocks(batch);
        int panels = Panels.columnPanels(patches.depth);
        int size = panels * Panels.padded(rows) * Panels.COLUMNS;
        int room = (int) Math.max(1, MOST_SUMS / ((long) size * groups));
        int chunks = Math.clamp(blocks, 1, Math.min(PARTS, room));
        int splits = Math.clamp(panels / 2, 1, PARTS / chunks);
        float[] sums = Scratch.SHARED_LEFT.floats((long) groups * chunks * size);
        Parallel.run(
                groups * chunks * splits,
                part -> {
                    int split = part % splits;
                    int chunk = part / splits % chunks;
                    int group = part / splits / chunks;
                    new Chunk(
                                    group,
                                    blocks * chunk / chunks,
                                    blocks * (chunk + 1) / chunks,
                                    panels * split / splits,
                                    panels * (split + 1) / splits)
                            .run(
                                    sums,
                                    (group * chunks + chunk) * size,
                                    source,
                                    sourcePlane,
                                    dy,
                                    this);
                });
        int cuts = Math.min(rows, PARTS);
        Parallel.run(
                groups * cuts,
                part -> {
                    int group = part / cuts;
                    int cut = part % cuts;
                    for (int row = rows * cut / cuts; row < rows * (cut + 1) / cuts; row++) {
                        merge(dw, sums, group * chunks * size, size, chunks, group, row);
                    }
                });
    }

    /// Adds up the chunks' sums of one row, from `at` on, and writes them with the taps of a
    /// channel side by side.
    private void merge(
            MemorySegment dw, float[] sums, int at, int size, int chunks, int group, int row) {
        int depth = patches.depth;
        int taps = depth / channels;
        int wide = Panels.columnPanels(depth) * Panels.COLUMNS;
        int tall = Panels.padded(rows) * Panels.COLUMNS;
        float[] total = Scratch.MERGED.floats(wide);
        float[] line = Scratch.STAGING.floats(depth);
        int from = at + row * Panels.COLUMNS;
        for (int column = 0; column < wide; column += Panels.COLUMNS, from += tall) {
            for (int i = 0; i < Panels.COLUMNS; i += Panels.LANES) {
                FloatVector sum = FloatVector.fromArray(Lanes.FLOATS, sums, from + i);
                for (int chunk = 1; chunk < chunks; chunk++) {
                    sum =
                            sum.add(
                                    FloatVector.fromArray(
                                            Lanes.FLOATS, sums, from + chunk * size + i));
                }
                sum.intoArray(total, column + i);
            }
        }
        for (int tap = 0; tap < taps; tap++) {
            for (int channel = 0; channel < channels; channel++) {
                line[channel * taps + tap] = total[tap * channels + channel];
            }
        }
        long to = 4 * ((long) group * rows + row) * depth;
        MemorySegment.copy(line, 0, dw, Panels.FLOAT, to, depth);
    }

    /// Blocks of one group, and panels of the depth.
    private record Chunk(int group, int firstBlock, int lastBlock, int firstPanel, int lastPanel) {
        void run(
                float[] sums,
                int at,
                MemorySegment source,
                int sourcePlane,
                MemorySegment dy,
                ConvWeightGradient whole) {
            Patches patches = whole.patches;
            int tall = Panels.padded(whole.rows) * Panels.COLUMNS;
            Arrays.fill(sums, at + firstPanel * tall, at + lastPanel * tall, 0);
            int[] depths = Scratch.DEPTHS.ints(patches.depth);
            int[] copies =
                    Scratch.COPIES.ints((long) (lastPanel - firstPanel) * (Patches.COPY_INTS + 1));
            patches.depthsChannelsLast(depths);
            int counts = (lastPanel - firstPanel) * Patches.COPY_INTS;
            for (int panel = firstPanel; panel < lastPanel; panel++) {
                int from = panel * Panels.COLUMNS;
                int i = panel - firstPanel;
                copies[counts + i] =
                        Patches.copies(
                                copies,
                                i * Patches.COPY_INTS,
                                depths,
                                from,
                                Math.min(Panels.COLUMNS, patches.depth - from));
            }
            for (int number = firstBlock; number < lastBlock; number++) {
                Patches.Block block = patches.block(number, whole.batch);
                float[] images = Scratch.IMAGES.floats(patches.imageCount() + Panels.LANES);
                long offset = (long) group * whole.channels * sourcePlane;
                long stride = (long) whole.groups * whole.channels * sourcePlane;
                patches.fillChannelsLast(images, source, offset, stride, block);
                multiply(sums, at, images, copies, whole, block, whole.upstream(dy, group, block));
            }
        }

        private void multiply(
                float[] sums,
                int at,
                float[] images,
                int[] copies,
                ConvWeightGradient whole,
                Patches.Block block,
                float[] left) {
            Patches patches = whole.patches;
            int columns = block.columns(patches);
            int tall = Panels.padded(whole.rows) * Panels.COLUMNS;
            int[] places = Scratch.COLUMNS.ints(columns);
            patches.columnsChannelsLast(places, block);
            float[] right =
                    Scratch.PART_RIGHT.floats((long) Panels.DEPTH * Panels.COLUMNS + Panels.LANES);
            int counts = (lastPanel - firstPanel) * Patches.COPY_INTS;
            for (int k = 0; k < columns; k += Panels.DEPTH) {
                int deep = Math.min(Panels.DEPTH, columns - k);
                for (int panel = firstPanel; panel < lastPanel; panel++) {
                    int i = panel - firstPanel;
                    Patches.pack(
                            right,
                            images,
                            places,
                            k,
                            deep,
                            copies,
                            i * Patches.COPY_INTS,
                            copies[counts + i]);
                    Panels.multiply(
                            left,
                            0,
                            columns,
                            k,
                            whole.rows,
                            right,
                            0,
                            deep,
                            1,
                            sums,
                            at + panel * tall,
                            deep);
                }
            }
        }
    }

    /// Packs the upstream gradients of one group and block as a left operand.
    private float[] upstream(MemorySegment dy, int group, Patches.Block block) {
        int columns = block.columns(patches);
        int plane = patches.gridRows * patches.gridColumns;
        int count = block.rows() * patches.gridColumns; // of one image
        float[] left = Scratch.PART_LEFT.floats((long) Panels.padded(rows) * columns);
        float[] staging =
                Scratch.STAGING.floats((long) (rows + Panels.LANES) * count + Panels.LANES);
        for (int image = 0; image < block.images(); image++) {
            long offset =
                    ((long) (block.image() + image) * groups + group) * rows * plane
                            + (long) block.row() * patches.gridColumns;
            Patches.stage(staging, dy, offset, rows, plane, count);
            int sixes = Panels.sixes(rows);
            int row = 0;
            for (int panel = 0; row < rows; panel++) {
                int height = panel < sixes ? 6 : 4;
                int lanes = Math.min(height, rows - row);
                int to = row * columns + image * count * height;
                if (lanes < height) {
                    Arrays.fill(left, to, to + count * height, 0);
                }
                Panels.interleave(left, to, height, staging, row * count, count, lanes, count);
                row += height;
            }
        }
        return left;
    }
}
