package dev.tenon.kernel.vector;

import dev.tenon.dtype.DType;
import dev.tenon.kernel.NormKernel;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// The family Norm on the Vector API.
public final class VectorNorm implements NormKernel {
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
        below.layerNorm(y, mean, rstd, x, weight, bias, rows, size, eps, type);
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
        below.layerNormGradient(dx, dweight, dbias, dy, x, mean, rstd, weight, rows, size, type);
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
        below.groupNorm(
                y, mean, rstd, x, weight, bias, samples, groups, channels, inner, eps, type);
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
        below.groupNormGradient(
                dx, dweight, dbias, dy, x, mean, rstd, weight, samples, groups, channels, inner,
                type);
    }
}
