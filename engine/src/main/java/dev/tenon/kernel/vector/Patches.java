package dev.tenon.kernel.vector;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/// The windows of a convolution as a matrix that is never written down: one column for each place
/// of the window, one row (depth) for each channel and element of the window, called a tap.
///
/// A block is a few hundred columns: several small images, or a few rows of a large one. Its source
/// is copied once with its zeros around it, channel by channel; element `(depth, column)` of the
/// matrix is then `images[depths[depth] + columns[column]]`, without a condition. Panels are put
/// together from copies of whole vectors; where fewer elements lie side by side, a copy writes
/// beyond its place and the next one overwrites that.
final class Patches {
    private static final int LANES = Lanes.FLOATS.length();
    private static final int BLOCK =
            256; // columns: what a core's second cache holds beside the weights
    private static final FloatVector ZERO = FloatVector.zero(Lanes.FLOATS);

    /// Most ints that [#copies] writes for one panel.
    static final int COPY_INTS = 2 * MicroKernel.COLUMNS;

    final int depth;
    final int blockImages;
    final int blockRows;
    final int gridRows;
    final int gridColumns;

    private final int channels;
    private final int height;
    private final int width;
    private final int[] tapRows;
    private final int[] tapColumns;
    private final int stepRows;
    private final int stepColumns;
    private final int lowRow;
    private final int lowColumn;
    private final int paddedRows;
    private final int paddedColumns;

    /// @param channels channels of the source that a window reads
    /// @param height rows of the source
    /// @param width columns of the source
    /// @param tapRows row of the source, relative to a window's place, of each tap
    /// @param tapColumns column likewise
    /// @param stepRows rows of the source from one window to the next
    /// @param stepColumns columns likewise
    /// @param gridRows windows from top to bottom
    /// @param gridColumns windows from left to right
    Patches(
            int channels,
            int height,
            int width,
            int[] tapRows,
            int[] tapColumns,
            int stepRows,
            int stepColumns,
            int gridRows,
            int gridColumns) {
        this.channels = channels;
        this.height = height;
        this.width = width;
        this.tapRows = tapRows;
        this.tapColumns = tapColumns;
        this.stepRows = stepRows;
        this.stepColumns = stepColumns;
        this.gridRows = gridRows;
        this.gridColumns = gridColumns;
        depth = channels * tapRows.length;
        int grid = gridRows * gridColumns;
        blockImages = Math.max(1, BLOCK / grid);
        blockRows = grid <= BLOCK ? gridRows : Math.max(1, BLOCK / gridColumns);
        lowRow = Arrays.stream(tapRows).min().orElse(0);
        lowColumn = Arrays.stream(tapColumns).min().orElse(0);
        int highRow = Arrays.stream(tapRows).max().orElse(0);
        int highColumn = Arrays.stream(tapColumns).max().orElse(0);
        paddedRows = (blockRows - 1) * stepRows + highRow - lowRow + 1;
        paddedColumns = (gridColumns - 1) * stepColumns + highColumn - lowColumn + 1;
    }

    /// Returns the elements of a block's padded images.
    long imageCount() {
        return (long) blockImages * channels * paddedRows * paddedColumns;
    }

    /// Returns the number of blocks of `batch` images.
    int blocks(int batch) {
        return (batch + blockImages - 1) / blockImages * rowBlocks();
    }

    private int rowBlocks() {
        return (gridRows + blockRows - 1) / blockRows;
    }

    /// Some images, or some rows of one.
    record Block(int image, int images, int row, int rows) {
        int columns(Patches patches) {
            return images * rows * patches.gridColumns;
        }
    }

    /// Returns block `number` of a batch.
    Block block(int number, int batch) {
        int image = number / rowBlocks() * blockImages;
        int row = number % rowBlocks() * blockRows;
        return new Block(
                image,
                Math.min(blockImages, batch - image),
                row,
                Math.min(blockRows, gridRows - row));
    }

