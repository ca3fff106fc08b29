package dev.tenon.kernel.vector;

import dev.tenon.dtype.DType;
import dev.tenon.kernel.LossKernel;
import dev.tenon.kernel.PairLoss;
import dev.tenon.kernel.Parallel;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.jspecify.annotations.Nullable;

/// The family Loss on the Vector API: squared error and cross-entropy over many classes in F32; the
/// others by the backend below, on all threads.
///
/// Sums are formed per chunk of a fixed size and merged in order, in F64.
public final class VectorLoss implements LossKernel {
    private static final VectorSpecies<Float> S = Lanes.FLOATS;
    private static final int L = S.length();
    private static final ByteOrder LITTLE = ByteOrder.LITTLE_ENDIAN;

    /// Elements that F32 lanes add before they go to F64.
    private static final int CHUNK = 4096;

    private static final int PART = 16_384; // elements of a part that only loads and stores
    private static final int COSTLY = 1024; // elements of a part with a logarithm each
    private static final int MANY_CLASSES = 32;

    private final LossKernel below;

    /// @param below the backend that does what has no vector form
    public VectorLoss(LossKernel below) {
        this.below = below;
    }

    private static boolean hasVectors(PairLoss loss, DType type) {
        return loss == PairLoss.SQUARED_ERROR && type == DType.F32;
    }

    private static MemorySegment part(MemorySegment data, long from, long to, DType type) {
        return data.asSlice(type.bytes(from), type.bytes(to - from));
    }

    private static @Nullable MemorySegment partOrNull(
            @Nullable MemorySegment data, long from, long to, DType type) {
        return data == null ? null : part(data, from, to, type);
    }

    @Override
    public void pair(
            MemorySegment y,
            MemorySegment x,
            MemorySegment target,
            long count,
            PairLoss loss,
            DType type) {
        if (hasVectors(loss, type)) {
            Parallel.range(count, PART, (from, to) -> squares(y, x, target, from, to));
            return;
        }
        Parallel.range(
                count,
                COSTLY,
                (from, to) ->
                        below.pair(
                                part(y, from, to, type),
                                part(x, from, to, type),
                                part(target, from, to, type),
                                to - from,
                                loss,
                                type));
    }

    private static void squares(
            MemorySegment y, MemorySegment x, MemorySegment target, long from, long to) {
        long i = from;
        for (; i <= to - L; i += L) {
            FloatVector d = Moments.load(x, i).sub(Moments.load(target, i));
            d.mul(d).intoMemorySegment(y, i * 4, LITTLE);
        }
        for (; i < to; i++) {
            float d = Moments.read(x, i) - Moments.read(target, i);
            Moments.write(y, i, d * d);
        }
    }

    @Override
    public double pairSum(
            MemorySegment x, MemorySegment target, long count, PairLoss loss, DType type) {
        boolean vectors = hasVectors(loss, type);
        int chunk = vectors ? CHUNK : COSTLY;
        int chunks = Math.toIntExact((count + chunk - 1) / chunk);
        double[] sums = Scratch.SHARED.doubles(chunks);
        int together = vectors ? PART / CHUNK : 1; // chunks of a part
        Parallel.range(
                chunks,
                together,
                (first, last) -> {
                    for (int c = (int) first; c < last; c++) {
                        long from = (long) c * chunk;
                        long to = Math.min(count, from + chunk);
                        sums[c] =
                                vectors
                                        ? squaresSum(x, target, from, to)
                                        : below.pairSum(
                                                part(x, from, to, type),
                                                part(target, from, to, type),
                                                to - from,
                                                loss,
                                                type);
                    }
                });
        double total = 0;
        for (int c = 0; c < chunks; c++) {
            total += sums[c];
        }
        return total;
    }

