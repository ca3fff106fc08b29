package dev.tenon.kernel.vector;

import dev.tenon.kernel.AttentionKernel;

/// The family Attention on the Vector API: scaled dot-product attention.
public final class VectorAttention implements AttentionKernel {
    private final AttentionKernel below;

    /// @param below the backend that does what has no vector form
    public VectorAttention(AttentionKernel below) {
        this.below = below;
    }
}
