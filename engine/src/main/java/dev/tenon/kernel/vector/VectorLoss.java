package dev.tenon.kernel.vector;

import dev.tenon.kernel.LossKernel;

/// The family Loss on the Vector API: losses and their gradients.
public final class VectorLoss implements LossKernel {
    private final LossKernel below;

    /// @param below the backend that does what has no vector form
    public VectorLoss(LossKernel below) {
        this.below = below;
    }
}
