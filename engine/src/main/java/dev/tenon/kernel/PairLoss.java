package dev.tenon.kernel;

/// A loss of one element `x` against its target `t`.
public enum PairLoss {
    /// `(x - t)^2`.
    SQUARED_ERROR,

    /// `-(t log x + (1 - t) log(1 - x))` for a probability `x`, the logarithms at least -100 as in
    /// PyTorch, so that a certain mistake costs 100 and not infinity.
    BINARY_CROSS_ENTROPY,

    /// Binary cross-entropy of `sigmoid(x)`, computed as `max(x, 0) - x t + log(1 + exp(-|x|))`,
    /// which neither overflows nor cancels.
    BINARY_CROSS_ENTROPY_WITH_LOGITS
}
