package dev.tenon.kernel.machine;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/// Where the elements of a convolution's windows lie in a padded copy of some rows of an image.
///
/// The copy is made once per block of rows. Places of the window are numbered along its rows, so a
/// vector of neighbouring places reads neighbouring elements for every tap; places beyond the grid
/// at the end of a row are worked out as well and thrown away. With a step between windows the copy
/// is split into phases, one for each remainder of row and column, in each of which neighbouring
/// places are neighbours. The zeros at the right of a row are those at the left of the next.
///
/// | scratch | shape |
/// |---|---|
/// | copy | `[channels, phases, paddedRows, pitch]` |
final class Windows {
    private static final int BEYOND = 64; // elements: what the last vector reads
    private static final int MOST_PLACES = 2048; // of a block
    private static final long MOST_COPIED = 1 << 17; // elements of a block's copy, 512 KB

    final int channels;
    final int taps;
    final int gridRows;
    final int gridColumns;
    final int pitch;
    final int blockRows;
    final long channelSize;

    private final int height;
    private final int width;
    private final int stepRows;
    private final int stepColumns;
    private final int lowRow; // in steps
    private final int lowColumn;
    private final int paddedRows;
    private final int overlap;
    private final int left;
    private final int[] phaseRows; // remainder of each phase
    private final int[] phaseColumns;
    private final int[]
            places; // of each tap in the copy of a channel, relative to a window's place

    /// @param channels channels of the source that a window reads
    /// @param height rows of the source
    /// @param width columns of the source
    /// @param tapRows row of the source, relative to a window's place, of each tap
    /// @param tapColumns column likewise
    /// @param stepRows rows of the source from one window to the next
    /// @param stepColumns columns likewise
    /// @param gridRows windows from top to bottom
    /// @param gridColumns windows from left to right
    /// @param leastBlocks blocks wanted per image where it has rows enough
    Windows(
            int channels,
            int height,
            int width,
            int[] tapRows,
            int[] tapColumns,
            int stepRows,
            int stepColumns,
            int gridRows,
            int gridColumns,
            int leastBlocks) {
        this.channels = channels;
        this.height = height;
        this.width = width;
        this.stepRows = stepRows;
        this.stepColumns = stepColumns;
        this.gridRows = gridRows;
        this.gridColumns = gridColumns;
        taps = tapRows.length;
        int[] rows = quotients(tapRows, stepRows);
        int[] columns = quotients(tapColumns, stepColumns);
        lowRow = Arrays.stream(rows).min().orElse(0);
        lowColumn = Arrays.stream(columns).min().orElse(0);
        int moreRows = Arrays.stream(rows).max().orElse(0) - lowRow;
        int moreColumns = Arrays.stream(columns).max().orElse(0) - lowColumn;
        int[] phases = new int[taps];
        int[] keys = phases(tapRows, tapColumns, phases);
        phaseRows = Arrays.stream(keys).map(key -> key / stepColumns).toArray();
        phaseColumns = Arrays.stream(keys).map(key -> key % stepColumns).toArray();
        left = Math.max(0, -lowColumn);
        int span = gridColumns + moreColumns;
        overlap = Math.min(Math.min(left, moreColumns), leastRight(span));
        pitch = span - overlap;
        long rowSize = (long) channels * Math.max(1, keys.length) * pitch;
        long most = Math.min(MOST_PLACES / pitch, MOST_COPIED / rowSize - moreRows);
        int wanted = (gridRows + leastBlocks - 1) / leastBlocks;
        blockRows = (int) Math.max(1, Math.min(most, wanted));
        paddedRows = blockRows + moreRows;
        channelSize = (long) keys.length * paddedRows * pitch;
        places = new int[taps];
        for (int tap = 0; tap < taps; tap++) {
            places[tap] =
                    (phases[tap] * paddedRows + rows[tap] - lowRow) * pitch
                            + columns[tap]
                            - lowColumn;
        }
    }

    private static int[] quotients(int[] values, int divisor) {
        return Arrays.stream(values).map(value -> Math.floorDiv(value, divisor)).toArray();
    }

