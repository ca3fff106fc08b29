package dev.tenon.nn.loss;

import dev.tenon.nn.Formula;
import dev.tenon.tensor.LossOps;
import dev.tenon.tensor.Reduction;
import dev.tenon.tensor.Tensor;

/// The squared difference.
///
/// Prediction and target have one shape.
///
/// Source: torch.nn.MSELoss.
///
/// @param reduction what becomes of the single losses; PyTorch's default is [Reduction#MEAN]
public record MeanSquaredError(Reduction reduction) implements Loss {
    /// The formula.
    public static final Formula FORMULA =
            Formula.of(
                    "\\ell = (x - y)^2",
                    "torch.nn.MSELoss",
                    "x",
                    "the prediction",
                    "y",
                    "the target",
                    "\\ell",
                    "the loss");

    /// Returns the loss averaged over all single losses.
    public static MeanSquaredError mean() {
        return new MeanSquaredError(Reduction.MEAN);
    }

    @Override
    public Tensor apply(Tensor prediction, Tensor target) {
        return LossOps.mse(prediction, target, reduction);
    }

    @Override
    public MeanSquaredError withReduction(Reduction other) {
        return new MeanSquaredError(other);
    }

    @Override
    public Formula formula() {
        return FORMULA;
    }
}
