package dev.tenon.kernel.scalar;

import dev.tenon.kernel.Kernels;

/// The scalar backend: every family by its definition. It runs everywhere and is slow.
public final class ScalarKernels {
    private ScalarKernels() {}

    /// Returns the definitions of all families.
    public static Kernels create() {
        return new Kernels(
                "scalar",
                new ScalarElementwise(),
                new ScalarReduce(),
                new ScalarMatmul(),
                new ScalarNorm(),
                new ScalarConv(),
                new ScalarResample(),
                new ScalarAttention(),
                new ScalarIndex(),
                new ScalarLoss(),
                new ScalarRandom(),
                new ScalarOptim(),
                new ScalarQuant());
    }
}
