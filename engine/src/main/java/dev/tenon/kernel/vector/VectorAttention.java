package dev.tenon.kernel.vector;

import dev.tenon.dtype.DType;
import dev.tenon.kernel.AttentionKernel;
import java.lang.foreign.MemorySegment;

/// The family Attention on the Vector API.
public final class VectorAttention implements AttentionKernel {
    private final AttentionKernel below;

    /// @param below the backend that does what has no vector form
    public VectorAttention(AttentionKernel below) {
        this.below = below;
    }

    @Override
    public void attention(
            MemorySegment y,
            MemorySegment rows,
            MemorySegment q,
            MemorySegment k,
            MemorySegment v,
            Sizes sizes,
            double scale,
            DType type) {
        below.attention(y, rows, q, k, v, sizes, scale, type);
    }

    @Override
    public void attentionGradient(
            MemorySegment dq,
            MemorySegment dk,
            MemorySegment dv,
            MemorySegment dy,
            MemorySegment y,
            MemorySegment rows,
            MemorySegment q,
            MemorySegment k,
            MemorySegment v,
            Sizes sizes,
            double scale,
            DType type) {
        below.attentionGradient(dq, dk, dv, dy, y, rows, q, k, v, sizes, scale, type);
    }
}
