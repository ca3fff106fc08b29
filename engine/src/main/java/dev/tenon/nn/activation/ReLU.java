package dev.tenon.nn.activation;

import dev.tenon.nn.Formula;
import dev.tenon.nn.UnaryLayer;
import dev.tenon.tensor.ElementwiseOps;
import dev.tenon.tensor.Tensor;

/// The rectifier: `y = max(0, x)`.
///
/// Source: torch.nn.ReLU.
public record ReLU() implements UnaryLayer {
    /// The formula.
    public static final Formula FORMULA =
            Formula.of("y = \\max(0, x)", "torch.nn.ReLU", "x", "the input", "y", "the result");

    @Override
    public Tensor forward(Tensor x) {
        return ElementwiseOps.relu(x);
    }

    @Override
    public Formula formula() {
        return FORMULA;
    }
}
