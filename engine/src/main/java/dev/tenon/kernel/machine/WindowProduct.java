package dev.tenon.kernel.machine;

import dev.tenon.kernel.Parallel;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/// A convolution as a product of weights and [Windows], written to a grid of places in images.
///
/// A part is a block of rows of one image and one group, or of several groups where these are
/// small. It copies its rows with their zeros, works out a panel of output channels after the
/// other, and copies each from scratch to its place.
///
/// @param code the routines
/// @param windows the windows of one group's channels
/// @param batch images
/// @param groups groups of channels, each a product of its own
/// @param rows channels of one group in the result
/// @param result where the result goes
record WindowProduct(
        ConvCode code, Windows windows, int batch, int groups, int rows, Target result) {
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
    private static final long PART = 1 << 16; // multiply-adds worth a part of its own

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

    /// Weights in panels.
    ///
    /// @param panels `[groups, panels, channels, window, panel]`
    /// @param window weights of a channel
    /// @param taps where each tap's weight is among those of a channel
    record Weights(MemorySegment panels, int window, int[] taps) {}

    /// Works out the product.
    ///
    /// @param source images `[batch, groups * channels, ..]`
    /// @param sourcePlane elements of one channel of a source image
    /// @param bias first value of each channel of the result, or null for zeros
    void run(MemorySegment source, int sourcePlane, Weights weights, @Nullable MemorySegment bias) {
        int height = code.tile().rows();
        int padded = (rows + height - 1) / height * height;
        MemorySegment first = firstValues(bias, groups, rows, padded);
        int chain = ConvTile.channelsPerChain(windows.channels, weights.window);
        MemorySegment table = Workspace.TABLES.bytes(8L * windows.taps);
        windows.table(table, weights.taps, 4 * height);
        int blocks = windows.blocks();
        long work = (long) rows * windows.channels * windows.taps;
        work *= windows.span(windows.blockRows);
        int together = Math.clamp(PART / Math.max(1, work), 1, groups); // groups of a part
        int sets = (groups + together - 1) / together;
        Parallel.run(
                batch * sets * blocks,
                part -> {
                    int image = part / (sets * blocks);
                    int set = part / blocks % sets;
                    int row = part % blocks * windows.blockRows;
                    for (int group = set * together;
                            group < Math.min(groups, (set + 1) * together);
                            group++) {
                        MemorySegment copy = Workspace.IMAGES.floats(windows.copySize());
                        long channel = ((long) image * groups + group) * windows.channels;
                        windows.copy(code, copy, source, channel * sourcePlane, row);
                        long panel = 4L * padded * windows.channels * weights.window;
                        new Part(image, group, row, chain, copy.address(), table.address())
                                .run(
                                        this,
                                        weights.panels.address() + group * panel,
                                        first.address() + 4L * group * padded,
                                        weights.window);
                    }
                });
    }

    /// Returns the first values of the rows of all groups, each padded.
    static MemorySegment firstValues(
            @Nullable MemorySegment bias, int groups, int rows, int padded) {
        MemorySegment first = Workspace.SUMMARY.floats((long) groups * padded);
        first.asSlice(0, 4L * groups * padded).fill((byte) 0);
        for (int i = 0; bias != null && i < groups * rows; i++) {
            int at = i / rows * padded + i % rows;
            first.setAtIndex(FLOAT, at, bias.getAtIndex(FLOAT, i));
        }
        return first;
    }

    /// A block of rows of one image and group.
    ///
    /// @param chain channels of a chain
    /// @param copy address of the block's copy
    /// @param table address of the offsets of the taps
    private record Part(int image, int group, int row, int chain, long copy, long table) {
        void run(WindowProduct whole, long weights, long first, int window) {
            Windows windows = whole.windows;
            ConvTile tile = whole.code.tile();
            int lanes = whole.code.isa().lanes();
            int height = tile.rows();
            int places = windows.span(Math.min(windows.blockRows, windows.gridRows - row));
            int vectors = (places + lanes - 1) / lanes;
            long stride = (long) vectors * lanes + lanes; // not a multiple of a page
            MemorySegment out = Workspace.TILES.floats(height * stride);
            for (int panel = 0; panel < whole.rows; panel += height) {
                int rows = Math.min(height, whole.rows - panel);
                for (int channel = 0; channel < windows.channels; channel += chain) {
                    int count = Math.min(chain, windows.channels - channel);
                    long at = ((long) panel * windows.channels + (long) channel * height) * window;
                    tiles(
                            whole,
                            rows,
                            vectors,
                            copy + 4 * channel * windows.channelSize,
                            weights + 4 * at,
                            out.address(),
                            ConvTile.arguments(
                                    4 * stride,
                                    channel == 0 ? first + 4L * panel : 0,
                                    count,
                                    4 * windows.channelSize,
                                    4L * height * window));
                }
                store(whole, out, stride, panel, rows);
            }
        }

        /// Works out some rows of all places for one chain.
        private void tiles(
                WindowProduct whole,
                int rows,
                int vectors,
                long images,
                long weights,
                long out,
                MemorySegment arguments) {
            ConvTile tile = whole.code.tile();
            int wide = tile.vectors(rows);
            int done = 0;
            while (done < vectors) {
                int rest = vectors - done;
                int tiles = rest / wide;
                int width = wide;
                if (tiles == 0) {
                    tiles = 1;
                    width = rest;
                } else if (rest % wide == 1 && wide > 2) { // 4 are better as 2 and 2 than 3 and 1
                    tiles--;
                    if (tiles == 0) {
                        tiles = 1;
                        width = (rest + 1) / 2;
                    }
                }
                ConvTile.tiles(arguments, tiles);
                long at = (long) done * whole.code.isa().bytes();
                tile.run(
                        rows,
                        width,
                        images + at,
                        weights,
                        out + at,
                        table,
                        whole.windows.taps,
                        arguments.address());
                done += tiles * width;
            }
        }

        /// Copies some channels of the result from scratch to their places.
        private void store(
                WindowProduct whole, MemorySegment out, long stride, int panel, int channels) {
            Windows windows = whole.windows;
            Target result = whole.result;
            int gridRows = Math.min(windows.blockRows, windows.gridRows - row);
            long channel = ((long) image * whole.groups + group) * whole.rows + panel;
            long begin =
                    channel * result.plane
                            + (long) (result.row + row * result.rowStep) * result.width
                            + result.column;
            long toRow = (long) result.rowStep * result.width;
            if (result.columnStep == 1) {
                boolean joined = windows.pitch == windows.gridColumns && toRow == windows.pitch;
                int lines = joined ? 1 : gridRows;
                int count = windows.gridColumns * (joined ? gridRows : 1);
                var moved =
                        new PlaneCopy.Rows(
                                channels,
                                lines,
                                4 * stride,
                                4L * result.plane,
                                4L * windows.pitch,
                                4 * toRow);
                long to = result.data.address() + 4 * begin;
                whole.code.copies().toExact(to, out.address(), moved, count);
                return;
            }
            var moved =
                    new PlaneCopy.Rows(
                            channels,
                            gridRows,
                            4 * stride,
                            4L * result.plane,
                            4L * windows.pitch,
                            4 * toRow);
            whole.code
                    .strided()
                    .run(
                            result.data.address() + 4 * begin,
                            out.address(),
                            moved,
                            windows.gridColumns,
                            result.columnStep,
                            1);
        }
    }
}
