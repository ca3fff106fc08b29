package dev.tenon.kernel.vector;

import dev.tenon.kernel.ConvKernel;

/// The family Conv on the Vector API: convolution in two dimensions, forward and both gradients,
/// and its transpose.
public final class VectorConv implements ConvKernel {
    private final ConvKernel below;

    /// @param below the backend that does what has no vector form
    public VectorConv(ConvKernel below) {
        this.below = below;
    }
}
