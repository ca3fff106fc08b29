package dev.tenon.kernel.vector;

import dev.tenon.kernel.Parallel;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/// The gradient of a convolution's weights as a product: upstream gradients `[rows, columns]` times
/// the windows of [Patches], transposed.
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
    private static final int PARTS = 16;
    private static final int LEAST_BLOCKS =
            4; // of a chunk: adding up a chunk's sums then costs little
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
        int chunks = Math.clamp(blocks / LEAST_BLOCKS, 1, Math.min(PARTS, room));
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
        Parallel.run(
                groups * splits,
                part -> {
                    int group = part / splits;
                    int first = panels * (part % splits) / splits;
                    int last = panels * (part % splits + 1) / splits;
                    merge(dw, sums, group, size, chunks, first, last);
                });
    }

    /// Adds up the chunks' sums of some panels and writes them.
    private void merge(
            MemorySegment dw, float[] sums, int group, int size, int chunks, int first, int last) {
        int tall = Panels.padded(rows) * Panels.COLUMNS;
        int to = group * chunks * size;
        for (int chunk = 1; chunk < chunks; chunk++) {
            for (int i = first * tall; i < last * tall; i += Panels.LANES) {
                FloatVector.fromArray(Lanes.FLOATS, sums, to + i)
                        .add(FloatVector.fromArray(Lanes.FLOATS, sums, to + chunk * size + i))
                        .intoArray(sums, to + i);
            }
        }
        for (int panel = first; panel < last; panel++) {
            int column = panel * Panels.COLUMNS;
            Panels.store(
                    dw,
                    (long) group * rows * patches.depth + column,
                    patches.depth,
                    sums,
                    to + panel * tall,
                    rows,
                    Math.min(Panels.COLUMNS, patches.depth - column));
        }
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
            patches.depths(depths);
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
                patches.fill(images, source, offset, stride, block);
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
            patches.columns(places, block);
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
        float[] staging = Scratch.STAGING.floats((long) rows * count);
        Arrays.fill(left, 0, Panels.padded(rows) * columns, 0);
        for (int image = 0; image < block.images(); image++) {
            long offset =
                    ((long) (block.image() + image) * groups + group) * rows * plane
                            + (long) block.row() * patches.gridColumns;
            Patches.stage(staging, dy, offset, rows, plane, count);
            int sixes = Panels.sixes(rows);
            for (int row = 0; row < rows; row++) {
                int six = row / 6;
                int height = six < sixes ? 6 : 4;
                int first = six < sixes ? six * 6 : sixes * 6 + (row - sixes * 6) / 4 * 4;
                int to = first * columns + image * count * height + row - first;
                for (int i = 0; i < count; i++) {
                    left[to + i * height] = staging[row * count + i];
                }
            }
        }
        return left;
    }
}
