package dev.tenon.kernel;

import dev.tenon.dtype.DType;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// Kernels of the family Norm: groups of elements brought to mean 0 and variance 1, then scaled and
/// shifted; where the caller wants it, another tensor added and an activation applied on the way
/// out, so that the chain is one pass over memory.
///
/// With `n` elements in a group, `mean = sum(x) / n`, `var = sum((x - mean)^2) / n` (the biased
/// variance) and `rstd = 1 / sqrt(var + eps)`, the normalised element is `z = (x - mean) * rstd`.
/// Statistics are F64 whatever the type: rounded to F32, a mean of 1e4 would already be off by 5e-4
/// of a standard deviation of 1.
///
/// The result is `y = f(u)` with `u = z * weight + bias + residual`. The gradients find `u` again
/// from `x`, so that nothing but `x` and the statistics is kept: `dresidual = dy * f'(u)` and, with
/// `g = dresidual * weight`, `dx = rstd * (g - sum(g) / n - z * sum(g * z) / n)`, `dweight =
/// sum(dresidual * z)`, `dbias = sum(dresidual)`. Without activation `dresidual` is `dy`.
///
/// Batch norm is the same with statistics per channel, over samples and inner; they are computed
/// and used apart, because evaluation has others and training keeps an average of them. Root mean
/// square norm has `z = x * rstd` with `rstd = 1 / sqrt(sum(x^2) / n + eps)` of each row.
public interface NormKernel {
    /// `y = activation(z * weight + bias + residual)`.
    ///
    /// @param y as `x`
    /// @param mean `[samples, groups]`, F64, written
    /// @param rstd `[samples, groups]`, F64, written
    /// @param x `[samples, groups, channels, inner]`, or channels last
    /// @param epilogue weight, bias, residual and activation
    /// @param shape sizes of `x`
    /// @param eps added to the variance
    /// @param type F32 or F64, of all but `mean` and `rstd`
    void normalize(
            MemorySegment y,
            MemorySegment mean,
            MemorySegment rstd,
            MemorySegment x,
            NormEpilogue epilogue,
            NormShape shape,
            double eps,
            DType type);

    /// The gradients of [#normalize].
    ///
    /// @param gradients written; they overlap no input
    /// @param dy as `x`
    /// @param x `[samples, groups, channels, inner]`, or channels last
    /// @param mean `[samples, groups]`, F64, as the forward pass wrote it
    /// @param rstd `[samples, groups]`, F64, as the forward pass wrote it
    /// @param epilogue as in the forward pass; without activation, bias and residual are not read
    /// @param shape sizes of `x`
    /// @param type F32 or F64, of all but `mean` and `rstd`
    void normalizeGradient(
            NormGradients gradients,
            MemorySegment dy,
            MemorySegment x,
            MemorySegment mean,
            MemorySegment rstd,
            NormEpilogue epilogue,
            NormShape shape,
            DType type);

    /// `mean` and `variance` (biased) of each channel, over samples and inner.
    ///
    /// @param mean `[channels]`, F64, written; NaN where a channel has no elements
    /// @param variance `[channels]`, F64, written; NaN where a channel has no elements
    /// @param x `[samples, channels, inner]`
    /// @param shape sizes of `x`, as of [NormShape#channels]
    /// @param type F32 or F64, of `x`
    void channelMoments(
            MemorySegment mean,
            MemorySegment variance,
            MemorySegment x,
            NormShape shape,
            DType type);

    /// `y = activation((x - mean) * rstd * weight + bias + residual)` with a mean and an rstd per
    /// channel.
    ///
    /// @param y as `x`
    /// @param mean `[channels]`, F64
    /// @param rstd `[channels]`, F64
    /// @param x `[samples, channels, inner]`
    /// @param epilogue weight, bias, residual and activation
    /// @param shape sizes of `x`, as of [NormShape#channels]
    /// @param type F32 or F64, of all but `mean` and `rstd`
    void channelNormalize(
            MemorySegment y,
            MemorySegment mean,
            MemorySegment rstd,
            MemorySegment x,
            NormEpilogue epilogue,
            NormShape shape,
            DType type);

    /// The gradients of [#channelNormalize].
    ///
    /// @param gradients written; they overlap no input
    /// @param dy as `x`
    /// @param x `[samples, channels, inner]`
    /// @param mean `[channels]`, F64
    /// @param rstd `[channels]`, F64
    /// @param ofBatch whether mean and rstd are those of `x` itself and change with it, as in
    ///   training; otherwise they are constants, and `dx = rstd * g`
    /// @param epilogue as in the forward pass; without activation, bias and residual are not read
    /// @param shape sizes of `x`, as of [NormShape#channels]
    /// @param type F32 or F64, of all but `mean` and `rstd`
    void channelNormalizeGradient(
            NormGradients gradients,
            MemorySegment dy,
            MemorySegment x,
            MemorySegment mean,
            MemorySegment rstd,
            boolean ofBatch,
            NormEpilogue epilogue,
            NormShape shape,
            DType type);

    /// `y = x * rstd * weight`, `rstd = 1 / sqrt(sum(x^2) / size + eps)` of each row.
    ///
    /// @param y as `x`
    /// @param rstd `[rows]`, F64, written
    /// @param x `[rows, size]`
    /// @param weight `[size]`, or null for ones
    /// @param rows number of rows
    /// @param size elements of a row
    /// @param eps added to the mean square
    /// @param type F32 or F64, of all but `rstd`
    void rmsNormalize(
            MemorySegment y,
            MemorySegment rstd,
            MemorySegment x,
            @Nullable MemorySegment weight,
            int rows,
            int size,
            double eps,
            DType type);

    /// The gradients of [#rmsNormalize]: with `g = dy * weight`, `dx = rstd * (g - z * sum(g * z) /
    /// size)`, `dweight = sum(dy * z)`.
    ///
    /// @param dx as `x`, written; or null
    /// @param dweight `[size]`, written; or null
    /// @param dy as `x`
    /// @param x `[rows, size]`
    /// @param rstd `[rows]`, F64, as the forward pass wrote it
    /// @param weight `[size]`, or null for ones
    /// @param rows number of rows
    /// @param size elements of a row
    /// @param type F32 or F64, of all but `rstd`
    void rmsNormalizeGradient(
            @Nullable MemorySegment dx,
            @Nullable MemorySegment dweight,
            MemorySegment dy,
            MemorySegment x,
            MemorySegment rstd,
            @Nullable MemorySegment weight,
            int rows,
            int size,
            DType type);
}
