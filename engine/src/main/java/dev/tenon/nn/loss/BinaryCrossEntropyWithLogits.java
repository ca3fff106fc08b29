package dev.tenon.nn.loss;

import dev.tenon.nn.Formula;
import dev.tenon.tensor.LossOps;
import dev.tenon.tensor.Reduction;
import dev.tenon.tensor.Tensor;

/// The binary cross-entropy of the sigmoid of the prediction, without its overflow.
///
/// Prediction and target have one shape.
///
/// Source: torch.nn.BCEWithLogitsLoss.
///
/// @param reduction what becomes of the single losses; PyTorch's default is [Reduction#MEAN]
public record BinaryCrossEntropyWithLogits(Reduction reduction) implements Loss {
    /// The formula.
    public static final Formula FORMULA =
            Formula.of(
                    "\\ell = \\max(x, 0) - x y + \\log\\left(1 + e^{-|x|}\\right)",
                    "torch.nn.BCEWithLogitsLoss",
                    "x",
                    "the prediction, a logit",
                    "y",
                    "the target, in [0, 1]",
                    "\\ell",
                    "the loss");

    /// Returns the loss averaged over all single losses.
    public static BinaryCrossEntropyWithLogits mean() {
        return new BinaryCrossEntropyWithLogits(Reduction.MEAN);
    }

    @Override
    public Tensor apply(Tensor prediction, Tensor target) {
        return LossOps.binaryCrossEntropyWithLogits(prediction, target, reduction);
    }

    @Override
    public BinaryCrossEntropyWithLogits withReduction(Reduction other) {
        return new BinaryCrossEntropyWithLogits(other);
    }

    @Override
    public Formula formula() {
        return FORMULA;
    }
}
