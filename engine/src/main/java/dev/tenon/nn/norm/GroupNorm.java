package dev.tenon.nn.norm;

import dev.tenon.nn.Formula;
import dev.tenon.nn.Init;
import dev.tenon.nn.Param;
import dev.tenon.nn.UnaryLayer;
import dev.tenon.tensor.Finish;
import dev.tenon.tensor.NormOps;
import dev.tenon.tensor.ShapeException;
import dev.tenon.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/// Normalizes each group of channels of each sample to mean 0 and variance 1, then scales and
/// shifts each channel; the same in training and evaluation.
///
/// | name | shape |
/// |---|---|
/// | x | [N, channels, ...] |
/// | weight, bias | [channels], or null |
/// | y | [N, channels, ...] |
///
/// Source: Wu and He 2018, arXiv:1803.08494; torch.nn.GroupNorm, whose names and initial values it
/// has. PyTorch's, if it has no weight, accepts other numbers of channels than it was made for;
/// this one does not.
///
/// @param weight γ, or null for 1
/// @param bias β, or null for 0
/// @param groups G, a divisor of the channels
/// @param channels C
/// @param eps ε, added to the variance; PyTorch's default is 1e-5, Keras's 1e-3
public record GroupNorm(
        @Nullable Param weight, @Nullable Param bias, int groups, int channels, double eps)
        implements UnaryLayer {
    /// The formula.
    public static final Formula FORMULA =
            Formula.of(
                    "y_c = \\gamma_c\\,\\frac{x_c - \\mu_g}{\\sqrt{\\sigma_g^2 + \\varepsilon}} + \\beta_c",
                    "Wu and He 2018, arXiv:1803.08494; torch.nn.GroupNorm",
                    "x",
                    "the input",
                    "c",
                    "a channel",
                    "g",
                    "the group of channels that c is in, in one sample",
                    "\\mu_g, \\sigma_g^2",
                    "mean and biased variance of the group",
                    "\\gamma, \\beta",
                    "weight and bias",
                    "\\varepsilon",
                    "keeps the root away from 0",
                    "y",
                    "the result");

    /// Checks that the groups divide the channels.
    ///
    /// @throws ShapeException if they do not
    public GroupNorm {
        if (groups < 1 || channels % groups != 0) {
            throw new ShapeException(
                    "GroupNorm: num_channels must be divisible by num_groups; got num_channels="
                            + channels
                            + " and num_groups="
                            + groups);
        }
    }

    /// Returns a layer with weight 1, bias 0 and ε 1e-5, PyTorch's defaults.
    public static GroupNorm of(int groups, int channels, Init init) {
        return of(groups, channels, 1e-5, true, init);
    }

    /// Returns a layer.
    ///
    /// @param affine whether it has weight and bias
    public static GroupNorm of(int groups, int channels, double eps, boolean affine, Init init) {
        return new GroupNorm(
                affine ? init.ones(channels) : null,
                affine ? init.zeros(channels) : null,
                groups,
                channels,
                eps);
    }

    @Override
    public Tensor forward(Tensor x) {
        return forward(x, Finish.NONE);
    }

    @Override
    public Tensor forward(Tensor x, Finish finish) {
        Tensor y =
                NormOps.groupNorm(
                        x,
                        groups,
                        weight == null ? null : weight.value(),
                        bias == null ? null : bias.value(),
                        eps,
                        finish);
        if (x.size(1) != channels) { // without weights PyTorch accepts any that groups divide
            throw new ShapeException(
                    "groupNorm: x must be [N, " + channels + ", ...]; got " + x.shape());
        }
        return y;
    }

    @Override
    public Formula formula() {
        return FORMULA;
    }
}
