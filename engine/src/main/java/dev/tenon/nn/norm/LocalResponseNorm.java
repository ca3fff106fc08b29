package dev.tenon.nn.norm;

import static dev.tenon.tensor.ElementwiseOps.pow;
import static dev.tenon.tensor.ElementwiseOps.square;

import dev.tenon.nn.Formula;
import dev.tenon.nn.UnaryLayer;
import dev.tenon.tensor.IndexOps;
import dev.tenon.tensor.ShapeException;
import dev.tenon.tensor.TenonException;
import dev.tenon.tensor.Tensor;

/// Divides each element by a power of the mean square over neighbouring channels.
///
/// | name | shape |
/// |---|---|
/// | x, y | [N, C, ...], at least three axes |
///
/// Source: Krizhevsky, Sutskever and Hinton 2012, "ImageNet classification with deep convolutional
/// neural networks"; torch.nn.LocalResponseNorm.
///
/// @param size the channels of a neighbourhood, at least 1; of an even number one more lies before
///   the element's own than behind it
/// @param alpha α, how much the neighbours count; PyTorch's default is 1e-4
/// @param beta β, the power; PyTorch's default is 0.75
/// @param k keeps the divisor away from 0; PyTorch's default is 1
public record LocalResponseNorm(int size, double alpha, double beta, double k)
        implements UnaryLayer {
    /// The formula.
    public static final Formula FORMULA =
            Formula.of(
                    "y_c = x_c \\left(k + \\frac{\\alpha}{n}"
                            + " \\sum_{j=c-\\lfloor n/2\\rfloor}^{c+\\lfloor (n-1)/2\\rfloor} x_j^2\\right)^{-\\beta}",
                    "Krizhevsky, Sutskever and Hinton 2012; torch.nn.LocalResponseNorm",
                    "x",
                    "the input, 0 beyond its channels",
                    "c, j",
                    "channels",
                    "n",
                    "size, the channels of a neighbourhood",
                    "k, \\alpha, \\beta",
                    "settings",
                    "y",
                    "the result");

    /// Checks the size.
    ///
    /// @throws TenonException if size is below 1
    public LocalResponseNorm {
        if (size < 1) {
            throw new TenonException("LocalResponseNorm: size must be at least 1; got " + size);
        }
    }

    /// Returns a layer with α 1e-4, β 0.75 and k 1, PyTorch's defaults.
    public static LocalResponseNorm of(int size) {
        return new LocalResponseNorm(size, 1e-4, 0.75, 1);
    }

    @Override
    public Tensor forward(Tensor x) {
        if (x.rank() < 3) {
            throw new ShapeException(
                    "localResponseNorm: Expected 3D or higher dimensionality"
                            + " ".repeat(26) // as PyTorch's message has it
                            + "input (got "
                            + x.rank()
                            + " dimensions)");
        }
        if (x.count() == 0) {
            return x;
        }
        int channels = x.size(1);
        int inner = x.shape().count(2, x.rank());
        Tensor squares =
                IndexOps.pad(
                        square(x.reshape(x.size(0), channels, inner)),
                        0,
                        0,
                        0,
                        size / 2,
                        (size - 1) / 2);
        Tensor sum = squares.slice(1, 0, channels);
        for (int j = 1; j < size; j++) {
            sum = sum.add(squares.slice(1, j, j + channels));
        }
        Tensor divisor = pow(sum.mul(alpha / size).add(k), beta);
        return x.div(divisor.reshape(x.shape().sizes()));
    }

    @Override
    public Formula formula() {
        return FORMULA;
    }
}
