package dev.tenon.kernel;

/// Kernels of the family Loss: losses and their gradients.
public interface LossKernel {}
