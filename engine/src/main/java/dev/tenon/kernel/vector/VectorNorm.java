package dev.tenon.kernel.vector;

import dev.tenon.dtype.DType;
import dev.tenon.kernel.NormKernel;
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
    public void layerNorm(
            MemorySegment y,
            MemorySegment mean,
            MemorySegment rstd,
            MemorySegment x,
            @Nullable MemorySegment weight,
            @Nullable MemorySegment bias,
            int rows,
            int size,
            double eps,
            DType type) {
        if (type == DType.F32) {
            new RowNorm(rows, 1, size, 1).forward(y, mean, rstd, x, weight, bias, eps);
        } else {
            below.layerNorm(y, mean, rstd, x, weight, bias, rows, size, eps, type);
        }
    }

    @Override
    public void layerNormGradient(
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
            DType type) {
        if (type == DType.F32) {
            new RowNorm(rows, 1, size, 1).backward(dx, dweight, dbias, dy, x, mean, rstd, weight);
        } else {
            below.layerNormGradient(
                    dx, dweight, dbias, dy, x, mean, rstd, weight, rows, size, type);
        }
    }

    @Override
    public void groupNorm(
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
            DType type) {
        if (type != DType.F32) {
            below.groupNorm(
                    y, mean, rstd, x, weight, bias, samples, groups, channels, inner, eps, type);
        } else if (inner < SHORT) {
            new RowNorm(samples, groups, channels, inner)
                    .forward(y, mean, rstd, x, weight, bias, eps);
        } else {
            new PlaneNorm(samples, groups, channels, inner)
                    .forward(y, mean, rstd, x, weight, bias, eps);
        }
    }

    @Override
    public void groupNormGradient(
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
            DType type) {
        if (type != DType.F32) {
            below.groupNormGradient(
                    dx, dweight, dbias, dy, x, mean, rstd, weight, samples, groups, channels, inner,
                    type);
        } else if (inner < SHORT) {
            new RowNorm(samples, groups, channels, inner)
                    .backward(dx, dweight, dbias, dy, x, mean, rstd, weight);
        } else {
            new PlaneNorm(samples, groups, channels, inner)
                    .backward(dx, dweight, dbias, dy, x, mean, rstd, weight);
        }
    }
}
