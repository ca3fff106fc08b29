package dev.tenon.nn.activation;

import dev.tenon.nn.Formula;
import dev.tenon.nn.UnaryLayer;
import dev.tenon.tensor.ReduceOps;
import dev.tenon.tensor.Tensor;

/// Positive numbers that sum to one along an axis: `y_i = exp(x_i) / sum_j exp(x_j)`.
///
/// Source: torch.nn.Softmax.
///
/// @param axis the axis along which the result sums to one; negative axes count from the end
public record Softmax(int axis) implements UnaryLayer {
    /// The formula.
    public static final Formula FORMULA =
            Formula.of(
                    "y_i = \\frac{e^{x_i}}{\\sum_j e^{x_j}}",
                    "torch.nn.Softmax",
                    "x",
                    "the input",
                    "j",
                    "runs over the axis",
                    "y",
                    "the result");

    @Override
    public Tensor forward(Tensor x) {
        return ReduceOps.softmax(x, axis);
    }

    @Override
    public Formula formula() {
        return FORMULA;
    }
}
