package dev.tenon.kernel.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/// Turns matrices of eight lines in registers: rows become columns.
///
/// In three steps, neighbours, then pairs, then fours of lines exchange the halves that belong to
/// each other.
final class Turn {
    /// Lines of a turn: the lanes of a vector of 256 bits.
    static final int SIZE = 8;

    private static final VectorSpecies<Float> EIGHT = FloatVector.SPECIES_256;
    private static final VectorShuffle<Float> BY_ONE = VectorShuffle.fromOp(EIGHT, i -> i ^ 1);
    private static final VectorShuffle<Float> BY_TWO = VectorShuffle.fromOp(EIGHT, i -> i ^ 2);
    private static final VectorShuffle<Float> BY_FOUR = VectorShuffle.fromOp(EIGHT, i -> i ^ 4);
    private static final VectorMask<Float> ODD = VectorMask.fromLong(EIGHT, 0b1010_1010);
    private static final VectorMask<Float> ODD_PAIRS = VectorMask.fromLong(EIGHT, 0b1100_1100);
    private static final VectorMask<Float> UPPER = VectorMask.fromLong(EIGHT, 0b1111_0000);

    private Turn() {}

    /// `to[k * width + line] = lines[line, k]` for eight lines and `depth` elements of each.
    ///
    /// @param to from `at`; depths are written in ascending order, so a `width` below eight lets
    ///   the next depth overwrite what is too much, and the last writes beyond
    /// @param lines from `from`, `stride` apart
    /// @param depth a multiple of eight
    static void turn(
            float[] to, int at, int width, float[] lines, int from, int stride, int depth) {
        for (int k = 0; k < depth; k += SIZE) {
            int line = from + k;
            FloatVector a0 = FloatVector.fromArray(EIGHT, lines, line);
            FloatVector a1 = FloatVector.fromArray(EIGHT, lines, line + stride);
            FloatVector a2 = FloatVector.fromArray(EIGHT, lines, line + 2 * stride);
            FloatVector a3 = FloatVector.fromArray(EIGHT, lines, line + 3 * stride);
            FloatVector a4 = FloatVector.fromArray(EIGHT, lines, line + 4 * stride);
            FloatVector a5 = FloatVector.fromArray(EIGHT, lines, line + 5 * stride);
            FloatVector a6 = FloatVector.fromArray(EIGHT, lines, line + 6 * stride);
            FloatVector a7 = FloatVector.fromArray(EIGHT, lines, line + 7 * stride);
            FloatVector b0 = a0.blend(a1.rearrange(BY_ONE), ODD);
            FloatVector b1 = a0.rearrange(BY_ONE).blend(a1, ODD);
            FloatVector b2 = a2.blend(a3.rearrange(BY_ONE), ODD);
            FloatVector b3 = a2.rearrange(BY_ONE).blend(a3, ODD);
            FloatVector b4 = a4.blend(a5.rearrange(BY_ONE), ODD);
            FloatVector b5 = a4.rearrange(BY_ONE).blend(a5, ODD);
            FloatVector b6 = a6.blend(a7.rearrange(BY_ONE), ODD);
            FloatVector b7 = a6.rearrange(BY_ONE).blend(a7, ODD);
            FloatVector c0 = b0.blend(b2.rearrange(BY_TWO), ODD_PAIRS);
            FloatVector c1 = b1.blend(b3.rearrange(BY_TWO), ODD_PAIRS);
            FloatVector c2 = b0.rearrange(BY_TWO).blend(b2, ODD_PAIRS);
            FloatVector c3 = b1.rearrange(BY_TWO).blend(b3, ODD_PAIRS);
            FloatVector c4 = b4.blend(b6.rearrange(BY_TWO), ODD_PAIRS);
            FloatVector c5 = b5.blend(b7.rearrange(BY_TWO), ODD_PAIRS);
            FloatVector c6 = b4.rearrange(BY_TWO).blend(b6, ODD_PAIRS);
            FloatVector c7 = b5.rearrange(BY_TWO).blend(b7, ODD_PAIRS);
            int row = at + k * width;
            c0.blend(c4.rearrange(BY_FOUR), UPPER).intoArray(to, row);
            c1.blend(c5.rearrange(BY_FOUR), UPPER).intoArray(to, row + width);
            c2.blend(c6.rearrange(BY_FOUR), UPPER).intoArray(to, row + 2 * width);
            c3.blend(c7.rearrange(BY_FOUR), UPPER).intoArray(to, row + 3 * width);
            c0.rearrange(BY_FOUR).blend(c4, UPPER).intoArray(to, row + 4 * width);
            c1.rearrange(BY_FOUR).blend(c5, UPPER).intoArray(to, row + 5 * width);
            c2.rearrange(BY_FOUR).blend(c6, UPPER).intoArray(to, row + 6 * width);
            c3.rearrange(BY_FOUR).blend(c7, UPPER).intoArray(to, row + 7 * width);
        }
    }
}
