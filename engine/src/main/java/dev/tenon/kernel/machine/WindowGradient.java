package dev.tenon.kernel.machine;

import dev.tenon.kernel.Conv2dSettings;
import dev.tenon.kernel.Conv2dSizes;
import dev.tenon.kernel.Parallel;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// The gradient of a convolution's weights: upstream gradients times the elements of the windows,
/// summed over all places.
///
/// The channels of an element lie side by side in scratch, so that vectors hold input channels.
/// What one row of the window reads is then one strip of elements, if they are neighbours and the
/// zeros at the row's ends are written down; where a tap's channels fill whole vectors and rows are
/// short, each tap is a strip of its own and meets only the places that have an element for it.
///
/// The images (or blocks of rows) are dealt out to chunks, whose number depends on sizes alone;
/// each chunk adds up its own sums, and the chunks' sums are added in order. Where there are few
/// chunks, the output channels are split as well.
///
/// | scratch | shape |
/// |---|---|
/// | images | `[images, rows, columns, channelPitch]`, or images after columns where these are few |
/// | upstream | `[panels, images, outRows, outColumns, panel]`, likewise |
/// | sums | `[chunks, groups, panels * panel, strips, stripVectors * lanes]` |
final class WindowGradient {
    private static final int PARTS = 8;
    private static final int LEAST_PLACES = 128; // of a chunk: below, merging costs too much
    private static final long MOST_SUMS = 1 << 22; // elements: 16 MB
    private static final long MOST_COPIED = 1 << 17; // elements of a block's copies
    private static final int SHORT_ROW = 8;

    private final ConvCode code;
    private final Conv2dSizes sizes;
    private final int channels;
    private final int rows;
    private final int panel;
    private final int panels;
    private final int channelPitch;
    private final boolean byTap;
    private final int left; // zeros at the beginning of a row
    private final int columns; // of a row in scratch
    private final int strips;
    private final int stripVectors;
    private final int blockRows;
    private final int blockImages;
    private final int chunks;
    private final int splits;
    private final boolean imagesInner;

    WindowGradient(ConvCode code, Conv2dSizes sizes) {
        this.code = code;
        this.sizes = sizes;
        Conv2dSettings s = sizes.settings();
        int lanes = code.isa().lanes();
        channels = sizes.groupChannels();
        rows = sizes.groupOutChannels();
        panel = code.weightTile().rows();
        panels = (rows + panel - 1) / panel;
        channelPitch = (channels + 3) & ~3;
        byTap =
                s.dilationW() > 1
                        || sizes.kernelW() == 1
                        || (channels % lanes == 0 && sizes.outWidth() <= SHORT_ROW);
        left = byTap ? 0 : s.paddingW();
        int reach = (sizes.outWidth() - 1) * s.strideW() + sizes.kernelW();
        columns = byTap ? sizes.width() : Math.max(reach, left + sizes.width());
        strips = byTap ? sizes.window() : sizes.kernelH();
        int length = byTap ? channels : sizes.kernelW() * channelPitch;
        stripVectors = (length + lanes - 1) / lanes;
        long row =
                (long) columns * channelPitch * s.strideH()
                        + (long) sizes.outWidth() * panels * panel;
        blockRows = Math.clamp(MOST_COPIED / row, 1, sizes.outHeight());
        long units = (long) sizes.batch() * rowBlocks();
        long room = Math.max(1, MOST_SUMS / (sumSize() * s.groups()));
        long wanted = (long) sizes.batch() * sizes.outPlane() / LEAST_PLACES;
        chunks = (int) Math.clamp(Math.min(wanted, units), 1, Math.min(PARTS, room));
        splits = Math.clamp(PARTS / chunks / s.groups(), 1, panels);
        int images = (sizes.batch() + chunks - 1) / chunks;
        blockImages =
                rowBlocks() > 1
                        ? 1
                        : Math.clamp(MOST_COPIED / (row * sizes.outHeight()), 1, images);
        imagesInner = byTap && blockImages > sizes.outWidth();
    }

    private int rowBlocks() {
        return (sizes.outHeight() + blockRows - 1) / blockRows;
    }

    private int sumPitch() {
        return strips * stripVectors * code.isa().lanes();
    }

