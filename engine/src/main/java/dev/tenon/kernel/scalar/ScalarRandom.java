package dev.tenon.kernel.scalar;

import dev.tenon.kernel.RandomKernel;

/// The definition of the family Random: random numbers from a counter.
public final class ScalarRandom implements RandomKernel {}
