package dev.tenon.kernel;

import dev.tenon.dtype.DType;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// Kernels of the family Conv: convolution in two dimensions, forward and both gradients, and its
/// transpose.
///
/// All operands are contiguous, of one type (F32 or F64), in the shapes that [Conv2dSizes] lists.
/// An image's result does not depend on the images around it.
public interface ConvKernel {
    /// `y[n, o, p, q] = bias[o] + Σ_{c, i, j} x[n, c, p strideH - paddingH + i dilationH, q strideW
    /// - paddingW + j dilationW] weight[o, c, i, j]`, with zeros around the image and `c` over the
    ///   channels of `o`'s group.
    ///
    /// @param bias `[outChannels]`, or null for none
    void forward(
            MemorySegment y,
            MemorySegment x,
            MemorySegment weight,
            @Nullable MemorySegment bias,
            Conv2dSizes sizes,
            DType type);

    /// The gradient with respect to x, which is also the transposed convolution: `dx[n, c, h, w] =
    /// bias[c] + Σ_{o, i, j} dy[n, o, p, q] weight[o, c, i, j]` over the `p, q` with `h = p strideH
    /// - paddingH + i dilationH` and `w = q strideW - paddingW + j dilationW`.
    ///
    /// @param bias `[channels]`, or null for none, as the gradient has
    void dataGradient(
            MemorySegment dx,
            MemorySegment dy,
            MemorySegment weight,
            @Nullable MemorySegment bias,
            Conv2dSizes sizes,
            DType type);

    /// The gradient with respect to weight: `dw[o, c, i, j] = Σ_{n, p, q} dy[n, o, p, q] x[n, c, p
    /// strideH - paddingH + i dilationH, q strideW - paddingW + j dilationW]`.
    void weightGradient(
            MemorySegment dw, MemorySegment x, MemorySegment dy, Conv2dSizes sizes, DType type);

    /// The gradient with respect to bias: `db[o] = Σ_{n, p} dy[n, o, p]`.
    ///
    /// @param plane elements of one channel of an image
    void biasGradient(
            MemorySegment db, MemorySegment dy, int batch, int channels, int plane, DType type);
}
