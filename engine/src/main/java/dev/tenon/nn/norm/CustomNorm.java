package dev.tenon.nn.norm;

import dev.tenon.nn.Formula;
import dev.tenon.nn.Init;
import dev.tenon.nn.Param;
import dev.tenon.nn.UnaryLayer;
import dev.tenon.tensor.ElementwiseOps;
import dev.tenon.tensor.ReduceOps;
import dev.tenon.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/// A norm of one's own: subtracts a centre, divides by a scale, then scales and shifts each element
/// of the last axis. Centre and scale are functions of tensors, so that their gradients are known.
///
/// | name | shape |
/// |---|---|
/// | x, y | [..., size] |
/// | weight, bias | [size], or null |
/// | what centre and scale return | broadcast to x |
///
/// ```java
/// var layer = CustomNorm.of(64, init); // layer norm, ...
/// var robust = layer.withScale(d -> ReduceOps.mean(ElementwiseOps.abs(d), -1, true).add(1e-5));
/// ```
///
/// @param weight γ, or null for 1
/// @param bias β, or null for 0
/// @param centre c: of x
/// @param scale s: of x with the centre subtracted; it sees to it that it is not 0
public record CustomNorm(
        @Nullable Param weight, @Nullable Param bias, UnaryLayer centre, UnaryLayer scale)
        implements UnaryLayer {
    /// The formula.
    public static final Formula FORMULA =
            Formula.of(
                    "y = \\gamma\\,\\frac{x - c(x)}{s(x - c(x))} + \\beta",
                    "Ba et al. 2016, arXiv:1607.06450, with functions in place of mean and deviation",
                    "x",
                    "the input",
                    "c",
                    "the centre, such as the mean",
                    "s",
                    "the scale, such as the standard deviation",
                    "\\gamma, \\beta",
                    "weight and bias",
                    "y",
                    "the result");

    /// Returns layer norm over the last axis, to change one function of: weight 1, bias 0 and ε
    /// 1e-5.
    public static CustomNorm of(int size, Init init) {
        return new CustomNorm(
                init.ones(size), init.zeros(size), CustomNorm::mean, rootMeanSquare(1e-5));
    }

    /// Returns this norm with another centre.
    ///
    /// @param other of x
    public CustomNorm withCentre(UnaryLayer other) {
        return new CustomNorm(weight, bias, other, scale);
    }

    /// Returns this norm with another scale.
    ///
    /// @param other of x with the centre subtracted
    public CustomNorm withScale(UnaryLayer other) {
        return new CustomNorm(weight, bias, centre, other);
    }

    /// The mean over the last axis, a centre.
    public static Tensor mean(Tensor x) {
        return ReduceOps.mean(x, -1, true);
    }

    /// Returns `sqrt(mean(d^2) + eps)` over the last axis, a scale: of what has its mean subtracted
    /// the standard deviation.
    public static UnaryLayer rootMeanSquare(double eps) {
        return d -> ElementwiseOps.sqrt(mean(ElementwiseOps.square(d)).add(eps));
    }

    @Override
    public Tensor forward(Tensor x) {
        Tensor d = x.sub(centre.apply(x));
        Tensor z = d.div(scale.apply(d));
        Tensor scaled = weight == null ? z : z.mul(weight.value());
        return bias == null ? scaled : scaled.add(bias.value());
    }

    @Override
    public Formula formula() {
        return FORMULA;
    }
}
