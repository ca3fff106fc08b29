package dev.tenon.kernel.vector;

import dev.tenon.dtype.DType;
import dev.tenon.kernel.Conv2dSizes;
import dev.tenon.kernel.ConvKernel;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// The family Conv on the Vector API: convolution in two dimensions, forward and both gradients,
/// and its transpose.
public final class VectorConv implements ConvKernel {
    private final ConvKernel below;

    /// @param below the backend that does what has no vector form
    public VectorConv(ConvKernel below) {
        this.below = below;
    }

    @Override
    public void forward(
            MemorySegment y,
            MemorySegment x,
            MemorySegment weight,
            @Nullable MemorySegment bias,
            Conv2dSizes sizes,
            DType type) {
        below.forward(y, x, weight, bias, sizes, type);
    }

    @Override
    public void dataGradient(
            MemorySegment dx,
            MemorySegment dy,
            MemorySegment weight,
            @Nullable MemorySegment bias,
            Conv2dSizes sizes,
            DType type) {
        below.dataGradient(dx, dy, weight, bias, sizes, type);
    }

    @Override
    public void weightGradient(
            MemorySegment dw, MemorySegment x, MemorySegment dy, Conv2dSizes sizes, DType type) {
        below.weightGradient(dw, x, dy, sizes, type);
    }

    @Override
    public void biasGradient(
            MemorySegment db, MemorySegment dy, int batch, int channels, int plane, DType type) {
        below.biasGradient(db, dy, batch, channels, plane, type);
    }
}
