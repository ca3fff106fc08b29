package dev.tenon.kernel;

/// Kernels of the family Optim: one step of an optimizer over a parameter.
public interface OptimKernel {}
