package dev.tenon.kernel.vector;

import dev.tenon.kernel.NormKernel;

/// The family Norm on the Vector API: normalisation: mean and variance of groups of elements,
/// scaled and shifted.
public final class VectorNorm implements NormKernel {
    private final NormKernel below;

    /// @param below the backend that does what has no vector form
    public VectorNorm(NormKernel below) {
        this.below = below;
    }
}
