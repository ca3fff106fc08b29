package dev.tenon.kernel.vector;

import dev.tenon.kernel.Parallel;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// A convolution as a product: weights `[rows, depth]` times the windows `[depth, columns]` of
/// [Patches], written to a grid of places in images.
///
/// @param patches the windows of one group's channels
/// @param batch images
/// @param groups groups of channels, each a product of its own
/// @param channels channels of one group in the source
/// @param rows channels of one group in the result
/// @param result where the result goes
record ConvProduct(Patches patches, int batch, int groups, int channels, int rows, Target result) {
    /// The places that a product writes.
    ///
    /// @param data images `[batch, groups * rows, height, width]`
    /// @param width columns of an image
    /// @param plane elements of one channel of an image
    /// @param row row of the first place
    /// @param column column of the first place
    /// @param rowStep rows from one place to the next
    /// @param columnStep columns likewise
    record Target(
            MemorySegment data,
            int width,
            int plane,
            int row,
            int column,
            int rowStep,
            int columnStep) {}

    /// Where the weight of a row and a depth lies: element `row * rowStride + outer * outerStride +
    /// taps[tap]` of its group, where `depth = outer * taps.length + tap`.
    record Weights(MemorySegment data, int group, int rowStride, int outerStride, int[] taps) {}

    /// Works out the product.
    ///
    /// @param source images `[batch, groups * channels, ..]`
    /// @param sourcePlane elements of one channel of a source image
    /// @param bias first value of each channel of the result, or null for zeros
    void run(MemorySegment source, int sourcePlane, Weights weights, @Nullable MemorySegment bias) {
        int size = Panels.padded(rows) * patches.depth;
        float[] left = Scratch.SHARED_LEFT.floats((long) groups * size);
        packWeights(left, size, weights);
        int blocks = patches.blocks(batch);
        Parallel.run(
                groups * blocks,
                part -> {
                    int group = part / blocks;
                    Patches.Block block = patches.block(part % blocks, batch);
                    float[] images = Scratch.IMAGES.floats(patches.imageCount() + Panels.LANES);
                    long offset = (long) group * channels * sourcePlane;
                    patches.fill(
                            images, source, offset, (long) groups * channels * sourcePlane, block);
                    block(block, group, images, left, group * size, bias);
                });
    }

    private void packWeights(float[] left, int size, Weights weights) {
        int count = Math.toIntExact(weights.data.byteSize() / 4);
        float[] staging = Scratch.STAGING.floats(count);
        MemorySegment.copy(weights.data, Panels.FLOAT, 0, staging, 0, count);
        for (int group = 0; group < groups; group++) {
            int sixes = Panels.sixes(rows);
            int row = 0;
            for (int panel = 0; row < rows; panel++) {
                int height = panel < sixes ? 6 : 4;
                packPanel(
                        left,
                        group * size + row * patches.depth,
                        height,
                        staging,
                        group * weights.group + row * weights.rowStride,
                        Math.min(height, rows - row),
                        weights);
                row += height;
            }
        }
    }

    private void packPanel(
            float[] left,
            int at,
            int height,
            float[] from,
            int offset,
            int lanes,
            Weights weights) {
        int[] taps = weights.taps;
        if (lanes < height) {
            Arrays.fill(left, at, at + height * patches.depth, 0);
        }
        for (int lane = 0; lane < lanes; lane++) {
            int to = at + lane;
            int outer = offset + lane * weights.rowStride;
            for (int k = 0; k < patches.depth; k += taps.length) {
                for (int tap : taps) {
                    left[to] = from[outer + tap];
                    to += height;
                }
                outer += weights.outerStride;
            }
        }
    }

