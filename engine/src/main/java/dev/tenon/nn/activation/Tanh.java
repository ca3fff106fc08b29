package dev.tenon.nn.activation;

import dev.tenon.kernel.UnaryOp;
import dev.tenon.nn.Activation;
import dev.tenon.nn.Formula;

/// The hyperbolic tangent: `y = tanh(x)`.
///
/// Source: torch.nn.Tanh.
public record Tanh() implements Activation {
    /// The formula.
    public static final Formula FORMULA =
            Formula.of("y = \\tanh(x)", "torch.nn.Tanh", "x", "the input", "y", "the result");

    @Override
    public UnaryOp op() {
        return UnaryOp.TANH;
    }

    @Override
    public Formula formula() {
        return FORMULA;
    }
}
