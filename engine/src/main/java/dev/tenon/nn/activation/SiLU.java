package dev.tenon.nn.activation;

import dev.tenon.nn.Formula;
import dev.tenon.nn.UnaryLayer;
import dev.tenon.tensor.ElementwiseOps;
import dev.tenon.tensor.Tensor;

/// The sigmoid-weighted linear unit, also called swish: `y = x sigmoid(x)`.
///
/// Source: Elfwing et al. 2017, arXiv:1702.03118; torch.nn.SiLU.
public record SiLU() implements UnaryLayer {
    /// The formula.
    public static final Formula FORMULA =
            Formula.of(
                    "y = x\\,\\sigma(x) = \\frac{x}{1+e^{-x}}",
                    "Elfwing et al. 2017, arXiv:1702.03118; torch.nn.SiLU",
                    "x",
                    "the input",
                    "\\sigma",
                    "the logistic function",
                    "y",
                    "the result");

    @Override
    public Tensor forward(Tensor x) {
        return ElementwiseOps.silu(x);
    }

    @Override
    public Formula formula() {
        return FORMULA;
    }
}
