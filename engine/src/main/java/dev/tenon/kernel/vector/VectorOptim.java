package dev.tenon.kernel.vector;

import dev.tenon.kernel.OptimKernel;

/// The family Optim on the Vector API: one step of an optimizer over a parameter.
public final class VectorOptim implements OptimKernel {
    private final OptimKernel below;

    /// @param below the backend that does what has no vector form
    public VectorOptim(OptimKernel below) {
        this.below = below;
    }
}
