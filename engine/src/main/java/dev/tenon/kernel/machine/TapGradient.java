package dev.tenon.kernel.machine;

import dev.tenon.kernel.Conv2dSizes;
import dev.tenon.kernel.Parallel;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// The gradient of a convolution's weights where few input channels meet an output channel, as in
/// depthwise convolutions and in the first layer of a network: places lie in the lanes, as in
/// [WindowProduct], and the lanes are added up in F64 at the end.
///
/// Between the rows the upstream gradients are zero.
///
/// | scratch | shape |
/// |---|---|
/// | upstream | `[rows, blockRows, pitch]` |
/// | sums | `[chunks, groups, rows, channels, window, lanes]` |
final class TapGradient {
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
    private static final int PARTS = 8;
    private static final long MOST_SUMS = 1 << 20; // elements: 4 MB
    private static final int MOST_CHANNELS = 4;
    private static final int VECTORS = 8; // of places: with fewer, adding to the sums takes longest
    private static final int MERGED = 64; // vectors worth a part

    private final ConvCode code;
    private final Conv2dSizes sizes;
    private final Windows windows;
    private final int groups;
    private final int rows;
    private final int depth; // weights of an output channel
    private final int units; // blocks of all images
    private final int chunks;
    private final int sets; // parts of the groups
    private final long rowPitch; // elements from one output channel to the next in scratch

    TapGradient(ConvCode code, Conv2dSizes sizes, Windows windows) {
        this.code = code;
        this.sizes = sizes;
        this.windows = windows;
        groups = sizes.settings().groups();
        rows = sizes.groupOutChannels();
        depth = windows.channels * windows.taps;
        units = sizes.batch() * windows.blocks();
        chunks = Math.clamp(MOST_SUMS / sumSize(), 1, Math.min(PARTS, units));
        sets = Math.clamp(PARTS / chunks, 1, groups);
        rowPitch = (long) windows.blockRows * windows.pitch + 2L * code.isa().lanes();
    }

    /// Says whether this is the way to do it.
    static boolean fits(Isa isa, Conv2dSizes sizes) {
        int channels = sizes.groupChannels();
        return channels * sizes.groupOutChannels() == 1
                || (channels <= MOST_CHANNELS && sizes.outPlane() >= VECTORS * isa.lanes());
    }

    private long sumSize() {
        return (long) groups * rows * depth * code.isa().lanes();
    }

    /// Works out the gradient.
    void run(MemorySegment dw, MemorySegment x, MemorySegment dy) {
        MemorySegment sums = Workspace.SUMS.floats(chunks * sumSize());
        MemorySegment table = Workspace.TABLES.bytes(8L * depth);
        windows.depths(table);
        Parallel.run(
                chunks * sets,
                part -> {
                    int chunk = part / sets;
                    int set = part % sets;
                    for (int group = groups * set / sets;
                            group < groups * (set + 1) / sets;
                            group++) {
                        long size = sumSize() / groups;
                        MemorySegment own =
                                sums.asSlice(4 * (chunk * sumSize() + group * size), 4 * size);
                        own.fill((byte) 0);
                        int end = (int) ((long) units * (chunk + 1) / chunks);
                        for (int unit = (int) ((long) units * chunk / chunks); unit < end; unit++) {
                            block(unit, group, own.address(), table.address(), x, dy);
                        }
                    }
                });
        int lanes = code.isa().lanes();
        Parallel.range(
                (long) groups * rows * depth,
                MERGED,
                (from, to) -> {
                    int count = (int) (to - from);
                    MemorySegment merged = Workspace.PART_LEFT.floats((long) count * lanes);
                    code.weightTile()
                            .merge(
                                    merged.address(),
                                    sums.address() + 4 * from * lanes,
                                    4 * sumSize(),
                                    chunks,
                                    count);
                    for (int i = 0; i < count; i++) {
                        double sum = 0;
                        for (int lane = 0; lane < lanes; lane++) {
                            sum += merged.getAtIndex(FLOAT, (long) i * lanes + lane);
                        }
                        dw.setAtIndex(FLOAT, from + i, (float) sum);
                    }
                });
    }

    /// Adds what one block of rows of one image and group meets.
    private void block(
            int unit, int group, long sums, long table, MemorySegment x, MemorySegment dy) {
        int image = unit / windows.blocks();
        int row = unit % windows.blocks() * windows.blockRows;
        int lanes = code.isa().lanes();
        MemorySegment copy = Workspace.IMAGES.floats(windows.copySize());
        long channel = ((long) image * groups + group) * windows.channels;
        windows.copy(code, copy, x, channel * sizes.plane(), row);
        int lines = Math.min(windows.blockRows, windows.gridRows - row);
        MemorySegment upstream = Workspace.TILES.floats(rows * rowPitch + lanes);
        copyUpstream(upstream, dy, (image * groups + group) * rows, row, lines);
        int vectors = (windows.span(lines) + lanes - 1) / lanes;
        TapTile tile = code.tapTile();
        for (int panel = 0; panel < rows; panel += tile.rows()) {
            int height = Math.min(tile.rows(), rows - panel);
            int wide = tile.taps(height);
            int pieces = (depth + wide - 1) / wide;
            for (int piece = 0; piece < pieces; piece++) {
                int from = depth * piece / pieces;
                tile.run(
                        height,
                        depth * (piece + 1) / pieces - from,
                        upstream.address() + 4 * panel * rowPitch,
                        copy.address(),
                        sums + 4L * (panel * depth + from) * lanes,
                        table + 8L * from,
                        vectors,
                        4 * rowPitch,
                        4L * depth * lanes);
            }
        }
    }

    private void copyUpstream(MemorySegment to, MemorySegment dy, int channel, int row, int lines) {
        int columns = windows.gridColumns;
        var moved =
                new PlaneCopy.Rows(
                        rows,
                        lines,
                        4L * sizes.outPlane(),
                        4 * rowPitch,
                        4L * columns,
                        4L * windows.pitch);
        long from = dy.address() + 4 * ((long) channel * sizes.outPlane() + (long) row * columns);
        if (code.copies().fits(windows.pitch, 0, columns)) {
            int below = code.isa().lanes();
            code.copies().toPadded(to.address(), from, moved, windows.pitch, 0, columns, 0, below);
            return;
        }
        to.asSlice(0, 4 * rows * rowPitch).fill((byte) 0);
        code.strided().run(to.address(), from, moved, columns, 1, 1);
    }
}
