package dev.tenon.kernel;

/// Kernels of the family Matmul: matrix products.
public interface MatmulKernel {}
