package dev.tenon.nn.norm;

import dev.tenon.nn.Formula;
import dev.tenon.nn.Init;
import dev.tenon.nn.Param;
import dev.tenon.nn.UnaryLayer;
import dev.tenon.tensor.RmsNormOps;
import dev.tenon.tensor.Shape;
import dev.tenon.tensor.ShapeException;
import dev.tenon.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/// Divides by the root mean square over the last axes, then scales each element of them; the same
/// in training and evaluation. The norm of today's language models.
///
/// | name | shape |
/// |---|---|
/// | x | [..., shape] |
/// | weight | [shape], or null |
/// | y | [..., shape] |
///
/// Source: Zhang and Sennrich 2019, arXiv:1910.07467; torch.nn.RMSNorm, whose names and initial
/// values it has.
///
/// @param weight γ, or null for 1
/// @param shape the sizes of the last axes, at least one
/// @param eps ε, added to the mean square; null, PyTorch's default, is the distance from 1 to the
///   type's next number ([RmsNormOps#defaultEps]); language models mostly have 1e-5 or 1e-6
public record RMSNorm(@Nullable Param weight, Shape shape, @Nullable Double eps)
        implements UnaryLayer {
    /// The formula.
    public static final Formula FORMULA =
            Formula.of(
                    "y_i = \\gamma_i\\,\\frac{x_i}{\\sqrt{\\frac{1}{n}\\sum_j x_j^2 + \\varepsilon}}",
                    "Zhang and Sennrich 2019, arXiv:1910.07467; torch.nn.RMSNorm",
                    "x",
                    "the input",
                    "i, j",
                    "run over the last axes",
                    "n",
                    "the number of elements in them",
                    "\\gamma",
                    "weight",
                    "\\varepsilon",
                    "keeps the root away from 0",
                    "y",
                    "the result");

    /// Checks the shape.
    ///
    /// @throws ShapeException if it has no axis
    public RMSNorm {
        if (shape.rank() == 0) {
            throw new ShapeException(
                    "RMSNorm: Expected normalized_shape to be at least 1-dimensional, i.e.,"
                            + " containing at least one element, but got normalized_shape = []");
        }
    }

    /// Returns a layer over the last axis with weight 1 and the type's ε, PyTorch's defaults.
    public static RMSNorm of(int size, Init init) {
        return of(Shape.of(size), null, true, init);
    }

    /// Returns a layer.
    ///
    /// @param affine whether it has a weight
    public static RMSNorm of(Shape shape, @Nullable Double eps, boolean affine, Init init) {
        return new RMSNorm(affine ? init.ones(shape.sizes()) : null, shape, eps);
    }

    @Override
    public Tensor forward(Tensor x) {
        double least = eps == null ? RmsNormOps.defaultEps(x.type()) : eps;
        return RmsNormOps.rmsNorm(x, shape, weight == null ? null : weight.value(), least);
    }

    @Override
    public Formula formula() {
        return FORMULA;
    }
}
