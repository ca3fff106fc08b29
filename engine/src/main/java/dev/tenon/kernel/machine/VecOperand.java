package dev.tenon.kernel.machine;

/// The last source of a vector instruction: a register or memory.
sealed interface VecOperand permits Vec, Mem {}
