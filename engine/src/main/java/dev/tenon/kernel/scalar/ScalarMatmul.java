package dev.tenon.kernel.scalar;

import dev.tenon.kernel.MatmulKernel;

/// The definition of the family Matmul: matrix products.
public final class ScalarMatmul implements MatmulKernel {}