    private static double squaresSum(MemorySegment x, MemorySegment target, long from, long to) {
        FloatVector a = FloatVector.zero(S);
        FloatVector b = a;
        long i = from;
        for (; i <= to - 2 * L; i += 2 * L) {
            FloatVector d = Moments.load(x, i).sub(Moments.load(target, i));
            FloatVector e = Moments.load(x, i + L).sub(Moments.load(target, i + L));
            a = d.fma(d, a);
            b = e.fma(e, b);
        }
        double sum = Lanes.sum(a.add(b));
        for (; i < to; i++) {
            float d = Moments.read(x, i) - Moments.read(target, i);
            sum += (double) d * d;
        }
        return sum;
    }

    @Override
    public void pairGradient(
            MemorySegment dx,
            @Nullable MemorySegment dy,
            double factor,
            MemorySegment x,
            MemorySegment target,
            long count,
            PairLoss loss,
            DType type) {
        if (hasVectors(loss, type)) {
            float twice = (float) (2 * factor);
            Parallel.range(
                    count, PART, (from, to) -> differences(dx, dy, twice, x, target, from, to));
            return;
        }
        Parallel.range(
                count,
                COSTLY,
                (from, to) ->
                        below.pairGradient(
                                part(dx, from, to, type),
                                partOrNull(dy, from, to, type),
                                factor,
                                part(x, from, to, type),
                                part(target, from, to, type),
                                to - from,
                                loss,
                                type));
    }

    @Override
    public void pairTargetGradient(
            MemorySegment dtarget,
            @Nullable MemorySegment dy,
            double factor,
            MemorySegment x,
            MemorySegment target,
            long count,
            PairLoss loss,
            DType type) {
        if (hasVectors(loss, type)) { // the error is symmetric
            pairGradient(dtarget, dy, factor, target, x, count, loss, type);
            return;
        }
        Parallel.range(
                count,
                COSTLY,
                (from, to) ->
                        below.pairTargetGradient(
                                part(dtarget, from, to, type),
                                partOrNull(dy, from, to, type),
                                factor,
                                part(x, from, to, type),
                                part(target, from, to, type),
                                to - from,
                                loss,
                                type));
    }

    /// `dx = dy * factor * (x - target)`, in this order: a difference may be too large for the
    /// factor and not for the product of both.
    private static void differences(
            MemorySegment dx,
            @Nullable MemorySegment dy,
            float factor,
            MemorySegment x,
            MemorySegment target,
            long from,
            long to) {
        long i = from;
        for (; i <= to - L; i += L) {
            FloatVector d = Moments.load(x, i).sub(Moments.load(target, i));
            FloatVector g = dy == null ? d.mul(factor) : Moments.load(dy, i).mul(factor).mul(d);
            g.intoMemorySegment(dx, i * 4, LITTLE);
        }
        for (; i < to; i++) {
            float d = Moments.read(x, i) - Moments.read(target, i);
            Moments.write(dx, i, dy == null ? d * factor : Moments.read(dy, i) * factor * d);
        }
    }

    @Override
    public void crossEntropy(
            MemorySegment losses,
            MemorySegment logSumExp,
            MemorySegment logits,
            MemorySegment labels,
            int outer,
            int classes,
            int inner,
            DType type) {
        boolean vectors = type == DType.F32 && inner == 1 && classes >= MANY_CLASSES;
        long each = (long) classes * inner; // logits of one of outer
        Parallel.range(
                outer,
                Math.max(1, (vectors ? PART : COSTLY) / Math.max(1, each)),
                (from, to) -> {
                    if (vectors) {
                        for (long row = from; row < to; row++) {
                            entropy(losses, logSumExp, logits, labels, row, classes);
                        }
                    } else {
                        below.crossEntropy(
                                part(losses, from * inner, to * inner, DType.F64),
                                part(logSumExp, from * inner, to * inner, DType.F64),
                                part(logits, from * each, to * each, type),
                                part(labels, from * inner, to * inner, DType.I64),
                                (int) (to - from),
                                classes,
                                inner,
                                type);
                    }
                });
    }

