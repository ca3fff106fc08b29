package dev.tenon.nn.conv;

import dev.tenon.nn.Formula;
import dev.tenon.nn.Init;
import dev.tenon.nn.Param;
import dev.tenon.nn.UnaryLayer;
import dev.tenon.tensor.ConvOps;
import dev.tenon.tensor.SameConv;
import dev.tenon.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/// A convolution of images with the padding "same" of TensorFlow and Keras: one pixel of the result
/// per stride, whatever the kernel.
///
/// | name | shape |
/// |---|---|
/// | x | [N, in, H, W] |
/// | weight | [out, in / groups, kernel, kernel] |
/// | bias | [out], or null |
/// | y | [N, out, ceil(H / stride), ceil(W / stride)] |
///
/// Source: keras.layers.Conv2D with `padding="same"`, whose kernel has the order [kernel, kernel,
/// in / groups, out].
///
/// @param weight W
/// @param bias b, or null for none
/// @param settings stride, dilation and groups
public record Conv2dSame(Param weight, @Nullable Param bias, SameConv settings)
        implements UnaryLayer {
    /// Returns a layer with a bias.
    ///
    /// @param in the number of channels of the input
    /// @param out the number of channels of the result
    /// @param kernel height and width of the kernel
    /// @param settings stride, dilation and groups
    /// @param init where the weight comes from: uniform in ±sqrt(6 / (fan in + fan out)) (Glorot),
    ///   Keras's default; the bias is zeros
    public static Conv2dSame of(int in, int out, int kernel, SameConv settings, Init init) {
        return new Conv2dSame(
                init.glorotUniform(out, in / settings.groups(), kernel, kernel),
                init.zeros(out),
                settings);
    }

    @Override
    public Tensor forward(Tensor x) {
        return ConvOps.conv2dSame(x, weight.value(), bias == null ? null : bias.value(), settings);
    }

    @Override
    public Formula formula() {
        return Conv2d.FORMULA;
    }
}
