package dev.tenon.kernel;

import dev.tenon.dtype.DType;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// Kernels of the family Loss: losses and their gradients.
public interface LossKernel {
    /// `y = loss(x, target)`, element by element.
    ///
    /// @param type F32 or F64, of all
    void pair(
            MemorySegment y,
            MemorySegment x,
            MemorySegment target,
            long count,
            PairLoss loss,
            DType type);

    /// Returns the sum of `loss(x, target)` over `count` elements, 0 for none.
    ///
    /// @param type F32 or F64, of both
    double pairSum(MemorySegment x, MemorySegment target, long count, PairLoss loss, DType type);

    /// `dx = dy * factor * dloss/dx`, element by element.
    ///
    /// @param dy one number per element, or null for ones
    /// @param factor what all elements are multiplied with
    /// @param type F32 or F64, of all
    void pairGradient(
            MemorySegment dx,
            @Nullable MemorySegment dy,
            double factor,
            MemorySegment x,
            MemorySegment target,
            long count,
            PairLoss loss,
            DType type);

    /// `dtarget = dy * factor * dloss/dtarget`, element by element; arguments as in
    /// [#pairGradient].
    void pairTargetGradient(
            MemorySegment dtarget,
            @Nullable MemorySegment dy,
            double factor,
            MemorySegment x,
            MemorySegment target,
            long count,
            PairLoss loss,
            DType type);

    /// `losses = -log(softmax(logits)[label])`, the softmax over the classes.
    ///
    /// @param losses `[outer, inner]`, F64
    /// @param logSumExp `[outer, inner]`, F64, written for the gradient: the logarithm of the sum
    ///   of the logits' exponentials
    /// @param logits `[outer, classes, inner]`
    /// @param labels `[outer, inner]`, I64, each in `[0, classes)`
    /// @param type F32 or F64, of `logits`
    void crossEntropy(
            MemorySegment losses,
            MemorySegment logSumExp,
            MemorySegment logits,
            MemorySegment labels,
            int outer,
            int classes,
            int inner,
            DType type);

    /// `dlogits = dy * factor * (softmax(logits) - onehot(label))`.
    ///
    /// @param dlogits `[outer, classes, inner]`
    /// @param dy `[outer, inner]`, or null for ones
    /// @param factor what all elements are multiplied with
    /// @param logSumExp as the forward pass wrote it
    /// @param type F32 or F64, of `dlogits`, `dy` and `logits`
    void crossEntropyGradient(
            MemorySegment dlogits,
            @Nullable MemorySegment dy,
            double factor,
            MemorySegment logSumExp,
            MemorySegment logits,
            MemorySegment labels,
            int outer,
            int classes,
            int inner,
            DType type);
}
