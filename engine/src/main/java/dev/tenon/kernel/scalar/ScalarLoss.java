package dev.tenon.kernel.scalar;

import dev.tenon.dtype.DType;
import dev.tenon.kernel.LossKernel;
import dev.tenon.kernel.PairLoss;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// The definition of the family Loss.
public final class ScalarLoss implements LossKernel {
    /// The least logarithm in binary cross-entropy, as in PyTorch.
    private static final double LEAST_LOG = -100;

    /// The least `x (1 - x)` that binary cross-entropy's gradient divides by, as in PyTorch.
    private static final double LEAST_VARIANCE = 1e-12;

    /// Returns the loss of `x` against `t`.
    public static double apply(PairLoss loss, double x, double t) {
        return switch (loss) {
            case SQUARED_ERROR -> (x - t) * (x - t);
            case BINARY_CROSS_ENTROPY -> -(t * log(x) + (1 - t) * log1m(x));
            case BINARY_CROSS_ENTROPY_WITH_LOGITS ->
                    Math.max(x, 0) - x * t + Math.log1p(Math.exp(-Math.abs(x)));
        };
    }

    private static double log(double x) {
        return Math.max(Math.log(x), LEAST_LOG);
    }

    private static double log1m(double x) {
        return Math.max(Math.log1p(-x), LEAST_LOG);
    }

    /// Returns the loss's derivative with respect to `x`.
    public static double derivative(PairLoss loss, double x, double t) {
        return switch (loss) {
            case SQUARED_ERROR -> 2 * (x - t);
            case BINARY_CROSS_ENTROPY -> (x - t) / Math.max(x * (1 - x), LEAST_VARIANCE);
            case BINARY_CROSS_ENTROPY_WITH_LOGITS -> 1 / (1 + Math.exp(-x)) - t;
        };
    }

    /// Returns the loss's derivative with respect to `t`.
    public static double targetDerivative(PairLoss loss, double x, double t) {
        return switch (loss) {
            case SQUARED_ERROR -> 2 * (t - x);
            case BINARY_CROSS_ENTROPY -> log1m(x) - log(x);
            case BINARY_CROSS_ENTROPY_WITH_LOGITS -> -x;
        };
    }

    @Override
    public void pair(
            MemorySegment y,
            MemorySegment x,
            MemorySegment target,
            long count,
            PairLoss loss,
            DType type) {
        for (long i = 0; i < count; i++) {
            type.write(y, i, apply(loss, type.read(x, i), type.read(target, i)));
        }
    }

    @Override
    public double pairSum(
            MemorySegment x, MemorySegment target, long count, PairLoss loss, DType type) {
        double sum = 0;
        for (long i = 0; i < count; i++) {
            sum += apply(loss, type.read(x, i), type.read(target, i));
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
        for (long i = 0; i < count; i++) {
            double up = dy == null ? factor : factor * type.read(dy, i);
            type.write(dx, i, up * derivative(loss, type.read(x, i), type.read(target, i)));
        }
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
        for (long i = 0; i < count; i++) {
            double up = dy == null ? factor : factor * type.read(dy, i);
            double slope = targetDerivative(loss, type.read(x, i), type.read(target, i));
            type.write(dtarget, i, up * slope);
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
        for (long o = 0; o < outer; o++) {
            for (long s = 0; s < inner; s++) {
                double top = Double.NEGATIVE_INFINITY;
                for (int c = 0; c < classes; c++) {
                    top = Math.max(top, type.read(logits, (o * classes + c) * inner + s));
                }
                double sum = 0;
                for (int c = 0; c < classes; c++) {
                    sum += Math.exp(type.read(logits, (o * classes + c) * inner + s) - top);
                }
                long at = o * inner + s;
                double total = top + Math.log(sum);
                long label = DType.I64.readLong(labels, at);
                double own = type.read(logits, (o * classes + label) * inner + s);
                DType.F64.write(logSumExp, at, total);
                DType.F64.write(losses, at, total - own);
            }
        }
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
        for (long o = 0; o < outer; o++) {
            for (int c = 0; c < classes; c++) {
                for (long s = 0; s < inner; s++) {
                    long i = (o * classes + c) * inner + s;
                    long at = o * inner + s;
                    double up = dy == null ? factor : factor * type.read(dy, at);
                    double p = Math.exp(type.read(logits, i) - DType.F64.read(logSumExp, at));
                    double wanted = DType.I64.readLong(labels, at) == c ? 1 : 0;
                    type.write(dlogits, i, up * (p - wanted));
                }
            }
        }
    }
}
