package dev.tenon.kernel.vector;

import dev.tenon.kernel.MatmulKernel;
import dev.tenon.kernel.Strided;

/// The family Matmul on the Vector API: matrix products.
public final class VectorMatmul implements MatmulKernel {
    private final MatmulKernel below;

    /// @param below the backend that does what has no vector form
    public VectorMatmul(MatmulKernel below) {
        this.below = below;
    }

    @Override
    public void multiply(Strided c, Strided a, Strided b, boolean accumulate) {
        below.multiply(c, a, b, accumulate);
    }
}
