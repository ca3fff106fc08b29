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

    @Override
    public void mean(MemorySegment y, MemorySegment x, int outer, int size, int inner, DType type) {
        below.mean(y, x, outer, size, inner, type);
    }

    @Override
    public void variance(
            MemorySegment y,
            MemorySegment x,
            int outer,
            int size,
            int inner,
            double correction,
            DType type) {
        below.variance(y, x, outer, size, inner, correction, type);
    }

    @Override
    public void extreme(
            MemorySegment y,
            MemorySegment index,
            MemorySegment x,
            int outer,
            int size,
            int inner,
            boolean largest,
            DType type) {
        below.extreme(y, index, x, outer, size, inner, largest, type);
    }

    @Override
    public void extremeGradient(
            MemorySegment dx,
            MemorySegment dy,
            MemorySegment index,
            int outer,
            int size,
            int inner,
            DType type) {
        below.extremeGradient(dx, dy, index, outer, size, inner, type);
    }

    @Override
    public void softmax(
            MemorySegment y,
            MemorySegment x,
            int outer,
            int size,
            int inner,
            boolean log,
            DType type) {
        below.softmax(y, x, outer, size, inner, log, type);
    }

    @Override
    public void softmaxGradient(
            MemorySegment dx,
            MemorySegment dy,
            MemorySegment y,
            int outer,
            int size,
            int inner,
            boolean log,
            DType type) {
        below.softmaxGradient(dx, dy, y, outer, size, inner, log, type);
    }

    @Override
    public double sumOfSquares(MemorySegment x, long count, DType type) {
        return below.sumOfSquares(x, count, type);
    }
}
