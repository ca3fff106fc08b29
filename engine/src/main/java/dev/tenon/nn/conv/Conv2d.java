package dev.tenon.nn.conv;

import dev.tenon.kernel.Conv2dSettings;
import dev.tenon.nn.Formula;
import dev.tenon.nn.Init;
import dev.tenon.nn.Param;
import dev.tenon.nn.Running;
import dev.tenon.nn.UnaryLayer;
import dev.tenon.nn.norm.BatchNorm2d;
import dev.tenon.tensor.ConvOps;
import dev.tenon.tensor.TenonException;
import dev.tenon.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/// A convolution (strictly: cross-correlation) of images.
///
/// | name | shape |
/// |---|---|
/// | x | [N, in, H, W] |
/// | weight | [out, in / groups, kernel, kernel] |
/// | bias | [out], or null |
/// | y | [N, out, floor((H + 2 padding - dilation (kernel - 1) - 1) / stride) + 1, ...] |
///
/// Source: torch.nn.Conv2d, whose names and initial values it has.
///
/// @param weight W
/// @param bias b, or null for none
/// @param settings stride, padding, dilation and groups
public record Conv2d(Param weight, @Nullable Param bias, Conv2dSettings settings)
        implements UnaryLayer {
    /// The formula.
    public static final Formula FORMULA =
            Formula.of(
                    "y_{o,i,j} = b_o + \\sum_{c,u,v} W_{o,c,u,v}\\, x_{c,\\,s i + d u - p,\\,s j + d v - p}",
                    "torch.nn.Conv2d",
                    "x",
                    "the input, 0 outside the image",
                    "W",
                    "the weight",
                    "b",
                    "the bias",
                    "o, c",
                    "channels of the result and of the input; with groups, c runs over o's group",
                    "i, j",
                    "row and column of the result",
                    "u, v",
                    "row and column of the kernel",
                    "s, p, d",
                    "stride, padding and dilation",
                    "y",
                    "the result");

    /// Returns a layer with stride 1, no padding and a bias.
    ///
    /// @param in the number of channels of the input
    /// @param out the number of channels of the result
    /// @param kernel height and width of the kernel
    /// @param init where the values come from: weight and bias uniform in ±1/sqrt(in / groups *
    ///   kernel^2), PyTorch's default
    public static Conv2d of(int in, int out, int kernel, Init init) {
        return of(in, out, kernel, Conv2dSettings.of(1, 0), init);
    }

    /// Returns a layer with a bias.
    public static Conv2d of(int in, int out, int kernel, Conv2dSettings settings, Init init) {
        return of(in, out, kernel, settings, true, init);
    }

    /// Returns a layer as [#of(int, int, int, Init)] does, with these settings, with or without
    /// bias.
    public static Conv2d of(
            int in, int out, int kernel, Conv2dSettings settings, boolean bias, Init init) {
        int perGroup = in / settings.groups();
        double bound = 1 / Math.sqrt((double) perGroup * kernel * kernel);
        return new Conv2d(
                init.uniform(bound, out, perGroup, kernel, kernel),
                bias ? init.uniform(bound, out) : null,
                settings);
    }

    @Override
    public Tensor forward(Tensor x) {
        return ConvOps.conv2d(x, weight.value(), bias == null ? null : bias.value(), settings);
    }

    /// Returns this convolution and the batch norm behind it as one convolution, for evaluation:
    /// its weight is `W * γ / sqrt(running variance + ε)`, its bias `(b - running mean) * γ /
    /// sqrt(running variance + ε) + β`. The values are copies.
    ///
    /// @throws TenonException if the norm has other channels or keeps no running statistics
    public Conv2d withFolded(BatchNorm2d norm) {
        Running mean = norm.runningMean();
        Running variance = norm.runningVar();
        int out = weight.shape().size(0);
        if (mean == null || variance == null || norm.features() != out) {
            throw new TenonException(
                    "Conv2d: the norm to fold must have running statistics of the channels; got "
                            + (mean == null ? "none" : norm.features() + " channels")
                            + " for "
                            + out);
        }
        double[] scales = new double[out];
        double[] biases = new double[out];
        for (int c = 0; c < out; c++) {
            scales[c] = at(norm.weight(), c, 1) / Math.sqrt(variance.value().at(c) + norm.eps());
            double shifted = at(bias, c, 0) - mean.value().at(c);
            biases[c] = shifted * scales[c] + at(norm.bias(), c, 0);
        }
        Tensor scale = Tensor.of(scales, out).reshape(out, 1, 1, 1).to(weight.type());
        return new Conv2d(
                Param.of(weight.value().detach().mul(scale)),
                Param.of(Tensor.of(biases, out).to(weight.type())),
                settings);
    }

    private static double at(@Nullable Param param, int index, double otherwise) {
        return param == null ? otherwise : param.value().at(index);
    }

    @Override
    public Formula formula() {
        return FORMULA;
    }
}
