package dev.tenon.kernel.scalar;

import dev.tenon.kernel.NormKernel;

/// The definition of the family Norm: normalisation: mean and variance of groups of elements,
/// scaled and shifted.
public final class ScalarNorm implements NormKernel {}