    private long sumSize() {
        return (long) panels * panel * sumPitch();
    }

    /// Works out the gradient.
    void run(MemorySegment dw, MemorySegment x, MemorySegment dy) {
        int groups = sizes.settings().groups();
        MemorySegment sums = Workspace.SUMS.floats(groups * chunks * sumSize());
        Parallel.run(
                groups * chunks * splits,
                part -> {
                    int split = part % splits;
                    int chunk = part / splits % chunks;
                    int group = part / splits / chunks;
                    new Chunk(
                                    group,
                                    panels * split / splits,
                                    panels * (split + 1) / splits,
                                    sums.asSlice(
                                            4 * sumSize() * (chunk * groups + group),
                                            4 * sumSize()),
                                    x,
                                    dy)
                            .run(chunk);
                });
        long stride = groups * sumSize();
        int cuts = Math.min(rows, PARTS);
        Parallel.run(
                groups * cuts,
                part -> {
                    int group = part / cuts;
                    int cut = part % cuts;
                    for (int row = rows * cut / cuts; row < rows * (cut + 1) / cuts; row++) {
                        long from = sums.address() + 4 * group * sumSize() + 4L * row * sumPitch();
                        merge(dw, from, 4 * stride, group * rows + row);
                    }
                });
    }

    /// Adds up the chunks' sums of one output channel and writes them with the taps of a channel
    /// side by side.
    private void merge(MemorySegment dw, long from, long stride, int row) {
        int window = sizes.window();
        int lanes = code.isa().lanes();
        int tapPitch = byTap ? stripVectors * lanes : channelPitch;
        int stripTaps = byTap ? 1 : sizes.kernelW();
        MemorySegment taps = Workspace.PART_LEFT.floats((long) window * tapPitch + lanes + 64);
        int pieces = byTap ? 1 : strips; // by taps the strips have no gaps between them
        for (int strip = 0; strip < pieces; strip++) { // what reaches beyond one is overwritten
            code.weightTile()
                    .merge(
                            taps.address() + 4L * strip * stripTaps * tapPitch,
                            from + 4L * strip * stripVectors * lanes,
                            stride,
                            chunks,
                            stripVectors * (strips / pieces));
        }
        int count = channels * window;
        MemorySegment line = Workspace.PART_RIGHT.floats(count + 8L * window + 8);
        for (int tap = (window - 1) / Interleave.ROWS * Interleave.ROWS; tap >= 0; ) {
            code.interleave()
                    .run(
                            line.address() + 4L * tap,
                            taps.address() + 4L * tap * tapPitch,
                            new Interleave.Move(
                                    Math.min(Interleave.ROWS, window - tap),
                                    channels,
                                    4L * tapPitch,
                                    4L * window,
                                    1,
                                    0,
                                    0));
            tap -= Interleave.ROWS;
        }
        MemorySegment.copy(line, 0, dw, 4L * row * count, 4L * count);
    }

    /// Some images of one group and some panels of its output channels.
    private final class Chunk {
        private final int group;
        private final int firstPanel;
        private final int lastPanel;
        private final MemorySegment sums;
        private final MemorySegment x;
        private final MemorySegment dy;

        // the block at hand
        private int images;
        private int firstRow; // of places
        private int countRows;
        private int firstImageRow;
        private int countImageRows;

        Chunk(
                int group,
                int firstPanel,
                int lastPanel,
                MemorySegment sums,
                MemorySegment x,
                MemorySegment dy) {
            this.group = group;
            this.firstPanel = firstPanel;
            this.lastPanel = lastPanel;
            this.sums = sums;
            this.x = x;
            this.dy = dy;
        }

        void run(int chunk) {
            long tall = 4L * panel * sumPitch();
            sums.asSlice(firstPanel * tall, (lastPanel - firstPanel) * tall).fill((byte) 0);
            int units = sizes.batch() * rowBlocks();
            int end = (int) ((long) units * (chunk + 1) / chunks);
            for (int unit = (int) ((long) units * chunk / chunks); unit < end; ) {
                images = Math.min(blockImages, end - unit);
                firstRow = unit % rowBlocks() * blockRows;
                countRows = Math.min(blockRows, sizes.outHeight() - firstRow);
                block(unit / rowBlocks());
                unit += images;
            }
        }

