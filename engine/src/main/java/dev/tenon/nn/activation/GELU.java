package dev.tenon.nn.activation;

import dev.tenon.kernel.UnaryOp;
import dev.tenon.nn.Activation;
import dev.tenon.nn.Formula;

/// The Gaussian error linear unit: `y = x Phi(x)`, Phi the standard normal distribution function.
///
/// Source: Hendrycks and Gimpel 2016, arXiv:1606.08415; torch.nn.GELU.
///
/// @param approximation how Phi is computed; PyTorch's default is [Approximation#ERF]
public record GELU(Approximation approximation) implements Activation {
    /// How the normal distribution function is computed.
    public enum Approximation {
        /// By the error function: `y = x/2 (1 + erf(x / sqrt 2))`.
        ERF,
        /// By `y = x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3)))`, off by at most 5e-4; GPT-2's and
        /// BERT's choice.
        TANH
    }

    /// The formula with the error function.
    public static final Formula FORMULA =
            Formula.of(
                    "y = x\\,\\Phi(x) = \\frac{x}{2}\\left(1 + \\operatorname{erf}\\frac{x}{\\sqrt 2}\\right)",
                    "Hendrycks and Gimpel 2016, arXiv:1606.08415; torch.nn.GELU",
                    "x",
                    "the input",
                    "\\Phi",
                    "the standard normal distribution function",
                    "y",
                    "the result");

    /// The formula with the hyperbolic tangent.
    public static final Formula TANH_FORMULA =
            Formula.of(
                    "y = \\frac{x}{2}\\left(1 + \\tanh\\left("
                            + "\\sqrt{2/\\pi}\\,(x + 0.044715\\,x^3)\\right)\\right)",
                    "Hendrycks and Gimpel 2016, arXiv:1606.08415; torch.nn.GELU(approximate='tanh')",
                    "x",
                    "the input",
                    "y",
                    "the result");

    /// Returns the unit computed by the error function.
    public static GELU erf() {
        return new GELU(Approximation.ERF);
    }

    /// Returns the unit computed by the hyperbolic tangent.
    public static GELU tanh() {
        return new GELU(Approximation.TANH);
    }

    @Override
    public UnaryOp op() {
        return switch (approximation) {
            case ERF -> UnaryOp.GELU_ERF;
            case TANH -> UnaryOp.GELU_TANH;
        };
    }

    @Override
    public Formula formula() {
        return approximation == Approximation.ERF ? FORMULA : TANH_FORMULA;
    }
}
