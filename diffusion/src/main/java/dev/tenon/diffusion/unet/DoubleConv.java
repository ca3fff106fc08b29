package dev.tenon.diffusion.unet;

import dev.tenon.kernel.Conv2dSettings;
import dev.tenon.kernel.UnaryOp;
import dev.tenon.nn.Init;
import dev.tenon.nn.Sequential;
import dev.tenon.nn.UnaryLayer;
import dev.tenon.nn.activation.GELU;
import dev.tenon.nn.conv.Conv2d;
import dev.tenon.nn.norm.GroupNorm;
import dev.tenon.tensor.Finish;
import dev.tenon.tensor.Tensor;

/// Two 3x3 convolutions, each normalised, with a GELU between: `f(x) =
/// norm(conv(gelu(norm(conv(x)))))`; with `residual`, `gelu(x + f(x))`.
///
/// Shapes: `[N, in, H, W]` to `[N, out, H, W]`. The norms are over all channels of a sample
/// (GroupNorm with one group), and the convolutions have no bias, as in the U-Net of the article's
/// well-known PyTorch implementation.
///
/// @param doubleConv the five layers
/// @param residual whether x is added and a GELU applied
public record DoubleConv(Sequential doubleConv, boolean residual) implements UnaryLayer {
    private static final Conv2dSettings SAME = Conv2dSettings.of(1, 1);

    /// Returns the plain block from `in` to `out` channels.
    public static DoubleConv of(int in, int out, Init init) {
        return of(in, out, out, false, init);
    }

    /// Returns the residual block, which keeps the number of channels.
    public static DoubleConv residual(int channels, Init init) {
        return of(channels, channels, channels, true, init);
    }

    /// Returns the block with `mid` channels between the convolutions.
    public static DoubleConv of(int in, int out, int mid, boolean residual, Init init) {
        return new DoubleConv(
                Sequential.of(
                        Conv2d.of(in, mid, 3, SAME, false, init),
                        GroupNorm.of(1, mid, init),
                        GELU.erf(),
                        Conv2d.of(mid, out, 3, SAME, false, init),
                        GroupNorm.of(1, out, init)),
                residual);
    }

    @Override
    public Tensor forward(Tensor x) {
        return residual
                ? doubleConv.apply(x, new Finish(x, UnaryOp.GELU_ERF))
                : doubleConv.apply(x);
    }
}
