package dev.tenon.diffusion.unet;

import dev.tenon.nn.Init;
import dev.tenon.nn.Layer;
import dev.tenon.nn.Linear;
import dev.tenon.nn.Sequential;
import dev.tenon.nn.activation.SiLU;
import dev.tenon.tensor.IndexOps;
import dev.tenon.tensor.ResampleOps;
import dev.tenon.tensor.Tensor;
import java.util.List;

/// One level up: the resolution of the skip connection, whose channels come first, and the
/// embedding of time and class added to each channel.
///
/// Shapes: x `[N, A, h, w]`, skip `[N, B, H, W]` with `A + B = in`, embedding `[N, E]`, to `[N,
/// out, H, W]`. x is enlarged to the skip's size by bilinear interpolation with aligned corners.
///
/// @param conv two double convolutions
/// @param embLayer SiLU and a linear map from E to out
public record Up(Sequential conv, Sequential embLayer) implements Layer {
    /// Returns the level from `in` channels, those of x and skip together, to `out`.
    public static Up of(int in, int out, int embedding, Init init) {
        return new Up(
                Sequential.of(
                        DoubleConv.residual(in, init), DoubleConv.of(in, out, in / 2, false, init)),
                Sequential.of(new SiLU(), Linear.of(embedding, out, init)));
    }

    /// Returns the level's output.
    public Tensor apply(Tensor x, Tensor skip, Tensor embedding) {
        return Layer.within(
                this,
                () -> {
                    Tensor enlarged =
                            ResampleOps.upsampleBilinear(x, skip.size(2), skip.size(3), true);
                    Tensor joined = IndexOps.cat(List.of(skip, enlarged), 1);
                    return Down.addPerChannel(conv.apply(joined), embLayer.apply(embedding));
                });
    }
}
