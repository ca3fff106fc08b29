package dev.tenon.nn.activation;

import dev.tenon.nn.Formula;
import dev.tenon.nn.UnaryLayer;
import dev.tenon.tensor.ElementwiseOps;
import dev.tenon.tensor.Tensor;

/// The logistic function: `y = 1 / (1 + exp(-x))`.
///
/// Source: torch.nn.Sigmoid.
public record Sigmoid() implements UnaryLayer {
    /// The formula.
    public static final Formula FORMULA =
            Formula.of(
                    "y = \\frac{1}{1+e^{-x}}",
                    "torch.nn.Sigmoid", "x", "the input", "y", "the result");

    @Override
    public Tensor forward(Tensor x) {
        return ElementwiseOps.sigmoid(x);
    }

    @Override
    public Formula formula() {
        return FORMULA;
    }
}
