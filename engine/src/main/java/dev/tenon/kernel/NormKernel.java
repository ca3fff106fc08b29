package dev.tenon.kernel;

import dev.tenon.dtype.DType;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// Kernels of the family Norm: groups of elements brought to mean 0 and variance 1, then scaled and
/// shifted.
///
/// With `n` elements in a group, `mean = sum(x) / n`, `var = sum((x - mean)^2) / n` (the biased
/// variance) and `rstd = 1 / sqrt(var + eps)`, the normalised element is `z = (x - mean) * rstd`.
/// Statistics are F64 whatever the type: rounded to F32, a mean of 1e4 would already be off by 5e-4
/// of a standard deviation of 1.
///
/// The gradients use, with `g = dy * weight`, `dx = rstd * (g - sum(g) / n - z * sum(g * z) / n)`,
/// `dweight = sum(dy * z)` and `dbias = sum(dy)`.
public interface NormKernel {
    /// `y = z * weight + bias` with one group per row.
    ///
    /// @param y `[rows, size]`
    /// @param mean `[rows]`, F64, written
    /// @param rstd `[rows]`, F64, written
    /// @param x `[rows, size]`
    /// @param weight `[size]`, or null for ones
    /// @param bias `[size]`, or null for zeros
    /// @param eps added to the variance
    /// @param type F32 or F64, of `y`, `x`, `weight` and `bias`
    void layerNorm(
            MemorySegment y,
            MemorySegment mean,
            MemorySegment rstd,
            MemorySegment x,
            @Nullable MemorySegment weight,
            @Nullable MemorySegment bias,
            int rows,
            int size,
            double eps,
            DType type);

    /// The gradients of [#layerNorm]; an output that is null is not computed.
    ///
    /// @param dx `[rows, size]`, or null
    /// @param dweight `[size]`, or null
    /// @param dbias `[size]`, or null
    /// @param dy `[rows, size]`
    /// @param x `[rows, size]`
    /// @param mean `[rows]`, F64, as the forward pass wrote it
    /// @param rstd `[rows]`, F64, as the forward pass wrote it
    /// @param weight `[size]`, or null for ones
    void layerNormGradient(
            @Nullable MemorySegment dx,
            @Nullable MemorySegment dweight,
            @Nullable MemorySegment dbias,
            MemorySegment dy,
            MemorySegment x,
            MemorySegment mean,
            MemorySegment rstd,
            @Nullable MemorySegment weight,
            int rows,
            int size,
            DType type);

    /// `y = z * weight[channel] + bias[channel]`, where each sample's channels are cut into groups
    /// of neighbours.
    ///
    /// @param y as `x`
    /// @param mean `[samples, groups]`, F64, written
    /// @param rstd `[samples, groups]`, F64, written
    /// @param x `[samples, groups, channels, inner]`
    /// @param weight `[groups, channels]`, or null for ones
    /// @param bias `[groups, channels]`, or null for zeros
    /// @param channels channels in one group
    /// @param inner elements in one channel
    /// @param eps added to the variance
    /// @param type F32 or F64, of `y`, `x`, `weight` and `bias`
    void groupNorm(
            MemorySegment y,
            MemorySegment mean,
            MemorySegment rstd,
            MemorySegment x,
            @Nullable MemorySegment weight,
            @Nullable MemorySegment bias,
            int samples,
            int groups,
            int channels,
            int inner,
            double eps,
            DType type);

    /// The gradients of [#groupNorm]; an output that is null is not computed.
    ///
    /// @param dx as `x`, or null
    /// @param dweight `[groups, channels]`, or null
    /// @param dbias `[groups, channels]`, or null
    /// @param dy as `x`
    /// @param x `[samples, groups, channels, inner]`
    /// @param mean `[samples, groups]`, F64, as the forward pass wrote it
    /// @param rstd `[samples, groups]`, F64, as the forward pass wrote it
    /// @param weight `[groups, channels]`, or null for ones
    /// @param channels channels in one group
    void groupNormGradient(
            @Nullable MemorySegment dx,
            @Nullable MemorySegment dweight,
            @Nullable MemorySegment dbias,
            MemorySegment dy,
            MemorySegment x,
            MemorySegment mean,
            MemorySegment rstd,
            @Nullable MemorySegment weight,
            int samples,
            int groups,
            int channels,
            int inner,
            DType type);
}
