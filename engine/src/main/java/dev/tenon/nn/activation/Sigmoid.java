package dev.tenon.nn.activation;

import dev.tenon.kernel.UnaryOp;
import dev.tenon.nn.Activation;
import dev.tenon.nn.Formula;

/// The logistic function: `y = 1 / (1 + exp(-x))`.
///
/// Source: torch.nn.Sigmoid.
public record Sigmoid() implements Activation {
    /// The formula.
    public static final Formula FORMULA =
            Formula.of(
                    "y = \\frac{1}{1+e^{-x}}",
                    "torch.nn.Sigmoid", "x", "the input", "y", "the result");

    @Override
    public UnaryOp op() {
        return UnaryOp.SIGMOID;
    }

    @Override
    public Formula formula() {
        return FORMULA;
    }
}