    /// Copies a block's source with zeros around it.
    ///
    /// @param images receives `[images, channels, paddedRows, paddedColumns]` and one vector more
    /// @param from first element of the first channel in the first image is number `offset`
    /// @param imageStride elements from one image to the next
    void fill(float[] images, MemorySegment from, long offset, long imageStride, Block block) {
        int top = block.row * stepRows + lowRow; // source row of the first padded row
        int above = Math.clamp(-top, 0, paddedRows);
        int first = Math.clamp(top, 0, height);
        int rows = Math.clamp((long) top + paddedRows, first, height) - first;
        float[] staging = Scratch.STAGING.floats((long) channels * rows * width + LANES);
        int at = 0;
        for (int image = 0; image < block.images; image++) {
            long start = offset + (block.image + image) * imageStride;
            stage(
                    staging,
                    from,
                    start + (long) first * width,
                    channels,
                    height * width,
                    rows * width);
            int source = 0;
            for (int channel = 0; channel < channels; channel++) {
                at = zeros(images, at, above * paddedColumns);
                at = rows(images, at, staging, source, rows);
                at = zeros(images, at, (paddedRows - above - rows) * paddedColumns);
                source += rows * width;
            }
        }
    }

    /// Copies `count` elements of each channel, in one go where they lie side by side.
    static void stage(
            float[] staging, MemorySegment from, long offset, int channels, int plane, int count) {
        if (count == plane) {
            MemorySegment.copy(from, Panels.FLOAT, 4 * offset, staging, 0, channels * plane);
            return;
        }
        for (int channel = 0; channel < channels; channel++) {
            long at = 4 * (offset + (long) channel * plane);
            MemorySegment.copy(from, Panels.FLOAT, at, staging, channel * count, count);
        }
    }

    /// Copies a block's source as [#fill] does, but with the channels of a place side by side.
    ///
    /// @param images receives `[images, paddedRows, paddedColumns, channels]` and one vector more
    void fillChannelsLast(
            float[] images, MemorySegment from, long offset, long imageStride, Block block) {
        int top = block.row * stepRows + lowRow;
        int above = Math.clamp(-top, 0, paddedRows);
        int first = Math.clamp(top, 0, height);
        int rows = Math.clamp((long) top + paddedRows, first, height) - first;
        int left = Math.clamp(-lowColumn, 0, paddedColumns);
        int skipped = Math.clamp(lowColumn, 0, width);
        int count = Math.clamp(paddedColumns - left, 0, width - skipped);
        int plane = rows * width;
        float[] staging = Scratch.STAGING.floats((long) (channels + LANES) * plane + LANES);
        Arrays.fill(images, 0, block.images * paddedRows * paddedColumns * channels, 0);
        for (int image = 0; image < block.images; image++) {
            long start = offset + (block.image + image) * imageStride + (long) first * width;
            stage(staging, from, start, channels, height * width, plane);
            for (int row = 0; row < rows; row++) {
                int line = (image * paddedRows + above + row) * paddedColumns + left;
                int source = row * width + skipped;
                Panels.interleave(
                        images, line * channels, channels, staging, source, plane, channels, count);
            }
        }
    }

    private int rows(float[] images, int at, float[] source, int sourceAt, int rows) {
        int left = Math.clamp(-lowColumn, 0, paddedColumns);
        int skipped = Math.clamp(lowColumn, 0, width);
        int count = Math.clamp(paddedColumns - left, 0, width - skipped);
        int right = paddedColumns - left - count;
        int to = at;
        for (int row = 0; row < rows; row++) {
            to = zeros(images, to, left);
            int begin = sourceAt + row * width + skipped;
            for (int i = 0; i < count; i += LANES) {
                FloatVector.fromArray(Lanes.FLOATS, source, begin + i).intoArray(images, to + i);
            }
            to = zeros(images, to + count, right);
        }
        return to;
    }

    private static int zeros(float[] images, int at, int count) {
        for (int i = 0; i < count; i += LANES) {
            ZERO.intoArray(images, at + i);
        }
        return at + count;
    }

