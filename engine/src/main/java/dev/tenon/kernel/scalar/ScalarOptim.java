package dev.tenon.kernel.scalar;

import dev.tenon.kernel.OptimKernel;

/// The definition of the family Optim: one step of an optimizer over a parameter.
public final class ScalarOptim implements OptimKernel {}