    /// Returns the phases that taps fall into, as `row * stepColumns + column`, and writes which
    /// one each tap falls into.
    private int[] phases(int[] tapRows, int[] tapColumns, int[] phases) {
        for (int tap = 0; tap < taps; tap++) {
            phases[tap] =
                    Math.floorMod(tapRows[tap], stepRows) * stepColumns
                            + Math.floorMod(tapColumns[tap], stepColumns);
        }
        int[] keys = Arrays.stream(phases).sorted().distinct().toArray();
        for (int tap = 0; tap < taps; tap++) {
            phases[tap] = Arrays.binarySearch(keys, phases[tap]);
        }
        return keys;
    }

    /// Returns the least number of zeros that any phase has at the right of a row of `span`.
    private int leastRight(int span) {
        int least = Integer.MAX_VALUE;
        for (int phase : phaseColumns) {
            least = Math.min(least, Math.max(0, span - end(phase)));
        }
        return least;
    }

    /// Returns the end, in a padded row, of what a phase's columns have in the source.
    private int end(int phaseColumn) {
        return Math.max(0, count(width, phaseColumn, stepColumns) - lowColumn);
    }

    private static int count(int size, int first, int step) {
        return Math.max(0, (size - first + step - 1) / step);
    }

    /// Returns the number of blocks of an image.
    int blocks() {
        return (gridRows + blockRows - 1) / blockRows;
    }

    /// Returns the elements of a block's copy with what vectors read beyond it.
    long copySize() {
        return channels * channelSize + pitch + 512;
    }

    /// Returns the places of `rows` rows, those between the rows included.
    int span(int rows) {
        return (rows - 1) * pitch + gridColumns;
    }

    /// Writes the byte offsets of the taps in the copy and in the weights.
    ///
    /// @param table receives pairs of int
    /// @param weightTaps where each tap's weight is among those of a channel
    /// @param panel bytes from one weight to the next
    void table(MemorySegment table, int[] weightTaps, int panel) {
        for (int tap = 0; tap < taps; tap++) {
            table.setAtIndex(ValueLayout.JAVA_INT, 2L * tap, Math.multiplyExact(4, places[tap]));
            table.setAtIndex(ValueLayout.JAVA_INT, 2L * tap + 1, weightTaps[tap] * panel);
        }
    }

    /// Makes the copy of one block.
    ///
    /// @param to receives the copy
    /// @param from the source
    /// @param offset element of the source where the image's first channel begins
    /// @param firstRow first row of places
    void copy(ConvCode code, MemorySegment to, MemorySegment from, long offset, int firstRow) {
        boolean whole = phaseRows.length == 1 && stepColumns == 1;
        long size = channels * channelSize;
        if (whole && code.copies().fits(pitch, left, right(0))) {
            zeros(to, size, overlap + BEYOND);
        } else {
            zeros(to, 0, size + overlap + BEYOND);
            whole = false;
        }
        int top = firstRow + lowRow;
        int above = Math.clamp(-top, 0, paddedRows);
        int first = Math.max(top, 0);
        for (int phase = 0; phase < phaseRows.length; phase++) {
            int most = paddedRows - above;
            int rows =
                    Math.clamp(count(height, phaseRows[phase], stepRows) - (long) first, 0, most);
            long line = (long) first * stepRows + phaseRows[phase];
            long source = from.address() + 4 * (offset + line * width);
            long target = to.address() + 4L * phase * paddedRows * pitch;
            var moved =
                    new PlaneCopy.Rows(
                            channels,
                            rows,
                            4L * height * width,
                            4 * channelSize,
                            4L * stepRows * width,
                            4L * pitch);
            if (whole) {
                int below = (most - rows) * pitch;
                code.copies()
                        .toPadded(
                                target,
                                source + 4L * lowColumn,
                                moved,
                                pitch,
                                left,
                                right(phase),
                                above * pitch,
                                below);
            } else {
                int skipped = Math.max(0, lowColumn) * stepColumns + phaseColumns[phase];
                code.strided()
                        .run(
                                target + 4L * (above * pitch + left),
                                source + 4L * skipped,
                                moved,
                                Math.max(0, right(phase) - left),
                                1,
                                stepColumns);
            }
        }
    }

    /// Returns the end of what comes from the source in a row of `phase`.
    private int right(int phase) {
        return Math.min(pitch, end(phaseColumns[phase]));
    }

    private static void zeros(MemorySegment to, long at, long count) {
        to.asSlice(4 * at, 4 * count).fill((byte) 0);
    }
}