    /// Writes the place in padded images of each column of a block.
    void columns(int[] columns, Block block) {
        int i = 0;
        for (int image = 0; image < block.images; image++) {
            int start = image * channels * paddedRows * paddedColumns;
            for (int row = 0; row < block.rows; row++) {
                int begin = start + row * stepRows * paddedColumns;
                for (int column = 0; column < gridColumns; column++) {
                    columns[i++] = begin + column * stepColumns;
                }
            }
        }
    }

    /// Writes the place in padded images of each depth.
    void depths(int[] depths) {
        int i = 0;
        for (int channel = 0; channel < channels; channel++) {
            int start = channel * paddedRows * paddedColumns;
            for (int tap = 0; tap < tapRows.length; tap++) {
                depths[i++] =
                        start
                                + (tapRows[tap] - lowRow) * paddedColumns
                                + tapColumns[tap]
                                - lowColumn;
            }
        }
    }

    /// Writes the place of each column of a block where channels lie side by side.
    void columnsChannelsLast(int[] columns, Block block) {
        int i = 0;
        for (int image = 0; image < block.images; image++) {
            for (int row = 0; row < block.rows; row++) {
                int begin = (image * paddedRows + row * stepRows) * paddedColumns;
                for (int column = 0; column < gridColumns; column++) {
                    columns[i++] = (begin + column * stepColumns) * channels;
                }
            }
        }
    }

    /// Writes the place of each depth where channels lie side by side, tap by tap: depth `tap *
    /// channels + channel`.
    void depthsChannelsLast(int[] depths) {
        int i = 0;
        for (int tap = 0; tap < tapRows.length; tap++) {
            int place = (tapRows[tap] - lowRow) * paddedColumns + tapColumns[tap] - lowColumn;
            for (int channel = 0; channel < channels; channel++) {
                depths[i++] = place * channels + channel;
            }
        }
    }

    /// Works out the copies of vectors that make up one panel from the places of its columns: pairs
    /// of a place in the images and a column of the panel, in ascending order of the columns.
    ///
    /// @param copies receives the pairs from `at` on
    /// @param places places in the images, those of the panel from `from` on
    /// @param count columns of the panel that have a place; the others repeat the first
    /// @return the number of copies
    static int copies(int[] copies, int at, int[] places, int from, int count) {
        int n = 0;
        int column = 0;
        while (column < MicroKernel.COLUMNS) {
            int place = column < count ? places[from + column] : places[from];
            int run = 1;
            while (run < LANES
                    && column + run < MicroKernel.COLUMNS
                    && (column >= count
                            || (column + run < count
                                    && places[from + column + run] == place + run))) {
                run++;
            }
            copies[at + 2 * n] = place;
            copies[at + 2 * n + 1] = column;
            n++;
            column += run;
        }
        return n;
    }

    /// Packs one panel: for each of `count` places in `outer` one row of the panel, whose columns
    /// come by `copies` relative to that place.
    ///
    /// @param to `count * COLUMNS` elements and one vector more
    static void pack(
            float[] to,
            float[] images,
            int[] outer,
            int from,
            int count,
            int[] copies,
            int at,
            int n) {
        if (n == 2) {
            packTwo(to, images, outer, from, count, copies[at], copies[at + 2]);
            return;
        }
        for (int k = 0; k < count; k++) {
            int place = outer[from + k];
            int row = k * MicroKernel.COLUMNS;
            for (int i = at; i < at + 2 * n; i += 2) {
                FloatVector.fromArray(Lanes.FLOATS, images, place + copies[i])
                        .intoArray(to, row + copies[i + 1]);
            }
        }
    }

    private static void packTwo(
            float[] to, float[] images, int[] outer, int from, int count, int left, int right) {
        for (int k = 0; k < count; k++) {
            int place = outer[from + k];
            int row = k * MicroKernel.COLUMNS;
            FloatVector.fromArray(Lanes.FLOATS, images, place + left).intoArray(to, row);
            FloatVector.fromArray(Lanes.FLOATS, images, place + right).intoArray(to, row + LANES);
        }
    }
}
