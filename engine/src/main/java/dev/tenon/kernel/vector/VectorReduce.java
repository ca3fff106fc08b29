package dev.tenon.kernel.vector;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static jdk.incubator.vector.VectorOperators.F2D;

import dev.tenon.dtype.DType;
import dev.tenon.kernel.Nest;
import dev.tenon.kernel.Parallel;
import dev.tenon.kernel.ReduceKernel;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;

/// The family Reduce on the Vector API, for F32; F64, and what runs along an inner axis other than
/// sums and means, goes below, in parts that run side by side.
///
/// A row is cut into chunks of [Nest#GRAIN] elements, whose sums are added in double in order;
/// columns are cut the same way ([ColumnSums]). So the order of additions follows from the axis and
/// what lies inside it, not from threads, nor from what else is in the batch.
public final class VectorReduce implements ReduceKernel {
    private static final int LENGTH = Lanes.FLOATS.length();
    private final ReduceKernel below;

    /// @param below the backend that does what has no vector form
    public VectorReduce(ReduceKernel below) {
        this.below = below;
    }

    // ---- sums, means, variances

    @Override
    public void sum(MemorySegment y, MemorySegment x, int outer, int size, int inner, DType type) {
        if (fast(type, x)) {
            sum(y, x, outer, size, inner, 1);
        } else {
            slabs(
                    outer,
                    (long) size * inner,
                    (from, to) ->
                            below.sum(
                                    slice(y, from, to, inner, type),
                                    slice(x, from, to, (long) size * inner, type),
                                    (int) (to - from),
                                    size,
                                    inner,
                                    type));
        }
    }

    @Override
    public void mean(MemorySegment y, MemorySegment x, int outer, int size, int inner, DType type) {
        if (fast(type, x)) {
            sum(y, x, outer, size, inner, size);
        } else {
            slabs(
                    outer,
                    (long) size * inner,
                    (from, to) ->
                            below.mean(
                                    slice(y, from, to, inner, type),
                                    slice(x, from, to, (long) size * inner, type),
                                    (int) (to - from),
                                    size,
                                    inner,
                                    type));
        }
    }

    private static void sum(
            MemorySegment y, MemorySegment x, int outer, int size, int inner, double divisor) {
        if (inner == 1) {
            rows(
                    outer,
                    size,
                    (from, count) -> Moments.sum(x, from, count),
                    (o, sum) -> write(y, o, sum / divisor));
        } else {
            ColumnSums.run(y, x, outer, size, inner, divisor);
        }
    }

    @Override
    public void variance(
            MemorySegment y,
            MemorySegment x,
            int outer,
            int size,
            int inner,
            double correction,
            DType type) {
        if (fast(type, x) && inner == 1) {
            double divisor = Math.max(0, size - correction);
            double[] means = Scratch.MERGED.doubles(outer);
            rows(
                    outer,
                    size,
                    (from, count) -> Moments.sum(x, from, count),
                    (o, sum) -> means[(int) o] = sum / size);
            rows(
                    outer,
                    size,
                    (from, count) -> squares(x, from, count, (float) means[(int) (from / size)]),
                    (o, sum) -> {
                        double off = means[(int) o] - (float) means[(int) o];
                        write(y, o, (sum - size * off * off) / divisor);
                    });
        } else {
            slabs(
                    outer,
                    (long) size * inner,
                    (from, to) ->
                            below.variance(
                                    slice(y, from, to, inner, type),
                                    slice(x, from, to, (long) size * inner, type),
                                    (int) (to - from),
                                    size,
                                    inner,
                                    correction,
                                    type));
        }
    }

    @Override
    public double sumOfSquares(MemorySegment x, long count, DType type) {
        int chunk = Nest.GRAIN;
        int chunks = Math.toIntExact((count + chunk - 1) / chunk);
        double[] sums = Scratch.SHARED.doubles(chunks);
        Parallel.run(
                chunks,
                c -> {
                    long from = (long) c * chunk;
                    int some = (int) Math.min(chunk, count - from);
                    sums[c] =
                            fast(type, x)
                                    ? squares(x, from, some, 0)
                                    : below.sumOfSquares(
                                            slice(x, from, from + some, 1, type), some, type);
                });
        double sum = 0;
        for (int c = 0; c < chunks; c++) {
            sum += sums[c];
        }
        return sum;
    }

    /// Returns `sum((x - shift)^2)`, squared in double, where no float overflows.
    private static double squares(MemorySegment x, long from, int count, float shift) {
        DoubleVector low = DoubleVector.zero(Lanes.DOUBLES);
        DoubleVector high = low;
        FloatVector s = FloatVector.broadcast(Lanes.FLOATS, shift);
        int i = 0;
        for (; i <= count - LENGTH; i += LENGTH) {
            FloatVector d = Lanes.load(x, from + i).sub(s);
            DoubleVector u = (DoubleVector) d.convertShape(F2D, Lanes.DOUBLES, 0);
            DoubleVector v = (DoubleVector) d.convertShape(F2D, Lanes.DOUBLES, 1);
            low = u.fma(u, low);
            high = v.fma(v, high);
        }
        double sum = Lanes.sum(low.add(high));
        for (; i < count; i++) {
            double d = Moments.read(x, from + i) - shift;
            sum += d * d;
        }
        return sum;
    }