        private void block(int image) {
            Conv2dSettings s = sizes.settings();
            int top = firstRow * s.strideH() - s.paddingH();
            int bottom =
                    (firstRow + countRows - 1) * s.strideH()
                            - s.paddingH()
                            + (sizes.kernelH() - 1) * s.dilationH()
                            + 1;
            firstImageRow = Math.clamp(top, 0, sizes.height());
            countImageRows = Math.clamp(bottom, firstImageRow, sizes.height()) - firstImageRow;
            long slack = 8L * channelPitch * (imagesInner ? images : 1) + 256;
            long elements = (long) images * countImageRows * columns * channelPitch;
            MemorySegment copy = Workspace.IMAGES.floats(elements + slack);
            if (!byTap) {
                copy.asSlice(0, 4 * elements).fill((byte) 0);
            }
            long panelSize = 4L * images * countRows * sizes.outWidth() * panel;
            long more = 8L * panel * (imagesInner ? images : 1);
            MemorySegment upstream =
                    Workspace.TILES.floats(panelSize / 4 * (lastPanel - firstPanel) + more);
            boolean joined = columns == sizes.width();
            for (int i = 0; i < images; i += joined ? images : 1) {
                copyImages(copy.address(), i, image + i, joined);
            }
            for (int i = firstPanel; i < lastPanel; i++) {
                copyPanel(upstream.address() + (i - firstPanel) * panelSize, i, image);
            }
            for (int strip = 0; strip < strips; strip++) {
                strip(strip, copy.address(), upstream.address(), panelSize);
            }
        }

        /// Copies one image, or all of the block where their rows are `joined`.
        private void copyImages(long copy, int index, int image, boolean joined) {
            int step = imagesInner ? images : 1;
            long first = imagesInner ? index : (long) index * countImageRows * columns;
            long channel = ((long) image * sizes.settings().groups() + group) * channels;
            long imageStride = 4L * sizes.channels() * sizes.plane();
            long imageTo = 4L * channelPitch * (imagesInner ? 1 : countImageRows * columns);
            int tail = (channels - 1) / Interleave.ROWS * Interleave.ROWS;
            for (int c = tail; c >= 0; c -= Interleave.ROWS) {
                long from = (channel + c) * sizes.plane() + (long) firstImageRow * sizes.width();
                long to = (first + (long) left * step) * channelPitch + c;
                if (countImageRows == 0) {
                    continue;
                }
                code.interleave()
                        .run(
                                copy + 4 * to,
                                x.address() + 4 * from,
                                new Interleave.Move(
                                        Math.min(Interleave.ROWS, channels - c),
                                        sizes.width() * (joined ? countImageRows : 1),
                                        4L * sizes.plane(),
                                        4L * step * channelPitch,
                                        joined ? images : countImageRows,
                                        joined ? imageStride : 4L * sizes.width(),
                                        joined ? imageTo : 4L * step * columns * channelPitch));
            }
        }

        private void copyPanel(long upstream, int index, int image) {
            int places = countRows * sizes.outWidth();
            int step = imagesInner ? images : 1;
            long channel = ((long) image * sizes.settings().groups() + group) * rows;
            long from =
                    (channel + index * panel) * sizes.outPlane()
                            + (long) firstRow * sizes.outWidth();
            code.interleave()
                    .run(
                            upstream,
                            dy.address() + 4 * from,
                            new Interleave.Move(
                                    Math.min(panel, rows - index * panel),
                                    places,
                                    4L * sizes.outPlane(),
                                    4L * step * panel,
                                    images,
                                    4L * sizes.outChannels() * sizes.outPlane(),
                                    4L * panel * (imagesInner ? 1 : places)));
        }

