package dev.tenon.kernel;

/// Kernels of the family Index: moving elements by index: gather, embedding, concatenation,
/// padding.
public interface IndexKernel {}
