package dev.tenon.nn.loss;

import dev.tenon.nn.Formula;
import dev.tenon.tensor.LossOps;
import dev.tenon.tensor.Reduction;
import dev.tenon.tensor.Tensor;

/// The negative logarithm of the probability that the prediction gives the target.
///
/// Prediction and target have one shape; the prediction is in [0, 1], its logarithm cut off at
/// -100.
///
/// Source: torch.nn.BCELoss.
///
/// @param reduction what becomes of the single losses; PyTorch's default is [Reduction#MEAN]
public record BinaryCrossEntropy(Reduction reduction) implements Loss {
    /// The formula.
    public static final Formula FORMULA =
            Formula.of(
                    "\\ell = -y \\log x - (1 - y) \\log(1 - x)",
                    "torch.nn.BCELoss",
                    "x",
                    "the prediction, a probability",
                    "y",
                    "the target, in [0, 1]");

    /// Returns the loss averaged over all single losses.
    public static BinaryCrossEntropy mean() {
        return new BinaryCrossEntropy(Reduction.MEAN);
    }

    @Override
    public Tensor apply(Tensor prediction, Tensor target) {
        return LossOps.binaryCrossEntropy(prediction, target, reduction);
    }

    @Override
    public Formula formula() {
        return FORMULA;
    }
}
