package dev.tenon.nn.conv;

import dev.tenon.kernel.Conv2dSettings;
import dev.tenon.nn.Formula;
import dev.tenon.nn.Init;
import dev.tenon.nn.Param;
import dev.tenon.nn.UnaryLayer;
import dev.tenon.tensor.ConvOps;
import dev.tenon.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/// A transposed convolution of images, the gradient of a convolution with respect to its input:
/// with a stride it enlarges.
///
/// | name | shape |
/// |---|---|
/// | x | [N, in, H, W] |
/// | weight | [in, out / groups, kernel, kernel] |
/// | bias | [out], or null |
/// | y | [N, out, (H - 1) stride - 2 padding + dilation (kernel - 1) + outputPadding + 1, ...] |
///
/// Source: torch.nn.ConvTranspose2d, whose names and initial values it has.
///
/// @param weight W
/// @param bias b, or null for none
/// @param settings stride, padding, dilation and groups of the convolution it transposes
/// @param outputPadding rows and columns added at the end, less than the stride; PyTorch's default
///   is 0
public record ConvTranspose2d(
        Param weight, @Nullable Param bias, Conv2dSettings settings, int outputPadding)
        implements UnaryLayer {
    /// The formula.
    public static final Formula FORMULA =
            Formula.of(
                    "y_{o,k,l} = b_o + \\sum_{\\substack{c,u,v,i,j:\\; s i + d u - p = k\\\\"
                            + " s j + d v - p = l}} W_{c,o,u,v}\\, x_{c,i,j}",
                    "torch.nn.ConvTranspose2d",
                    "x",
                    "the input",
                    "W",
                    "the weight",
                    "b",
                    "the bias",
                    "o, c",
                    "channels of the result and of the input; with groups, c runs over o's group",
                    "i, j",
                    "row and column of the input",
                    "k, l",
                    "row and column of the result",
                    "u, v",
                    "row and column of the kernel",
                    "s, p, d",
                    "stride, padding and dilation",
                    "y",
                    "the result");

    /// Returns a layer with a bias and no output padding.
    ///
    /// @param in the number of channels of the input
    /// @param out the number of channels of the result
    /// @param kernel height and width of the kernel
    /// @param settings stride, padding, dilation and groups
    /// @param init where the values come from: weight and bias uniform in ±1/sqrt(out / groups *
    ///   kernel^2), PyTorch's default (it counts the weight's second axis)
    public static ConvTranspose2d of(
            int in, int out, int kernel, Conv2dSettings settings, Init init) {
        return of(in, out, kernel, settings, 0, true, init);
    }

    /// Returns a layer as [#of(int, int, int, Conv2dSettings, Init)] does, with or without bias.
    public static ConvTranspose2d of(
            int in,
            int out,
            int kernel,
            Conv2dSettings settings,
            int outputPadding,
            boolean bias,
            Init init) {
        int perGroup = out / settings.groups();
        double bound = 1 / Math.sqrt((double) perGroup * kernel * kernel);
        return new ConvTranspose2d(
                init.uniform(bound, in, perGroup, kernel, kernel),
                bias ? init.uniform(bound, out) : null,
                settings,
                outputPadding);
    }

    @Override
    public Tensor forward(Tensor x) {
        return ConvOps.convTranspose2d(
                x, weight.value(), bias == null ? null : bias.value(), settings, outputPadding);
    }

    @Override
    public Formula formula() {
        return FORMULA;
    }
}
