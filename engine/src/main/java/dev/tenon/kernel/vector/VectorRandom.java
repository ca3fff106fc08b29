package dev.tenon.kernel.vector;

import dev.tenon.kernel.RandomKernel;

/// The family Random on the Vector API: random numbers from a counter.
public final class VectorRandom implements RandomKernel {
    private final RandomKernel below;

    /// @param below the backend that does what has no vector form
    public VectorRandom(RandomKernel below) {
        this.below = below;
    }
}
