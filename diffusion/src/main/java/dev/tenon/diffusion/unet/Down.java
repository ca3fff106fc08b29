package dev.tenon.diffusion.unet;

import dev.tenon.nn.Init;
import dev.tenon.nn.Layer;
import dev.tenon.nn.Linear;
import dev.tenon.nn.Sequential;
import dev.tenon.nn.activation.SiLU;
import dev.tenon.nn.conv.MaxPool2d;
import dev.tenon.tensor.Tensor;

/// One level down: half the resolution, another number of channels, and the embedding of time and
/// class added to each channel.
///
/// Shapes: x `[N, in, H, W]` and embedding `[N, E]` to `[N, out, H/2, W/2]`, halves rounded down.
///
/// @param maxpoolConv max pooling and two double convolutions
/// @param embLayer SiLU and a linear map from E to out
public record Down(Sequential maxpoolConv, Sequential embLayer) implements Layer {
    /// Returns the level from `in` to `out` channels.
    public static Down of(int in, int out, int embedding, Init init) {
        return new Down(
                Sequential.of(
                        MaxPool2d.of(2),
                        DoubleConv.residual(in, init),
                        DoubleConv.of(in, out, init)),
                Sequential.of(new SiLU(), Linear.of(embedding, out, init)));
    }

    /// Returns the level's output.
    public Tensor apply(Tensor x, Tensor embedding) {
        return Layer.within(
                this, () -> addPerChannel(maxpoolConv.apply(x), embLayer.apply(embedding)));
    }

    /// Returns x `[N, C, H, W]` plus e `[N, C]` at every pixel.
    static Tensor addPerChannel(Tensor x, Tensor e) {
        return x.add(e.reshape(e.size(0), e.size(1), 1, 1));
    }
}
