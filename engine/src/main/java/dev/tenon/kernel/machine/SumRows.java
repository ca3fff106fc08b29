package dev.tenon.kernel.machine;

import dev.tenon.kernel.Parallel;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Sums, variances and extremes of rows of F32.
///
/// A row is cut into chunks of [#CHUNK] elements, whose sums, in F64, are added in order. So the
/// order of additions follows from the size of a row alone.
final class SumRows {
    private static final int CHUNK = 16_384;
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
    private static final ValueLayout.OfDouble DOUBLE = ValueLayout.JAVA_DOUBLE;

    private final Routine sums;
    private final Routine squares;

    SumRows(Isa isa) {
        sums = new SumCode(isa).rowSums();
        squares = new SumCode(isa).rowSquares();
    }

    /// What becomes of the sum of row `o`.
    @FunctionalInterface
    private interface Result {
        void take(int o, double sum);
    }

    /// `y[o] = sum of row o / divisor`.
    void sum(MemorySegment y, MemorySegment x, int outer, int size, double divisor) {
        rows(
                x,
                outer,
                size,
                (to, from, rows, count, o) -> sums.call(to, from, rows, count, 0, 0),
                (o, sum) -> y.set(FLOAT, 4L * o, (float) (sum / divisor)));
    }

    /// `y[o] = sum of the squared differences to the mean of row o / divisor`.
    void variance(MemorySegment y, MemorySegment x, int outer, int size, double divisor) {
        // an F32 mean leaves a part of it behind, which the sum of squares is cleared of
        MemorySegment means = Workspace.SUMMARY.bytes(12L * Math.max(1, outer));
        long rounded = 8L * outer; // where the F32 begin
        Result mean =
                (o, sum) -> {
                    means.setAtIndex(DOUBLE, o, sum / size);
                    means.set(FLOAT, rounded + 4L * o, (float) (sum / size));
                };
        Result square =
                (o, sum) -> {
                    double off = means.getAtIndex(DOUBLE, o) - means.get(FLOAT, rounded + 4L * o);
                    y.set(FLOAT, 4L * o, (float) ((sum - size * off * off) / divisor));
                };
        Call summing = (to, from, rows, count, o) -> sums.call(to, from, rows, count, 0, 0);
        Call squaring =
                (to, from, rows, count, o) ->
                        squares.call(to, from, rows, count, means.address() + rounded + 4L * o, 0);
        if (size > CHUNK) {
            rows(x, outer, size, summing, mean);
            rows(x, outer, size, squaring, square);
        } else { // both while the rows are in the cache
            Parallel.range(
                    outer,
                    together(size),
                    (first, last) -> {
                        some(x, (int) first, (int) last, size, summing, mean);
                        some(x, (int) first, (int) last, size, squaring, square);
                    });
        }
    }

    /// Returns the sum of `count` squares.
    double squares(MemorySegment x, long count) {
        int chunks = Math.toIntExact((count + CHUNK - 1) / CHUNK);
        MemorySegment results = Workspace.SUMS.bytes(8L * Math.max(1, chunks));
        Parallel.run(
                chunks,
                c -> {
                    long from = (long) c * CHUNK;
                    squares.call(
                            results.address() + 8L * c,
                            x.address() + 4 * from,
                            1,
                            Math.min(CHUNK, count - from),
                            Arguments.floats(0),
                            0);
                });
        double sum = 0;
        for (int c = 0; c < chunks; c++) {
            sum += results.getAtIndex(DOUBLE, c);
        }
        return sum;
    }

    /// Sums up `rows` rows of `count` elements from address `from`, the first of which belongs to
    /// row `o`, to F64 from address `to` on.
    @FunctionalInterface
    private interface Call {
        void sum(long to, long from, long rows, long count, long o);
    }

    private static long together(int size) {
        return Math.max(1, CHUNK / Math.max(1, size));
    }

    private static void rows(MemorySegment x, int outer, int size, Call call, Result result) {
        if (size <= CHUNK) {
            Parallel.range(
                    outer,
                    together(size),
                    (first, last) -> some(x, (int) first, (int) last, size, call, result));
            return;
        }
        int chunks = (size + CHUNK - 1) / CHUNK;
        MemorySegment results = Workspace.SUMS.bytes(8L * outer * chunks);
        Parallel.run(
                Math.multiplyExact(outer, chunks),
                n -> {
                    int o = n / chunks;
                    long from = (long) (n % chunks) * CHUNK;
                    call.sum(
                            results.address() + 8L * n,
                            x.address() + 4 * ((long) o * size + from),
                            1,
                            Math.min(CHUNK, size - from),
                            o);
                });
        for (int o = 0; o < outer; o++) {
            double sum = 0;
            for (int c = 0; c < chunks; c++) {
                sum += results.getAtIndex(DOUBLE, (long) o * chunks + c);
            }
            result.take(o, sum);
        }
    }

    private static void some(
            MemorySegment x, int first, int last, int size, Call call, Result result) {
        MemorySegment results = Workspace.ROW.bytes(8L * (last - first));
        call.sum(results.address(), x.address() + 4L * first * size, last - first, size, first);
        for (int o = first; o < last; o++) {
            result.take(o, results.getAtIndex(DOUBLE, o - first));
        }
    }
}
