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
    /// `y = z * weight + bias`.
    ///
    /// @param y as `x`
    /// @param mean `[samples, groups]`, F64, written
    /// @param rstd `[samples, groups]`, F64, written
    /// @param x `[samples, groups, channels, inner]`
    /// @param weight `[groups, channels]`, or null for ones
    /// @param bias `[groups, channels]`, or null for zeros
    /// @param shape sizes of `x`
    /// @param eps added to the variance
    /// @param type F32 or F64, of `y`, `x`, `weight` and `bias`
    void normalize(
            MemorySegment y,
            MemorySegment mean,
            MemorySegment rstd,
            MemorySegment x,
            @Nullable MemorySegment weight,
            @Nullable MemorySegment bias,
            NormShape shape,
            double eps,
            DType type);

    /// The gradients of [#normalize]; an output that is null is not computed.
    ///
    /// @param dx as `x`, or null
    /// @param dweight `[groups, channels]`, or null
    /// @param dbias `[groups, channels]`, or null
    /// @param dy as `x`
    /// @param x `[samples, groups, channels, inner]`
    /// @param mean `[samples, groups]`, F64, as the forward pass wrote it
    /// @param rstd `[samples, groups]`, F64, as the forward pass wrote it
    /// @param weight `[groups, channels]`, or null for ones
    /// @param shape sizes of `x`
    /// @param type F32 or F64, of all but `mean` and `rstd`
    void normalizeGradient(
            @Nullable MemorySegment dx,
            @Nullable MemorySegment dweight,
            @Nullable MemorySegment dbias,
            MemorySegment dy,
            MemorySegment x,
            MemorySegment mean,
            MemorySegment rstd,
            @Nullable MemorySegment weight,
            NormShape shape,
            DType type);
}
