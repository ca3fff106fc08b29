package dev.tenon.nn.loss;

import dev.tenon.nn.Formula;
import dev.tenon.tensor.LossOps;
import dev.tenon.tensor.Reduction;
import dev.tenon.tensor.Tensor;

/// The negative logarithm of the probability that the prediction gives the right class.
///
/// | name | shape |
/// |---|---|
/// | prediction | [N, C] or [N, C, ...], logits |
/// | target | [N] or [N, ...] I64, classes from 0 to C - 1 |
///
/// Source: torch.nn.CrossEntropyLoss.
///
/// @param reduction what becomes of the single losses; PyTorch's default is [Reduction#MEAN]
public record CrossEntropy(Reduction reduction) implements Loss {
    /// The formula.
    public static final Formula FORMULA =
            Formula.of(
                    "\\ell = -\\log \\frac{e^{x_y}}{\\sum_{c=1}^{C} e^{x_c}}",
                    "torch.nn.CrossEntropyLoss",
                    "x",
                    "the prediction, one logit per class",
                    "y",
                    "the right class",
                    "c, C",
                    "each class in turn, and their number",
                    "\\ell",
                    "the loss");

    /// Returns the loss averaged over all single losses.
    public static CrossEntropy mean() {
        return new CrossEntropy(Reduction.MEAN);
    }

    @Override
    public Tensor apply(Tensor prediction, Tensor target) {
        return LossOps.crossEntropy(prediction, target, reduction);
    }

    @Override
    public CrossEntropy withReduction(Reduction other) {
        return new CrossEntropy(other);
    }

    @Override
    public Formula formula() {
        return FORMULA;
    }
}
