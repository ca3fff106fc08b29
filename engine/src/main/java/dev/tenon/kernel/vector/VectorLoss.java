package dev.tenon.kernel.vector;

import dev.tenon.dtype.DType;
import dev.tenon.kernel.LossKernel;
import dev.tenon.kernel.PairLoss;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// The family Loss on the Vector API.
public final class VectorLoss implements LossKernel {
    private final LossKernel below;

    /// @param below the backend that does what has no vector form
    public VectorLoss(LossKernel below) {
        this.below = below;
    }

    @Override
    public void pair(
            MemorySegment y,
            MemorySegment x,
            MemorySegment target,
            long count,
            PairLoss loss,
            DType type) {
        below.pair(y, x, target, count, loss, type);
    }

    @Override
    public double pairSum(
            MemorySegment x, MemorySegment target, long count, PairLoss loss, DType type) {
        return below.pairSum(x, target, count, loss, type);
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
        below.pairGradient(dx, dy, factor, x, target, count, loss, type);
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
        below.pairTargetGradient(dtarget, dy, factor, x, target, count, loss, type);
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
        below.crossEntropy(losses, logSumExp, logits, labels, outer, classes, inner, type);
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
        below.crossEntropyGradient(
                dlogits, dy, factor, logSumExp, logits, labels, outer, classes, inner, type);
    }
}
