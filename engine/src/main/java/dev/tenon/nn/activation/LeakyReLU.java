package dev.tenon.nn.activation;

import dev.tenon.nn.Formula;
import dev.tenon.nn.UnaryLayer;
import dev.tenon.tensor.ElementwiseOps;
import dev.tenon.tensor.Tensor;

/// The rectifier with a slope below zero: `y = x` for `x >= 0`, `y = slope x` otherwise.
///
/// Source: torch.nn.LeakyReLU.
///
/// @param slope the slope below zero; PyTorch's default is 0.01, Keras's 0.3 (0.2 in most GANs)
public record LeakyReLU(double slope) implements UnaryLayer {
    /// The formula.
    public static final Formula FORMULA =
            Formula.of(
                    "y = \\begin{cases} x & x \\ge 0 \\\\ a x & x < 0 \\end{cases}",
                    "torch.nn.LeakyReLU",
                    "x",
                    "the input",
                    "a",
                    "the slope below zero",
                    "y",
                    "the result");

    /// Returns the rectifier with PyTorch's slope, 0.01.
    public static LeakyReLU of() {
        return new LeakyReLU(0.01);
    }

    @Override
    public Tensor forward(Tensor x) {
        return ElementwiseOps.leakyRelu(x, slope);
    }

    @Override
    public Formula formula() {
        return FORMULA;
    }
}
