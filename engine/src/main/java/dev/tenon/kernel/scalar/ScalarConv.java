package dev.tenon.kernel.scalar;

import dev.tenon.kernel.ConvKernel;

/// The definition of the family Conv: convolution in two dimensions, forward and both gradients,
/// and its transpose.
public final class ScalarConv implements ConvKernel {}
