package dev.tenon.nn.activation;

import dev.tenon.nn.Formula;
import dev.tenon.nn.UnaryLayer;
import dev.tenon.tensor.ElementwiseOps;
import dev.tenon.tensor.Tensor;

/// The hyperbolic tangent: `y = tanh(x)`.
///
/// Source: torch.nn.Tanh.
public record Tanh() implements UnaryLayer {
    /// The formula.
    public static final Formula FORMULA =
            Formula.of("y = \\tanh(x)", "torch.nn.Tanh", "x", "the input", "y", "the result");

    @Override
    public Tensor forward(Tensor x) {
        return ElementwiseOps.tanh(x);
    }

    @Override
    public Formula formula() {
        return FORMULA;
    }
}
