package dev.tenon.kernel.machine;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;

/// A call of a routine of [ColumnNormCode] for a part: first the rows that are whole, copies and
/// all, then what is left of the last.
final class ColumnCall {
    private static final int[] MOVED = {NormCode.X, NormCode.RESULT, NormCode.DY};

    /// Bytes from a part's first sums to its second ones.
    static final long SUMS = 8L * (ColumnNormCode.MOST + 16);

    private final MemorySegment block = Arguments.block();
    private final long at; // bytes to the part
    private final int columns;
    private final int whole; // rows, copies counted as one
    private final int rest;
    private final long stride;

    /// @param rows how many of the part's, its first ones
    ColumnCall(ColumnShape shape, int part, int rows) {
        at = 4 * shape.at(part);
        columns = shape.columns(part);
        int copies = shape.copies();
        whole = rows / copies;
        rest = rows % copies;
        stride = shape.stride();
        block.set(JAVA_LONG, NormCode.SIZE, (long) copies * columns);
        block.set(JAVA_LONG, NormCode.ROWS, whole);
        block.set(JAVA_LONG, NormCode.TO_NEXT, stride);
        for (int word : MOVED) {
            block.set(JAVA_LONG, word, 0);
        }
    }

    MemorySegment block() {
        return block;
    }

    /// Lets a word lead to the part of an operand that lies as x does.
    void to(int word, MemorySegment operand) {
        block.set(JAVA_LONG, word, operand.address() + at);
    }

    void tables(MemorySegment tables) {
        block.set(JAVA_LONG, NormCode.MEAN, tables.address());
    }

    void run(Routine routine) {
        if (whole > 0) {
            routine.call(block.address(), 0, 0, 0, 0, 0);
        }
        if (rest > 0) {
            for (int word : MOVED) {
                block.set(JAVA_LONG, word, block.get(JAVA_LONG, word) + whole * stride);
            }
            block.set(JAVA_LONG, NormCode.SIZE, (long) rest * columns);
            block.set(JAVA_LONG, NormCode.ROWS, 1);
            routine.call(block.address(), 0, 0, 0, 0, 0);
        }
    }
}
