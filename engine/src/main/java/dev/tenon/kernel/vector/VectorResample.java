package dev.tenon.kernel.vector;

import dev.tenon.dtype.DType;
import dev.tenon.kernel.ResampleKernel;
import java.lang.foreign.MemorySegment;

/// The family Resample on the Vector API: pooling and up-sampling of images.
public final class VectorResample implements ResampleKernel {
    private final ResampleKernel below;

    /// @param below the backend that does what has no vector form
    public VectorResample(ResampleKernel below) {
        this.below = below;
    }

    @Override
    public void maxPool(
            MemorySegment y, MemorySegment positions, MemorySegment x, Window w, DType type) {
        below.maxPool(y, positions, x, w, type);
    }

    @Override
    public void maxPoolGradient(
            MemorySegment dx, MemorySegment dy, MemorySegment positions, Window w, DType type) {
        below.maxPoolGradient(dx, dy, positions, w, type);
    }

    @Override
    public void avgPool(MemorySegment y, MemorySegment x, Window w, DType type) {
        below.avgPool(y, x, w, type);
    }

    @Override
    public void avgPoolGradient(MemorySegment dx, MemorySegment dy, Window w, DType type) {
        below.avgPoolGradient(dx, dy, w, type);
    }

    @Override
    public void nearest(MemorySegment y, MemorySegment x, Scaling s, DType type) {
        below.nearest(y, x, s, type);
    }

    @Override
    public void nearestGradient(MemorySegment dx, MemorySegment dy, Scaling s, DType type) {
        below.nearestGradient(dx, dy, s, type);
    }

    @Override
    public void bilinear(MemorySegment y, MemorySegment x, Scaling s, DType type) {
        below.bilinear(y, x, s, type);
    }

    @Override
    public void bilinearGradient(MemorySegment dx, MemorySegment dy, Scaling s, DType type) {
        below.bilinearGradient(dx, dy, s, type);
    }
}
