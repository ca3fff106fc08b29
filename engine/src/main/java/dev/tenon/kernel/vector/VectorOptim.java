package dev.tenon.kernel.vector;

import dev.tenon.dtype.DType;
import dev.tenon.kernel.OptimKernel;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// The family Optim on the Vector API: one step of an optimizer over a parameter.
public final class VectorOptim implements OptimKernel {
    private final OptimKernel below;

    /// @param below the backend that does what has no vector form
    public VectorOptim(OptimKernel below) {
        this.below = below;
    }

    @Override
    public void sgd(
            MemorySegment w,
            MemorySegment g,
            @Nullable MemorySegment v,
            long count,
            SgdStep step,
            Decay decay,
            DType type) {
        below.sgd(w, g, v, count, step, decay, type);
    }

    @Override
    public void adam(
            MemorySegment w,
            MemorySegment g,
            MemorySegment m,
            MemorySegment v,
            @Nullable MemorySegment largest,
            long count,
            AdamStep step,
            Decay decay,
            DType type) {
        below.adam(w, g, m, v, largest, count, step, decay, type);
    }

    @Override
    public void adamax(
            MemorySegment w,
            MemorySegment g,
            MemorySegment m,
            MemorySegment u,
            long count,
            AdamaxStep step,
            Decay decay,
            DType type) {
        below.adamax(w, g, m, u, count, step, decay, type);
    }

    @Override
    public void lerp(MemorySegment y, MemorySegment x, long count, double weight, DType type) {
        below.lerp(y, x, count, weight, type);
    }

    @Override
    public void axpy(MemorySegment y, double a, MemorySegment x, long count, DType type) {
        below.axpy(y, a, x, count, type);
    }

    @Override
    public void scale(MemorySegment y, long count, double factor, DType type) {
        below.scale(y, count, factor, type);
    }
}
