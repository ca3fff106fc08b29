package dev.tenon.nn.conv;

import dev.tenon.nn.Formula;
import dev.tenon.nn.Init;
import dev.tenon.nn.Param;
import dev.tenon.nn.UnaryLayer;
import dev.tenon.tensor.ConvOps;
import dev.tenon.tensor.SameConv;
import dev.tenon.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/// A transposed convolution of images with the padding "same" of TensorFlow and Keras: an image
/// that is larger by the stride, whatever the kernel.
///
/// | name | shape |
/// |---|---|
/// | x | [N, in, H, W] |
/// | weight | [in, out / groups, kernel, kernel] |
/// | bias | [out], or null |
/// | y | [N, out, H stride, W stride] |
///
/// Source: keras.layers.Conv2DTranspose with `padding="same"`, whose kernel has the order [kernel,
/// kernel, out, in].
///
/// @param weight W
/// @param bias b, or null for none
/// @param settings stride, dilation and groups
public record ConvTranspose2dSame(Param weight, @Nullable Param bias, SameConv settings)
        implements UnaryLayer {
    /// Returns a layer with a bias.
    ///
    /// @param in the number of channels of the input
    /// @param out the number of channels of the result
    /// @param kernel height and width of the kernel
    /// @param settings stride, dilation and groups
    /// @param init where the weight comes from: uniform in ±sqrt(6 / (fan in + fan out)) (Glorot),
    ///   Keras's default; the bias is zeros
    public static ConvTranspose2dSame of(
            int in, int out, int kernel, SameConv settings, Init init) {
        return new ConvTranspose2dSame(
                init.glorotUniform(in, out / settings.groups(), kernel, kernel),
                init.zeros(out),
                settings);
    }

    @Override
    public Tensor forward(Tensor x) {
        return ConvOps.convTranspose2dSame(
                x, weight.value(), bias == null ? null : bias.value(), settings);
    }

    @Override
    public Formula formula() {
        return ConvTranspose2d.FORMULA;
    }
}
