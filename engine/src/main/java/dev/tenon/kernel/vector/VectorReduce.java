package dev.tenon.kernel.vector;

import dev.tenon.dtype.DType;
import dev.tenon.kernel.ReduceKernel;
import java.lang.foreign.MemorySegment;

/// The family Reduce on the Vector API.
public final class VectorReduce implements ReduceKernel {
    private final ReduceKernel below;

    /// @param below the backend that does what has no vector form
    public VectorReduce(ReduceKernel below) {
        this.below = below;
    }

    @Override
    public void sum(MemorySegment y, MemorySegment x, int outer, int size, int inner, DType type) {
        below.sum(y, x, outer, size, inner, type);
    }
}
