package dev.tenon.kernel.machine;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;

import java.lang.foreign.MemorySegment;

/// Two sums of each column, of blocks of rows and of whole sections.
final class ColumnBlocks {
    private static final Routine MERGE = PlaneNormCode.merge();

    private final ColumnShape shape;
    private final int width;
    private final MemorySegment blocks; // [blocks of all sections, 2, width]
    private final MemorySegment sections; // [sections, 2, width]

    /// @param space [#bytes] long
    ColumnBlocks(ColumnShape shape, MemorySegment space) {
        this.shape = shape;
        width = shape.width();
        sections = space;
        blocks = space.asSlice(16L * shape.sections() * width);
    }

    static long bytes(ColumnShape shape) {
        return 16L * shape.sections() * shape.width() * (1 + shape.blocks());
    }

    /// Sets the sums of a part.
    ///
    /// @param added as [ColumnAdder#add] returns them
    void set(int part, MemorySegment added) {
        long to = 2L * shape.block(part) * width + shape.from(part);
        set(to, part, added, 0);
        set(to + width, part, added, ColumnAdder.SUMS);
    }

    private void set(long to, int part, MemorySegment added, long from) {
        int columns = shape.columns(part);
        MemorySegment.copy(added, from, blocks, 8 * to, 8L * columns);
        for (int fold = 1; fold < shape.folds(); fold++) {
            long at = from + 8L * fold * columns;
            for (int c = 0; c < columns; c++) {
                double sum = blocks.getAtIndex(JAVA_DOUBLE, to + c);
                sum += added.get(JAVA_DOUBLE, at + 8L * c);
                blocks.setAtIndex(JAVA_DOUBLE, to + c, sum);
            }
        }
    }

    /// Adds up a section's blocks, in their order.
    void merge(int section) {
        long row = 16L * width;
        long to = sections.address() + section * row;
        long from = blocks.address() + section * shape.blocks() * row;
        sections.asSlice(section * row, row).fill((byte) 0);
        MERGE.call(to, from, 0, shape.blocks(), 0, width);
    }

    double first(int section, int column) {
        return sections.getAtIndex(JAVA_DOUBLE, 2L * section * width + column);
    }

    double second(int section, int column) {
        return sections.getAtIndex(JAVA_DOUBLE, (2L * section + 1) * width + column);
    }

    void setSecond(int section, int column, double value) {
        sections.setAtIndex(JAVA_DOUBLE, (2L * section + 1) * width + column, value);
    }
}
