package dev.tenon.kernel.machine;

import dev.tenon.kernel.NormShape;

/// How a normalisation looks whose channels lie side by side: sections of rows, whose columns
/// belong to channels; and how it is cut into parts, by the sizes alone.
///
/// Narrow rows are taken several at a time, as one row of so many copies of the columns, so that
/// vectors are full and a turn has something to do.
///
/// @param sections that have statistics of their own
/// @param rows of a section
/// @param width columns of a row
/// @param span neighbouring columns that share their statistics
/// @param inner neighbouring columns that share a weight
record ColumnShape(int sections, int rows, int width, int span, int inner) {
    private static final int NARROW = 256; // columns
    private static final int NARROW_SUMS = 64; // columns that are enough to add up side by side
    private static final int PART = 16_384; // elements of a part at least
    private static final int LARGE = 1 << 18; // elements of a part at most, more or less
    private static final int BLOCKS = 32; // of rows, for jobs between the two

    private static final int TOGETHER = 65_536; // elements of a section that stays in a cache
    private static final int MANY = 8; // sections: enough to share

    /// Returns the shape of channels over all samples.
    static ColumnShape ofChannels(NormShape shape) {
        int inner = shape.inner();
        return new ColumnShape(1, shape.samples(), shape.width(), inner, inner);
    }

    /// Returns the shape of groups whose channels are last.
    static ColumnShape ofGroups(NormShape shape) {
        return new ColumnShape(
                shape.samples(), shape.inner(), shape.parameters(), shape.channels(), 1);
    }

    /// Rows that are taken as one.
    int copies() {
        return width >= NARROW ? 1 : Math.min(rows, NARROW / width);
    }

    /// Rows that are added up as one, at most as many as [#copies].
    int folds() {
        return width >= NARROW_SUMS ? 1 : Math.min(rows, NARROW_SUMS / width);
    }

    /// Parts of a row.
    int strips() {
        return Math.ceilDiv(width, ColumnNormCode.MOST);
    }

    private int strip() {
        int even = Math.ceilDiv(width, strips());
        return Math.ceilDiv(even, 16) * 16; // a multiple of all vectors' lanes
    }

    /// The first column of a part.
    int from(int part) {
        return part % strips() * strip();
    }

    /// Columns of a part.
    int columns(int part) {
        return strips() == 1 ? width : Math.min(strip(), width - from(part));
    }

    /// Says whether a section's parts are done one after another, from the first pass over it to
    /// the last, while it is in a core's cache. They are the same parts: a section's results do not
    /// depend on how many there are.
    boolean isTogether() {
        return sections >= MANY && (long) rows * width <= TOGETHER;
    }

    private int blockRows() {
        int wide = Math.min(width, ColumnNormCode.MOST);
        int wanted = Math.clamp(rows / BLOCKS, Math.max(1, PART / wide), LARGE / wide);
        int whole = Math.ceilDiv(wanted, copies());
        return Math.min(rows, whole * copies());
    }

    /// Blocks of rows of a section.
    int blocks() {
        return Math.ceilDiv(rows, blockRows());
    }

    /// Parts of a section, numbered by block, then strip.
    int partsOfSection() {
        return Math.multiplyExact(blocks(), strips());
    }

    int parts() {
        return Math.multiplyExact(sections, partsOfSection());
    }

    int section(int part) {
        return part / partsOfSection();
    }

    /// The block of a part, in all sections.
    int block(int part) {
        return part / strips();
    }

    /// Rows of a block, as numbered in all sections.
    int rowsOf(int block) {
        return Math.min(blockRows(), rows - block % blocks() * blockRows());
    }

    /// Where a part begins.
    long at(int part) {
        int block = block(part);
        long row = (long) section(part) * rows + (long) (block % blocks()) * blockRows();
        return row * width + from(part);
    }

    /// Bytes from one row to the next, copies counted as one.
    long stride() {
        return 4L * copies() * width;
    }

    /// Bytes from one row to the next of those that are added up, folds counted as one.
    long foldStride() {
        return 4L * folds() * width;
    }

    /// Statistics of a section.
    int perSection() {
        return width / span;
    }

    /// Elements of a statistic.
    long n() {
        return (long) rows * span;
    }

    long count() {
        return (long) sections * rows * width;
    }
}