        /// Adds what one strip of the windows meets.
        private void strip(int strip, long copy, long upstream, long panelSize) {
            Segments segments = new Segments();
            int step = segments.fill(strip);
            MemorySegment steps = Workspace.ARGUMENTS.bytes(128);
            steps.setAtIndex(ValueLayout.JAVA_LONG, 0, (long) step * 4 * channelPitch);
            steps.setAtIndex(ValueLayout.JAVA_LONG, 1, 4L * panel);
            steps.setAtIndex(ValueLayout.JAVA_LONG, 2, 4L * sumPitch());
            int bytes = code.isa().bytes();
            long column = 4L * strip * stripVectors * code.isa().lanes();
            int wide = code.weightTile().vectors(panel);
            int pieces = (stripVectors + wide - 1) / wide;
            for (int first = 0; first < segments.count; ) {
                int count = segments.chain(first);
                long table = segments.table.address() + 4L * ConvWeightTile.SEGMENT * first;
                for (int piece = 0; piece < pieces; piece++) {
                    int from = stripVectors * piece / pieces;
                    int vectors = stripVectors * (piece + 1) / pieces - from;
                    for (int i = firstPanel; i < lastPanel; i++) {
                        code.weightTile()
                                .run(
                                        Math.min(panel, rows - i * panel),
                                        vectors,
                                        copy + (long) from * bytes,
                                        upstream + (i - firstPanel) * panelSize,
                                        sums.address()
                                                + 4L * i * panel * sumPitch()
                                                + column
                                                + (long) from * bytes,
                                        table,
                                        count,
                                        steps.address());
                    }
                }
                first += count;
            }
        }

        /// The places that one strip meets, as segments of at most one chain.
        private final class Segments {
            private MemorySegment table = Workspace.TABLES.bytes(0);
            private int count;

            /// Writes the segments of a strip; returns the elements from one place to the next.
            int fill(int strip) {
                Conv2dSettings s = sizes.settings();
                int tapRow = byTap ? strip / sizes.kernelW() : strip;
                int tapColumn = byTap ? strip % sizes.kernelW() : 0;
                int down = tapRow * s.dilationH() - s.paddingH();
                int right = tapColumn * s.dilationW() - s.paddingW() + (byTap ? 0 : left);
                int from = byTap ? ceiling(-right, s.strideW()) : 0;
                int to =
                        byTap
                                ? Math.min(
                                        ceiling(sizes.width() - right, s.strideW()),
                                        sizes.outWidth())
                                : sizes.outWidth();
                int each = to - from;
                int pieces = 1 + (imagesInner ? images : Math.max(each, 0)) / ConvWeightTile.DEPTH;
                long most = (long) countRows * pieces * (imagesInner ? Math.max(each, 0) : images);
                table = Workspace.TABLES.bytes(4 * ConvWeightTile.SEGMENT * most);
                count = 0;
                for (int image = 0; image < (imagesInner ? 1 : images); image++) {
                    for (int p = 0; p < countRows; p++) {
                        int row = (firstRow + p) * s.strideH() + down - firstImageRow;
                        if (row >= 0 && row < countImageRows && each > 0) {
                            int line = (image * countImageRows + row) * columns + right;
                            int place = (image * countRows + p) * sizes.outWidth();
                            line(line, place, from, to);
                        }
                    }
                }
                return imagesInner ? 1 : s.strideW();
            }

            private static int ceiling(int value, int divisor) {
                return Math.max(0, -Math.floorDiv(-value, divisor));
            }

            /// Writes the segments of one row of places.
            private void line(int line, int place, int from, int to) {
                int step = sizes.settings().strideW();
                if (!imagesInner) {
                    add(line + from * step, place + from, to - from, step);
                    return;
                }
                for (int column = from; column < to; column++) {
                    add((line + column * step) * images, (place + column) * images, images, 1);
                }
            }

            private void add(int element, int place, int length, int step) {
                for (int i = 0; i < length; i += ConvWeightTile.DEPTH) {
                    int at = ConvWeightTile.SEGMENT * count++;
                    set(at, 4 * channelPitch * (element + i * step));
                    set(at + 1, 4 * panel * (place + i));
                    set(at + 2, Math.min(ConvWeightTile.DEPTH, length - i));
                }
            }

            private void set(int at, int value) {
                table.setAtIndex(ValueLayout.JAVA_INT, at, value);
            }

            /// Returns the segments from `first` on that make up one chain.
            int chain(int first) {
                int places = 0;
                int i = first;
                while (i < count) {
                    int at = ConvWeightTile.SEGMENT * i + 2;
                    places += table.getAtIndex(ValueLayout.JAVA_INT, at);
                    if (i > first && places > ConvWeightTile.DEPTH) {
                        break;
                    }
                    i++;
                }
                return i - first;
            }
        }
    }
}