    /// What is added up over a part of a row.
    @FunctionalInterface
    private interface Part {
        double sum(long from, int count);
    }

    /// Where the sum of row `o` goes.
    @FunctionalInterface
    private interface Result {
        void take(long o, double sum);
    }

    /// Adds up each of `outer` rows of `size` elements.
    private static void rows(int outer, int size, Part part, Result result) {
        int chunk = Nest.GRAIN;
        if (size <= chunk) {
            Parallel.range(
                    outer,
                    Math.max(1, chunk / Math.max(1, size)),
                    (from, to) -> {
                        for (long o = from; o < to; o++) {
                            result.take(o, part.sum(o * size, size));
                        }
                    });
            return;
        }
        int chunks = (size + chunk - 1) / chunk;
        double[] sums = Scratch.SHARED.doubles((long) outer * chunks);
        Parallel.run(
                outer * chunks,
                n -> {
                    int from = n % chunks * chunk;
                    long row = (long) (n / chunks) * size;
                    sums[n] = part.sum(row + from, Math.min(chunk, size - from));
                });
        for (int o = 0; o < outer; o++) {
            double sum = 0;
            for (int c = 0; c < chunks; c++) {
                sum += sums[o * chunks + c];
            }
            result.take(o, sum);
        }
    }

    private static void write(MemorySegment y, long index, double value) {
        y.set(JAVA_FLOAT_UNALIGNED, index * 4, (float) value);
    }

    // ---- extremes

    @Override
    public void extreme(
            MemorySegment y,
            MemorySegment index,
            MemorySegment x,
            int outer,
            int size,
            int inner,
            boolean largest,
            DType type) {
        slabs(
                outer,
                (long) size * inner,
                (from, to) -> {
                    if (fast(type, x) && inner == 1) {
                        for (long o = from; o < to; o++) {
                            int best = RowExtreme.find(x, o * size, size, largest);
                            y.set(JAVA_FLOAT_UNALIGNED, o * 4, Moments.read(x, o * size + best));
                            DType.I64.writeLong(index, o, best);
                        }
                    } else {
                        below.extreme(
                                slice(y, from, to, inner, type),
                                slice(index, from, to, inner, DType.I64),
                                slice(x, from, to, (long) size * inner, type),
                                (int) (to - from),
                                size,
                                inner,
                                largest,
                                type);
                    }
                });
    }

    @Override
    public void extremeGradient(
            MemorySegment dx,
            MemorySegment dy,
            MemorySegment index,
            int outer,
            int size,
            int inner,
            DType type) {
        slabs(
                outer,
                (long) size * inner,
                (from, to) -> {
                    slice(dx, from, to, (long) size * inner, type).fill((byte) 0);
                    for (long o = from; o < to; o++) {
                        for (long i = o * inner; i < (o + 1) * inner; i++) {
                            long s = DType.I64.readLong(index, i);
                            long at = (o * size + s) * inner + (i - o * inner);
                            type.write(dx, at, type.read(dy, i));
                        }
                    }
                });
    }

    // ---- softmax

    @Override
    public void softmax(
            MemorySegment y,
            MemorySegment x,
            int outer,
            int size,
            int inner,
            boolean log,
            DType type) {
        slabs(
                outer,
                (long) size * inner,
                (from, to) -> {
                    if (fast(type, y, x) && inner == 1) {
                        RowSoftmax.forward(y, x, from, to, size, log);
                    } else {
                        below.softmax(
                                slice(y, from, to, (long) size * inner, type),
                                slice(x, from, to, (long) size * inner, type),
                                (int) (to - from),
                                size,
                                inner,
                                log,
                                type);
                    }
                });
    }

    @Override
    public void softmaxGradient(
            MemorySegment dx,
            MemorySegment dy,
            MemorySegment y,
            int outer,
            int size,
            int inner,
            boolean log,
            DType type) {
        slabs(
                outer,
                (long) size * inner,
                (from, to) -> {
                    if (fast(type, dx, dy, y) && inner == 1) {
                        RowSoftmax.gradient(dx, dy, y, from, to, size, log);
                    } else {
                        below.softmaxGradient(
                                slice(dx, from, to, (long) size * inner, type),
                                slice(dy, from, to, (long) size * inner, type),
                                slice(y, from, to, (long) size * inner, type),
                                (int) (to - from),
                                size,
                                inner,
                                log,
                                type);
                    }
                });
    }

    // ---- shared

    private static boolean fast(DType type, MemorySegment... operands) {
        boolean fast = type == DType.F32;
        for (MemorySegment operand : operands) {
            fast &= Lanes.takes(operand);
        }
        return fast;
    }

    /// Runs `range` on ranges of the outer axis, each of whose steps takes `work` elements.
    private static void slabs(int outer, long work, Parallel.Range range) {
        Parallel.range(outer, Math.max(1, Nest.GRAIN / Math.max(1, work)), range);
    }

    private static MemorySegment slice(
            MemorySegment data, long from, long to, long step, DType type) {
        return data.asSlice(type.bytes(from * step), type.bytes((to - from) * step));
    }
}
