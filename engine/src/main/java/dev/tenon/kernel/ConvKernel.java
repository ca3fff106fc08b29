package dev.tenon.kernel;

/// Kernels of the family Conv: convolution in two dimensions, forward and both gradients, and its
/// transpose.
public interface ConvKernel {}
