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
/// places are neighbours. The zeros at the right of a row are those at the left of the next. Where
/// rows are so short that places between them would waste much of the vectors, each column of the
/// window has a phase of its own, moved by that column, and there are none between rows.
///
/// | scratch | shape |
/// |---|---|
/// | copy | `[channels, phases, paddedRows, pitch]` |
final class Windows {
    private static final int BEYOND = 64; // elements: what the last vector reads
    private static final int BETWEEN = 16; // elements: what rows of one phase write into the next
    private static final int WASTEFUL = 107; // percent
    private static final int WASTEFUL_ROWS = 16;
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
    private final int phaseSize;
    private final int[] phaseRows; // remainder of each phase
    private final int[] phaseColumns; // column of the source at column 0 of each phase
    private final int[]
            places; // of each tap in the copy of a channel, relative to a window's place

    /// @param channels channels of the source that a window reads
    /// @param height rows of the source
    /// @param width columns of the source
    /// @param taps where the window's elements are
    /// @param gridRows windows from top to bottom
    /// @param gridColumns windows from left to right
    /// @param cut how to cut the work
    Windows(
            int channels,
            int height,
            int width,
            Taps taps,
            int gridRows,
            int gridColumns,
            Cut cut) {
        this.channels = channels;
        this.height = height;
        this.width = width;
        this.gridRows = gridRows;
        this.gridColumns = gridColumns;
        this.taps = taps.rows.length;
        stepRows = taps.stepRows;
        stepColumns = taps.stepColumns;
        int[] rows = quotients(taps.rows, stepRows);
        int[] joined = quotients(taps.columns, stepColumns);
        Layout layout = new Layout(joined, remainders(taps.columns, stepColumns));
        if (layout.isWasteful(cut)) {
            layout = new Layout(new int[this.taps], taps.columns);
        }
        lowRow = Arrays.stream(rows).min().orElse(0);
        int moreRows = Arrays.stream(rows).max().orElse(0) - lowRow;
        lowColumn = layout.low;
        overlap = layout.overlap;
        pitch = layout.pitch;
        int least = Arrays.stream(layout.offsets).min().orElse(0);
        int range = Arrays.stream(layout.offsets).max().orElse(0) - least + 1;
        int[] keys = remainders(taps.rows, stepRows);
        for (int tap = 0; tap < this.taps; tap++) {
            keys[tap] = keys[tap] * range + layout.offsets[tap] - least;
        }
        int[] phases = Arrays.stream(keys).sorted().distinct().toArray();
        phaseRows = Arrays.stream(phases).map(key -> key / range).toArray();
        phaseColumns = Arrays.stream(phases).map(key -> key % range + least).toArray();
        long rowSize = (long) channels * Math.max(1, phases.length) * pitch;
        long most = Math.min(MOST_PLACES / pitch, MOST_COPIED / rowSize - moreRows);
        int wanted = (gridRows + cut.leastBlocks - 1) / cut.leastBlocks;
        blockRows = (int) Math.max(1, Math.min(most, wanted));
        paddedRows = blockRows + moreRows;
        phaseSize = paddedRows * pitch + (phases.length > 1 ? BETWEEN : 0);
        channelSize = (long) phases.length * phaseSize;
        places = new int[this.taps];
        for (int tap = 0; tap < this.taps; tap++) {
            places[tap] =
                    Arrays.binarySearch(phases, keys[tap]) * phaseSize
                            + (rows[tap] - lowRow) * pitch
                            + layout.columns[tap]
                            - lowColumn;
        }
    }

    /// The elements of a window relative to its place.
    ///
    /// @param rows row of the source of each tap
    /// @param columns column likewise
    /// @param stepRows rows of the source from one window to the next
    /// @param stepColumns columns likewise
    record Taps(int[] rows, int[] columns, int stepRows, int stepColumns) {}

    /// How to cut the work.
    ///
    /// @param lanes lanes of a vector
    /// @param rows output channels that read a copy
    /// @param leastBlocks blocks wanted per image where it has rows enough
    record Cut(int lanes, int rows, int leastBlocks) {}

    /// How the columns of a window's taps lie in the copy.
    private final class Layout {
        private final int[] columns; // of each tap in its phase
        private final int[] offsets; // column of the source where each tap's phase has column 0
        private final int low;
        private final int overlap;
        private final int pitch;