    private static void entropy(
            MemorySegment losses,
            MemorySegment logSumExp,
            MemorySegment logits,
            MemorySegment labels,
            long row,
            int classes) {
        long from = row * classes;
        int whole = classes - classes % L;
        float top = top(logits, from, classes);
        double sum = 0;
        for (int i = 0; i < whole; i += CHUNK) {
            FloatVector exponentials = FloatVector.zero(S);
            int end = Math.min(whole, i + CHUNK);
            for (int j = i; j < end; j += L) {
                FloatVector x = Moments.load(logits, from + j);
                exponentials = exponentials.add(Exponential.exp(x.sub(top)));
            }
            sum += Lanes.sum(exponentials);
        }
        for (int j = whole; j < classes; j++) {
            sum += Math.exp(Moments.read(logits, from + j) - top);
        }
        double total = top + Math.log(sum);
        long label = DType.I64.readLong(labels, row);
        DType.F64.write(logSumExp, row, total);
        DType.F64.write(losses, row, total - Moments.read(logits, from + label));
    }

    private static float top(MemorySegment x, long from, int count) {
        FloatVector tops = Moments.load(x, from);
        int i = L;
        for (; i <= count - L; i += L) {
            tops = tops.max(Moments.load(x, from + i));
        }
        float top = tops.reduceLanes(VectorOperators.MAX);
        for (; i < count; i++) {
            top = Math.max(top, Moments.read(x, from + i));
        }
        return top;
    }

    @Override
    public void crossEntropyGradient(
            MemorySegment dlogits,
            @Nullable MemorySegment dy,
            double factor,
            MemorySegment logSumExp,
            MemorySegment logits,
            MemorySegment labels,
            int outer,
            int classes,
            int inner,
            DType type) {
        boolean vectors = type == DType.F32 && inner == 1 && classes >= MANY_CLASSES;
        long each = (long) classes * inner;
        Parallel.range(
                outer,
                Math.max(1, (vectors ? PART : COSTLY) / Math.max(1, each)),
                (from, to) -> {
                    if (vectors) {
                        for (long row = from; row < to; row++) {
                            double up = dy == null ? factor : factor * Moments.read(dy, row);
                            long label = DType.I64.readLong(labels, row);
                            double total = DType.F64.read(logSumExp, row);
                            softmax(dlogits, up, logits, total, row * classes, classes, label);
                        }
                    } else {
                        below.crossEntropyGradient(
                                part(dlogits, from * each, to * each, type),
                                partOrNull(dy, from * inner, to * inner, type),
                                factor,
                                part(logSumExp, from * inner, to * inner, DType.F64),
                                part(logits, from * each, to * each, type),
                                part(labels, from * inner, to * inner, DType.I64),
                                (int) (to - from),
                                classes,
                                inner,
                                type);
                    }
                });
    }

    /// `dlogits = up * (exp(logits - logSumExp) - onehot(label))` for one row.
    private static void softmax(
            MemorySegment dlogits,
            double up,
            MemorySegment logits,
            double logSumExp,
            long from,
            int classes,
            long label) {
        float factor = (float) up;
        float high = (float) logSumExp;
        float low = (float) (logSumExp - high);
        int j = 0;
        for (; j <= classes - L; j += L) {
            FloatVector x = Moments.load(logits, from + j).sub(high).sub(low);
            Exponential.exp(x).mul(factor).intoMemorySegment(dlogits, (from + j) * 4, LITTLE);
        }
        for (; j < classes; j++) {
            double p = Math.exp(Moments.read(logits, from + j) - logSumExp);
            Moments.write(dlogits, from + j, (float) (up * p));
        }
        double p = Math.exp(Moments.read(logits, from + label) - logSumExp);
        Moments.write(dlogits, from + label, (float) (up * (p - 1)));
    }
}
