package dev.tenon.tensor;

/// What becomes of the losses of the single elements.
public enum Reduction {
    /// Their mean, a scalar; the default of every loss.
    MEAN,
    /// Their sum, a scalar.
    SUM,
    /// They stay as they are, in the shape of the targets.
    NONE
}
