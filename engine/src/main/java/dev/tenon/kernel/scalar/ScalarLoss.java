package dev.tenon.kernel.scalar;

import dev.tenon.kernel.LossKernel;

/// The definition of the family Loss: losses and their gradients.
public final class ScalarLoss implements LossKernel {}
