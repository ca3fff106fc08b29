package dev.tenon.kernel;

/// Kernels of the family Resample: pooling and up-sampling of images.
public interface ResampleKernel {}
