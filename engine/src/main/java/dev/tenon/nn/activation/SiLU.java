package dev.tenon.nn.activation;

import dev.tenon.kernel.UnaryOp;
import dev.tenon.nn.Activation;
import dev.tenon.nn.Formula;

/// The sigmoid-weighted linear unit, also called swish: `y = x sigmoid(x)`.
///
/// Source: Elfwing et al. 2017, arXiv:1702.03118; torch.nn.SiLU.
public record SiLU() implements Activation {
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
    public UnaryOp op() {
        return UnaryOp.SILU;
    }

    @Override
    public Formula formula() {
        return FORMULA;
    }
}
