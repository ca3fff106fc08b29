package dev.tenon.kernel;

/// Kernels of the family Attention: scaled dot-product attention.
public interface AttentionKernel {}
