package dev.tenon.nn.activation;

import dev.tenon.kernel.UnaryOp;
import dev.tenon.nn.Activation;
import dev.tenon.nn.Formula;

/// The rectifier: `y = max(0, x)`.
///
/// Source: torch.nn.ReLU.
public record ReLU() implements Activation {
    /// The formula.
    public static final Formula FORMULA =
            Formula.of("y = \\max(0, x)", "torch.nn.ReLU", "x", "the input", "y", "the result");

    @Override
    public UnaryOp op() {
        return UnaryOp.RELU;
    }

    @Override
    public Formula formula() {
        return FORMULA;
    }
}
