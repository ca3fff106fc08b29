package dev.tenon.kernel.scalar;

import dev.tenon.kernel.ResampleKernel;

/// The definition of the family Resample: pooling and up-sampling of images.
public final class ScalarResample implements ResampleKernel {}
