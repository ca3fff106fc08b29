package dev.tenon.kernel;

import dev.tenon.dtype.DType;
import java.lang.foreign.MemorySegment;

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
public interface NormKernel {
    /// `y = activation(z * weight + bias + residual)`.
    ///
    /// @param y as `x`
    /// @param mean `[samples, groups]`, F64, written
    /// @param rstd `[samples, groups]`, F64, written
    /// @param x `[samples, groups, channels, inner]`
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
    /// @param x `[samples, groups, channels, inner]`
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
}
