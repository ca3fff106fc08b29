package dev.tenon.nn.norm;

import dev.tenon.nn.Formula;
import dev.tenon.nn.Init;
import dev.tenon.nn.Param;
import dev.tenon.nn.UnaryLayer;
import dev.tenon.tensor.Finish;
import dev.tenon.tensor.NormOps;
import dev.tenon.tensor.Shape;
import dev.tenon.tensor.ShapeException;
import dev.tenon.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/// Normalizes over the last axes to mean 0 and variance 1, then scales and shifts each element of
/// them; the same in training and evaluation.
///
/// | name | shape |
/// |---|---|
/// | x | [..., shape] |
/// | weight, bias | [shape], or null |
/// | y | [..., shape] |
///
/// Source: Ba et al. 2016, arXiv:1607.06450; torch.nn.LayerNorm, whose names and initial values it
/// has.
///
/// @param weight γ, or null for 1
/// @param bias β, or null for 0
/// @param shape the sizes of the last axes, at least one
/// @param eps ε, added to the variance; PyTorch's default is 1e-5, Keras's 1e-3
public record LayerNorm(@Nullable Param weight, @Nullable Param bias, Shape shape, double eps)
        implements UnaryLayer {
    /// The formula.
    public static final Formula FORMULA =
            Formula.of(
                    "y_i = \\gamma_i\\,\\frac{x_i - \\mu}{\\sqrt{\\sigma^2 + \\varepsilon}} + \\beta_i",
                    "Ba et al. 2016, arXiv:1607.06450; torch.nn.LayerNorm",
                    "x",
                    "the input",
                    "i",
                    "runs over the last axes",
                    "\\mu, \\sigma^2",
                    "mean and biased variance over the last axes",
                    "\\gamma, \\beta",
                    "weight and bias",
                    "\\varepsilon",
                    "keeps the root away from 0",
                    "y",
                    "the result");

    /// Checks the shape.
    ///
    /// @throws ShapeException if it has no axis
    public LayerNorm {
        if (shape.rank() == 0) {
            throw new ShapeException(
                    "LayerNorm: Expected normalized_shape to be at least 1-dimensional, i.e.,"
                            + " containing at least one element, but got normalized_shape = []");
        }
    }

    /// Returns a layer over the last axis with weight 1, bias 0 and ε 1e-5, PyTorch's defaults.
    public static LayerNorm of(int size, Init init) {
        return of(Shape.of(size), 1e-5, true, init);
    }

    /// Returns a layer.
    ///
    /// @param affine whether it has weight and bias
    public static LayerNorm of(Shape shape, double eps, boolean affine, Init init) {
        return new LayerNorm(
                affine ? init.ones(shape.sizes()) : null,
                affine ? init.zeros(shape.sizes()) : null,
                shape,
                eps);
    }

    @Override
    public Tensor forward(Tensor x) {
        return forward(x, Finish.NONE);
    }

    @Override
    public Tensor forward(Tensor x, Finish finish) {
        return NormOps.layerNorm(
                x,
                shape,
                weight == null ? null : weight.value(),
                bias == null ? null : bias.value(),
                eps,
                finish);
    }

    @Override
    public Formula formula() {
        return FORMULA;
    }
}
