package dev.tenon.kernel.vector;

import dev.tenon.kernel.IndexKernel;

/// The family Index on the Vector API: moving elements by index: gather, embedding, concatenation,
/// padding.
public final class VectorIndex implements IndexKernel {
    private final IndexKernel below;

    /// @param below the backend that does what has no vector form
    public VectorIndex(IndexKernel below) {
        this.below = below;
    }
}
