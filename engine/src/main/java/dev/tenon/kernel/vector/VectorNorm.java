package dev.tenon.kernel.vector;

import dev.tenon.dtype.DType;
import dev.tenon.kernel.NormKernel;
import dev.tenon.kernel.NormShape;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// The family Norm on the Vector API, F32.
///
/// A sample's results do not depend on the other samples, and weight gradients are added up in a
/// fixed order, whatever the number of threads.
public final class VectorNorm implements NormKernel {
    /// Channels of fewer elements are normalised by rows, whose vectors reach across channels.
    private static final int SHORT = 32;

    private final NormKernel below;

    /// @param below the backend that does what has no vector form
    public VectorNorm(NormKernel below) {
        this.below = below;
    }

    @Override
    public void normalize(
            MemorySegment y,
            MemorySegment mean,
            MemorySegment rstd,
            MemorySegment x,
            @Nullable MemorySegment weight,
            @Nullable MemorySegment bias,
            NormShape shape,
            double eps,
            DType type) {
        if (type != DType.F32) {
            below.normalize(y, mean, rstd, x, weight, bias, shape, eps, type);
        } else if (shape.inner() < SHORT) {
            new RowNorm(shape).forward(y, mean, rstd, x, weight, bias, eps);
        } else {
            new PlaneNorm(shape).forward(y, mean, rstd, x, weight, bias, eps);
        }
    }

    @Override
    public void normalizeGradient(
            @Nullable MemorySegment dx,
            @Nullable MemorySegment dweight,
            @Nullable MemorySegment dbias,
            MemorySegment dy,
            MemorySegment x,
            MemorySegment mean,
            MemorySegment rstd,
            @Nullable MemorySegment weight,
            NormShape shape,
            DType type) {
        if (type != DType.F32) {
            below.normalizeGradient(dx, dweight, dbias, dy, x, mean, rstd, weight, shape, type);
        } else if (shape.inner() < SHORT) {
            new RowNorm(shape).backward(dx, dweight, dbias, dy, x, mean, rstd, weight);
        } else {
            new PlaneNorm(shape).backward(dx, dweight, dbias, dy, x, mean, rstd, weight);
        }
    }
}
