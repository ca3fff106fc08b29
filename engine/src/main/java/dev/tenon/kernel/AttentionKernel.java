package dev.tenon.kernel;

import dev.tenon.dtype.DType;
import java.lang.foreign.MemorySegment;

/// Kernels of the family Attention: scaled dot-product attention, `y = softmax(q k^T * scale) v`.
///
/// The forward pass leaves two numbers per query from which the gradient recomputes its row of the
/// softmax, so that the matrix `[queries, keys]` is never kept: the largest scaled score `top` and
/// the reciprocal of `sum(exp(score - top))`; both are NaN where a score is NaN or the largest is
/// infinite. (The usual log-sum-exp, one number, would lose digits in F32: at a score of 100 its
/// rounding alone moves a probability by 4e-6.)
public interface AttentionKernel {
    /// The sizes of one attention.
    ///
    /// @param batch independent attentions: samples times heads
    /// @param queries rows of `q` and `y`
    /// @param keys rows of `k` and `v`
    /// @param size elements of a query and of a key
    /// @param valueSize elements of a value
    record Sizes(int batch, int queries, int keys, int size, int valueSize) {}

    /// `y = softmax(q k^T * scale) v`, the softmax over the keys.
    ///
    /// @param y `[batch, queries, valueSize]`
    /// @param rows `[batch, queries, 2]`, written: `top` and the reciprocal of the sum
    /// @param q `[batch, queries, size]`
    /// @param k `[batch, keys, size]`
    /// @param v `[batch, keys, valueSize]`
    /// @param type F32 or F64, of all
    void attention(
            MemorySegment y,
            MemorySegment rows,
            MemorySegment q,
            MemorySegment k,
            MemorySegment v,
            Sizes sizes,
            double scale,
            DType type);

    /// The gradients of [#attention].
    ///
    /// With the softmax `p` and `ds = p * (dy v^T - rowsum(dy * y)) * scale`: `dq = ds k`, `dk =
    /// ds^T q`, `dv = p^T dy`.
    ///
    /// @param dq as `q`, written
    /// @param dk as `k`, written
    /// @param dv as `v`, written
    /// @param dy as `y`
    /// @param y as the forward pass wrote it
    /// @param rows as the forward pass wrote it
    void attentionGradient(
            MemorySegment dq,
            MemorySegment dk,
            MemorySegment dv,
            MemorySegment dy,
            MemorySegment y,
            MemorySegment rows,
            MemorySegment q,
            MemorySegment k,
            MemorySegment v,
            Sizes sizes,
            double scale,
            DType type);
}
