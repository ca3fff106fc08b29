package dev.tenon.kernel;

/// Kernels of the family Random: random numbers from a counter.
public interface RandomKernel {}