    private void block(
            Patches.Block block,
            int group,
            float[] images,
            float[] left,
            int leftAt,
            @Nullable MemorySegment bias) {
        int columns = block.columns(patches);
        int panels = Panels.columnPanels(columns);
        int tall = Panels.padded(rows) * Panels.COLUMNS;
        int[] places = Scratch.COLUMNS.ints(columns);
        int[] depths = Scratch.DEPTHS.ints(patches.depth);
        int[] copies = Scratch.COPIES.ints((long) panels * (Patches.COPY_INTS + 1));
        float[] tiles = Scratch.TILES.floats((long) panels * tall);
        float[] right =
                Scratch.PART_RIGHT.floats((long) Panels.DEPTH * Panels.COLUMNS + Panels.LANES);
        patches.columns(places, block);
        patches.depths(depths);
        int counts = panels * Patches.COPY_INTS;
        for (int panel = 0; panel < panels; panel++) {
            int from = panel * Panels.COLUMNS;
            copies[counts + panel] =
                    Patches.copies(
                            copies,
                            panel * Patches.COPY_INTS,
                            places,
                            from,
                            Math.min(Panels.COLUMNS, columns - from));
        }
        start(tiles, panels, group, bias);
        for (int k = 0; k < patches.depth; k += Panels.DEPTH) {
            int deep = Math.min(Panels.DEPTH, patches.depth - k);
            for (int panel = 0; panel < panels; panel++) {
                int at = panel * Patches.COPY_INTS;
                Patches.pack(right, images, depths, k, deep, copies, at, copies[counts + panel]);
                Panels.multiply(
                        left,
                        leftAt,
                        patches.depth,
                        k,
                        rows,
                        right,
                        0,
                        deep,
                        1,
                        tiles,
                        panel * tall,
                        deep);
            }
        }
        store(tiles, block, group, columns);
    }

    private void start(float[] tiles, int panels, int group, @Nullable MemorySegment bias) {
        int tall = Panels.padded(rows) * Panels.COLUMNS;
        if (bias == null) {
            Arrays.fill(tiles, 0, panels * tall, 0);
            return;
        }
        for (int row = 0; row < rows; row++) {
            float first = bias.getAtIndex(Panels.FLOAT, (long) group * rows + row);
            for (int panel = 0; panel < panels; panel++) {
                int at = panel * tall + row * Panels.COLUMNS;
                Arrays.fill(tiles, at, at + Panels.COLUMNS, first);
            }
        }
        for (int panel = 0; panel < panels; panel++) {
            Arrays.fill(tiles, panel * tall + rows * Panels.COLUMNS, (panel + 1) * tall, 0);
        }
    }

    private void store(float[] tiles, Patches.Block block, int group, int columns) {
        int tall = Panels.padded(rows) * Panels.COLUMNS;
        int[] places = Scratch.COLUMNS.ints(columns);
        places(places, block);
        long image = (long) groups * rows * result.plane;
        long start = block.image() * image + (long) group * rows * result.plane;
        for (int from = 0, at = 0; from < columns; from += Panels.COLUMNS, at += tall) {
            int count = Math.min(Panels.COLUMNS, columns - from);
            if (count == Panels.COLUMNS && places[from + count - 1] == places[from] + count - 1) {
                Panels.storePanel(result.data, start + places[from], result.plane, tiles, at, rows);
            } else {
                for (int row = 0; row < rows; row++) {
                    long channel = start + (long) row * result.plane;
                    for (int i = 0; i < count; i++) {
                        result.data.setAtIndex(
                                Panels.FLOAT,
                                channel + places[from + i],
                                tiles[at + row * Panels.COLUMNS + i]);
                    }
                }
            }
        }
    }

    /// Writes the place of each column of a block, from the block's first image on.
    private void places(int[] places, Patches.Block block) {
        int image = groups * rows * result.plane;
        int i = 0;
        for (int n = 0; n < block.images(); n++) {
            for (int row = block.row(); row < block.row() + block.rows(); row++) {
                int line = n * image + (result.row + row * result.rowStep) * result.width;
                for (int column = 0; column < patches.gridColumns; column++) {
                    places[i++] = line + result.column + column * result.columnStep;
                }
            }
        }
    }
}
