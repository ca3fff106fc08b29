package dev.tenon.kernel;

/// Kernels of the family Norm: normalisation: mean and variance of groups of elements, scaled and
/// shifted.
public interface NormKernel {}
