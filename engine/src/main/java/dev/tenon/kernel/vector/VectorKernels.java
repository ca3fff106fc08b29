package dev.tenon.kernel.vector;

import dev.tenon.kernel.ElementwiseKernel;
import dev.tenon.kernel.Kernels;

/// The vector backend: SIMD through jdk.incubator.vector, and the backend below for what has no
/// vector form.
///
/// Loading this class needs the module jdk.incubator.vector.
public final class VectorKernels {
    private VectorKernels() {}

    /// Returns the vector form of all families.
    ///
    /// @param below the backend that does what has no vector form
    public static Kernels create(Kernels below) {
        ElementwiseKernel elementwise = new VectorElementwise(below.elementwise());
        return new Kernels(
                "vector",
                elementwise,
                new VectorReduce(below.reduce()),
                new VectorMatmul(below.matmul(), elementwise),
                new VectorNorm(below.norm(), elementwise),
                new VectorConv(below.conv()),
                new VectorResample(below.resample()),
                new VectorAttention(below.attention()),
                new VectorIndex(below.index()),
                new VectorLoss(below.loss()),
                new VectorRandom(below.random()),
                new VectorOptim(below.optim()),
                new VectorQuant(below.quant()));
    }

    /// Describes the vectors in use, for example `256-bit vectors, 8 floats`.
    public static String describe() {
        return Lanes.FLOATS.vectorBitSize() + "-bit vectors, " + Lanes.FLOATS.length() + " floats";
    }
}
