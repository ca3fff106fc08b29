package dev.tenon.kernel.vector;

import dev.tenon.dtype.DType;
import dev.tenon.kernel.IndexKernel;
import java.lang.foreign.MemorySegment;

/// The family Index on the Vector API: moving elements by index: gather, embedding, concatenation,
/// padding.
public final class VectorIndex implements IndexKernel {
    private final IndexKernel below;

    /// @param below the backend that does what has no vector form
    public VectorIndex(IndexKernel below) {
        this.below = below;
    }

    @Override
    public void take(
            MemorySegment y,
            MemorySegment x,
            MemorySegment index,
            int picks,
            int width,
            DType type) {
        below.take(y, x, index, picks, width, type);
    }

    @Override
    public void takeGradient(
            MemorySegment dx,
            MemorySegment dy,
            MemorySegment index,
            int picks,
            int width,
            DType type) {
        below.takeGradient(dx, dy, index, picks, width, type);
    }

    @Override
    public void gather(
            MemorySegment y,
            MemorySegment x,
            MemorySegment index,
            int outer,
            int size,
            int picks,
            int inner,
            DType type) {
        below.gather(y, x, index, outer, size, picks, inner, type);
    }

    @Override
    public void gatherGradient(
            MemorySegment dx,
            MemorySegment dy,
            MemorySegment index,
            int outer,
            int size,
            int picks,
            int inner,
            DType type) {
        below.gatherGradient(dx, dy, index, outer, size, picks, inner, type);
    }

    @Override
    public void copyBlocks(
            MemorySegment y,
            long yStart,
            long yStep,
            MemorySegment x,
            long xStart,
            long xStep,
            int blocks,
            long bytes) {
        below.copyBlocks(y, yStart, yStep, x, xStart, xStep, blocks, bytes);
    }

    @Override
    public void oneHot(MemorySegment y, MemorySegment index, int count, int classes, DType type) {
        below.oneHot(y, index, count, classes, type);
    }
}
