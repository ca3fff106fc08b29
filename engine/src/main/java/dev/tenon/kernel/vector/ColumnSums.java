package dev.tenon.kernel.vector;

import static dev.tenon.kernel.vector.Lanes.DOUBLES;
import static dev.tenon.kernel.vector.Lanes.FLOATS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static jdk.incubator.vector.VectorOperators.F2D;

import dev.tenon.kernel.Nest;
import dev.tenon.kernel.Parallel;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;

/// Sums down the columns of `[outer, size, inner]`: groups of eight rows are added in F32 in pairs,
/// groups and chunks of rows in double, in order.
final class ColumnSums {
    private static final int L = FLOATS.length();
    private static final int D = DOUBLES.length();
    private static final int GROUP = 8;
    private static final int LEAST_ROWS = 64; // bounds the space of the chunks' sums to 1/32 of x
    private static final int WIDTH = 1024; // columns at a time: their sums fill a quarter of 32 KiB

    private ColumnSums() {}

    /// `y[o, i] = sum over s of x[o, s, i] / divisor`.
    static void run(
            MemorySegment y, MemorySegment x, int outer, int size, int inner, double divisor) {
        if (outer == 0 || inner == 0) {
            return;
        }
        int rows = Math.max(LEAST_ROWS, Nest.GRAIN / inner);
        int chunks = Math.max(1, (size + rows - 1) / rows);
        double[] sums = Scratch.SHARED.doubles((long) outer * chunks * inner);
        Parallel.range(
                (long) outer * chunks,
                Math.max(1, Nest.GRAIN / ((long) inner * Math.clamp(size, 1, rows))),
                (from, to) -> {
                    for (int n = (int) from; n < to; n++) {
                        int first = n % chunks * rows;
                        long at = ((long) (n / chunks) * size + first) * inner;
                        chunk(sums, n * inner, x, at, Math.min(rows, size - first), inner);
                    }
                });
        Parallel.range(
                outer,
                Math.max(1, Nest.GRAIN / ((long) inner * chunks)),
                (from, to) -> {
                    for (int o = (int) from; o < to; o++) {
                        merge(y, o, sums, o * chunks * inner, chunks, inner, divisor);
                    }
                });
    }

    private static void merge(
            MemorySegment y,
            int o,
            double[] sums,
            int first,
            int chunks,
            int inner,
            double divisor) {
        for (int c = 1; c < chunks; c++) {
            for (int i = 0; i < inner; i++) {
                sums[first + i] += sums[first + c * inner + i];
            }
        }
        for (int i = 0; i < inner; i++) {
            float value = (float) (sums[first + i] / divisor);
            y.set(JAVA_FLOAT_UNALIGNED, ((long) o * inner + i) * 4, value);
        }
    }

    private static void chunk(
            double[] sums, int to, MemorySegment x, long at, int rows, int inner) {
        Arrays.fill(sums, to, to + inner, 0);
        for (int column = 0; column < inner; column += WIDTH) {
            int width = Math.min(WIDTH, inner - column);
            int s = 0;
            for (; s <= rows - GROUP; s += GROUP) {
                eight(sums, to + column, x, at + (long) s * inner + column, width, inner);
            }
            for (; s < rows; s++) {
                one(sums, to + column, x, at + (long) s * inner + column, width);
            }
        }
    }

    private static void eight(
            double[] sums, int to, MemorySegment x, long at, int width, int inner) {
        int i = 0;
        for (; i <= width - L; i += L) {
            FloatVector a = Lanes.load(x, at + i).add(Lanes.load(x, at + i + inner));
            FloatVector b =
                    Lanes.load(x, at + i + 2L * inner).add(Lanes.load(x, at + i + 3L * inner));
            FloatVector c =
                    Lanes.load(x, at + i + 4L * inner).add(Lanes.load(x, at + i + 5L * inner));
            FloatVector d =
                    Lanes.load(x, at + i + 6L * inner).add(Lanes.load(x, at + i + 7L * inner));
            add(sums, to + i, a.add(b).add(c.add(d)));
        }
        for (; i < width; i++) {
            double sum = 0;
            for (int s = 0; s < GROUP; s++) {
                sum += x.get(JAVA_FLOAT_UNALIGNED, (at + i + (long) s * inner) * 4);
            }
            sums[to + i] += sum;
        }
    }

    private static void one(double[] sums, int to, MemorySegment x, long at, int width) {
        int i = 0;
        for (; i <= width - L; i += L) {
            add(sums, to + i, Lanes.load(x, at + i));
        }
        for (; i < width; i++) {
            sums[to + i] += x.get(JAVA_FLOAT_UNALIGNED, (at + i) * 4);
        }
    }

    private static void add(double[] sums, int to, FloatVector v) {
        DoubleVector low = (DoubleVector) v.convertShape(F2D, DOUBLES, 0);
        DoubleVector high = (DoubleVector) v.convertShape(F2D, DOUBLES, 1);
        DoubleVector.fromArray(DOUBLES, sums, to).add(low).intoArray(sums, to);
        DoubleVector.fromArray(DOUBLES, sums, to + D).add(high).intoArray(sums, to + D);
    }
}
