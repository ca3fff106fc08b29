package dev.tenon.kernel.scalar;

import dev.tenon.kernel.AttentionKernel;

/// The definition of the family Attention: scaled dot-product attention.
public final class ScalarAttention implements AttentionKernel {}
