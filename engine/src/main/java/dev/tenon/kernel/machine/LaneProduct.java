package dev.tenon.kernel.machine;

import dev.tenon.kernel.Conv2dSizes;
import dev.tenon.kernel.Parallel;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/// A convolution of small images with an image in each lane.
///
/// Where rows are shorter than a vector, places side by side would waste most of one. Images side
/// by side waste none, and taps beyond the image are left out instead of multiplied by zero: in an
/// image of 2 by 2 that is 5 of 9. Each sum has the order of [WindowProduct]'s.
///
/// | scratch | shape |
/// |---|---|
/// | copy | `[channels, places, VECTORS * lanes]` |
/// | out | `[panel, places, VECTORS * lanes]` |
///
/// @param code the routines
/// @param batch images
/// @param groups groups of channels, each a product of its own
/// @param channels channels of one group in the source
/// @param rows channels of one group in the result
/// @param sourcePlane elements of one channel of a source image
/// @param plane elements of one channel of a result's image
record LaneProduct(
        ConvCode code, int batch, int groups, int channels, int rows, int sourcePlane, int plane) {
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
    private static final int MOST_PLACES = 64;
    private static final int MOST_COPIED = 1 << 18; // elements of a part's copy, 1 MB
    private static final int LARGE_COPY = 1 << 15; // whose product is worth sharing

    /// Vectors of images in a part.
    static final int VECTORS = 2;

    /// Says whether this is the way to do it: small images, and enough of them to fill vectors, of
    /// two parts at least where there is much to do.
    static boolean fits(Isa isa, Conv2dSizes sizes, int channels) {
        int images = VECTORS * isa.lanes();
        int places = Math.max(sizes.plane(), sizes.outPlane());
        int copied = images * places * channels;
        return sizes.batch() >= (copied > LARGE_COPY ? 2 : 1) * images
                && places <= MOST_PLACES
                && copied <= MOST_COPIED;
    }

    /// Returns the bytes from one element of the copy to the next.
    static int elementBytes(Isa isa) {
        return VECTORS * isa.bytes();
    }

    /// Works out the product.
    ///
    /// @param result images `[batch, groups * rows, plane]`
    /// @param source images `[batch, groups * channels, sourcePlane]`
    /// @param panels weights `[groups, panels, channels, window, panel]`
    /// @param taps the taps of each place
    /// @param bias first value of each channel of the result, or null for zeros
    void run(
            MemorySegment result,
            MemorySegment source,
            MemorySegment panels,
            int window,
            PlaceTaps taps,
            @Nullable MemorySegment bias) {
        int height = code.tile().rows();
        int padded = (rows + height - 1) / height * height;
        MemorySegment first = WindowProduct.firstValues(bias, groups, rows, padded);
        int most = VECTORS * code.isa().lanes();
        int blocks = (batch + most - 1) / most;
        Parallel.run(
                blocks * groups,
                part -> {
                    int image = part / groups * most;
                    int group = part % groups;
                    long panel = 4L * padded * channels * window;
                    new Part(image, Math.min(most, batch - image), group, window, taps)
                            .run(
                                    this,
                                    result,
                                    source,
                                    panels.address() + group * panel,
                                    first.address() + 4L * group * padded);
                });
    }

    /// Some images of one group.
    private record Part(int image, int images, int group, int window, PlaceTaps taps) {
        void run(
                LaneProduct whole,
                MemorySegment result,
                MemorySegment source,
                long weights,
                long first) {
            ConvTile tile = whole.code.tile();
            Isa isa = whole.code.isa();
            int element = elementBytes(isa);
            int count = whole.channels * whole.sourcePlane;
            MemorySegment copy = Workspace.IMAGES.bytes((count + 8L) * element);
            copy(whole, copy.address(), source);
            MemorySegment out = Workspace.TILES.bytes((long) tile.rows() * whole.plane * element);
            int vectors = (images + isa.lanes() - 1) / isa.lanes();
            int chain = ConvTile.channelsPerChain(whole.channels, window);
            for (int row = 0; row < whole.rows; row += tile.rows()) {
                int height = Math.min(tile.rows(), whole.rows - row);
                for (int channel = 0; channel < whole.channels; channel += chain) {
                    long at = ((long) row * whole.channels + (long) channel * tile.rows()) * window;
                    MemorySegment arguments =
                            ConvTile.arguments(
                                    (long) whole.plane * element,
                                    channel == 0 ? first + 4L * row : 0,
                                    Math.min(chain, whole.channels - channel),
                                    (long) whole.sourcePlane * element,
                                    4L * tile.rows() * window);
                    for (int place = 0; place < whole.plane; place++) {
                        tile.run(
                                height,
                                vectors,
                                copy.address() + (long) channel * whole.sourcePlane * element,
                                weights + 4 * at,
                                out.address() + (long) place * element,
                                taps.address(place),
                                taps.count(place),
                                arguments.address());
                    }
                }
                long to = ((long) image * whole.groups + group) * whole.rows + row;
                store(whole, result, to * whole.plane, out, height * whole.plane);
            }
        }

        private void copy(LaneProduct whole, long copy, MemorySegment source) {
            int count = whole.channels * whole.sourcePlane;
            long stride = (long) whole.groups * count;
            for (int i = 0; i < images; i += Interleave.ROWS) {
                long from = (image + i) * stride + (long) group * count;
                whole.code
                        .interleave()
                        .run(
                                copy + 4L * i,
                                source.address() + 4 * from,
                                new Interleave.Move(
                                        Math.min(Interleave.ROWS, images - i),
                                        count,
                                        4 * stride,
                                        elementBytes(whole.code.isa()),
                                        1,
                                        0,
                                        0));
            }
        }

        /// Copies `count` elements of each image to their places, from element `to` on.
        private void store(
                LaneProduct whole, MemorySegment result, long to, MemorySegment out, int count) {
            int element = elementBytes(whole.code.isa());
            long stride = (long) whole.groups * whole.rows * whole.plane;
            int eights = count / Interleave.ROWS;
            int whole8 = images / Interleave.ROWS * Interleave.ROWS; // others: one by one
            long address = result.address() + 4 * to;
            // eight images at a time: more lines of memory than that would drive each other out of
            // the
            // cache, whose places repeat every 4096 bytes
            for (int i = 0; i < whole8 && eights > 0; i += Interleave.ROWS) {
                store8(whole, address + 4 * i * stride, out.address() + 4L * i, count, 4 * stride);
            }
            for (int i = eights > 0 ? whole8 : 0; i < images; i++) {
                for (int k = 0; k < count; k++) {
                    float value = out.get(FLOAT, (long) k * element + 4L * i);
                    result.setAtIndex(FLOAT, to + i * stride + k, value);
                }
            }
        }

        /// Copies `count` elements, at least eight, of each of eight images.
        private static void store8(LaneProduct whole, long to, long from, int count, long stride) {
            int element = elementBytes(whole.code.isa());
            Interleave code = whole.code.interleave();
            int rows = Interleave.ROWS;
            code.run(
                    to,
                    from,
                    new Interleave.Move(
                            rows,
                            rows,
                            element,
                            stride,
                            count / rows,
                            (long) rows * element,
                            4L * rows));
            if (count % rows > 0) {
                int last = count - rows; // some of it once more
                code.run(
                        to + 4L * last,
                        from + (long) last * element,
                        new Interleave.Move(rows, rows, element, stride, 1, 0, 0));
            }
        }
    }
}
