package dev.tenon.kernel.scalar;

import dev.tenon.kernel.IndexKernel;

/// The definition of the family Index: moving elements by index: gather, embedding, concatenation,
/// padding.
public final class ScalarIndex implements IndexKernel {}
