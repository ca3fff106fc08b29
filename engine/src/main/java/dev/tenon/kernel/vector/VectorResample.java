package dev.tenon.kernel.vector;

import dev.tenon.kernel.ResampleKernel;

/// The family Resample on the Vector API: pooling and up-sampling of images.
public final class VectorResample implements ResampleKernel {
    private final ResampleKernel below;

    /// @param below the backend that does what has no vector form
    public VectorResample(ResampleKernel below) {
        this.below = below;
    }
}