        Layout(int[] columns, int[] offsets) {
            this.columns = columns;
            this.offsets = offsets;
            low = Arrays.stream(columns).min().orElse(0);
            int more = Arrays.stream(columns).max().orElse(0) - low;
            int span = gridColumns + more;
            int shared = Math.min(Math.max(0, -low), more);
            for (int offset : offsets) {
                shared = Math.min(shared, span - Math.clamp(end(offset, low), 0, span));
            }
            overlap = shared;
            pitch = span - overlap;
        }

        /// Says whether places between the rows take much of the vectors' room, and output channels
        /// are enough to pay for a copy of the image for each column of the window.
        boolean isWasteful(Cut cut) {
            int vectors = (span(gridRows) + cut.lanes - 1) / cut.lanes;
            int least = (gridRows * gridColumns + cut.lanes - 1) / cut.lanes;
            return stepColumns == 1
                    && cut.rows >= WASTEFUL_ROWS
                    && 100 * vectors > WASTEFUL * least;
        }

        private int span(int rows) {
            return (rows - 1) * pitch + gridColumns;
        }
    }

    private static int[] quotients(int[] values, int divisor) {
        return Arrays.stream(values).map(value -> Math.floorDiv(value, divisor)).toArray();
    }

    private static int[] remainders(int[] values, int divisor) {
        return Arrays.stream(values).map(value -> Math.floorMod(value, divisor)).toArray();
    }

    /// Returns the first column of a row in scratch that the source has, if `offset` is the
    /// source's column at `low` steps before.
    private int begin(int offset, int low) {
        return Math.ceilDiv(-offset, stepColumns) - low;
    }

    /// Returns the end of the columns that the source has.
    private int end(int offset, int low) {
        return Math.ceilDiv(width - offset, stepColumns) - low;
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

    /// Writes the byte offsets of all channels' taps in the copy, each a long.
    void depths(MemorySegment table) {
        for (int i = 0; i < channels * taps; i++) {
            long place = i / taps * channelSize + places[i % taps];
            table.setAtIndex(ValueLayout.JAVA_LONG, i, 4 * place);
        }
    }

    /// Makes the copy of one block.
    ///
    /// @param to receives the copy
    /// @param from the source
    /// @param offset element of the source where the image's first channel begins
    /// @param firstRow first row of places
    void copy(ConvCode code, MemorySegment to, MemorySegment from, long offset, int firstRow) {
        boolean byVectors = stepColumns == 1 && (phaseRows.length == 1 || overlap == 0);
        for (int phase = 0; phase < phaseRows.length; phase++) {
            byVectors &= code.copies().fits(pitch, left(phase), right(phase));
        }
        long size = channels * channelSize;
        long known = byVectors ? size : 0;
        zeros(to, known, size + overlap + BEYOND - known);
        int top = firstRow + lowRow;
        int above = Math.clamp(-top, 0, paddedRows);
        int first = Math.max(top, 0);
        for (int phase = 0; phase < phaseRows.length; phase++) {
            int most = paddedRows - above;
            int rows =
                    Math.clamp(count(height, phaseRows[phase], stepRows) - (long) first, 0, most);
            long line = (long) first * stepRows + phaseRows[phase];
            int column = lowColumn * stepColumns + phaseColumns[phase];
            long source = from.address() + 4 * (offset + line * width + column);
            long target = to.address() + 4L * phase * phaseSize;
            int left = left(phase);
            var moved =
                    new PlaneCopy.Rows(
                            channels,
                            rows,
                            4L * height * width,
                            4 * channelSize,
                            4L * stepRows * width,
                            4L * pitch);
            if (byVectors) {
                int below = (most - rows) * pitch;
                code.copies()
                        .toPadded(
                                target,
                                source,
                                moved,
                                pitch,
                                left,
                                right(phase),
                                above * pitch,
                                below);
            } else {
                code.strided()
                        .run(
                                target + 4L * (above * pitch + left),
                                source + 4L * left * stepColumns,
                                moved,
                                Math.max(0, right(phase) - left),
                                1,
                                stepColumns);
            }
        }
    }

    /// Returns the zeros at the beginning of a row of `phase`.
    private int left(int phase) {
        return Math.clamp(begin(phaseColumns[phase], lowColumn), 0, pitch);
    }

    /// Returns the end of what comes from the source in a row of `phase`.
    private int right(int phase) {
        return Math.clamp(end(phaseColumns[phase], lowColumn), 0, pitch);
    }

    private static void zeros(MemorySegment to, long at, long count) {
        to.asSlice(4 * at, 4 * count).fill((byte) 0);
    }
}
