package dev.tenon.nn.attention;

import dev.tenon.nn.Formula;
import dev.tenon.nn.Init;
import dev.tenon.nn.Linear;
import dev.tenon.nn.Sequential;
import dev.tenon.nn.UnaryLayer;
import dev.tenon.nn.activation.GELU;
import dev.tenon.nn.norm.LayerNorm;
import dev.tenon.tensor.ShapeException;
import dev.tenon.tensor.Tensor;

/// Self-attention among the pixels of an image, followed by a small network on each pixel: a
/// transformer block with the norms first and as many hidden channels as there are channels.
///
/// | name | shape |
/// |---|---|
/// | x | [N, C, H, W], of any height and width |
/// | mha, ln, ff_self.0, ff_self.1, ff_self.3 | attention, norm; norm, linear C to C, linear C to C |
/// | y | [N, C, H, W] |
///
/// Source: the attention block of the diffusion U-Net in dome272/Diffusion-Models-pytorch, whose
/// names it has.
///
/// @param mha the attention
/// @param ln the norm before it
/// @param ffSelf norm, linear map, GELU, linear map
public record SelfAttention(MultiHeadAttention mha, LayerNorm ln, Sequential ffSelf)
        implements UnaryLayer {
    /// The formula.
    public static final Formula FORMULA =
            Formula.of(
                    "a = x + \\operatorname{MHA}(\\operatorname{LN}(x)),\\quad"
                            + " y = a + W_2\\operatorname{GELU}(W_1\\operatorname{LN}(a) + b_1) + b_2",
                    "dome272/Diffusion-Models-pytorch",
                    "x",
                    "the input, one row of C channels per pixel",
                    "\\operatorname{LN}",
                    "layer norms, ln and ff_self.0",
                    "\\operatorname{MHA}",
                    "multi-head attention, mha",
                    "W_1, b_1, W_2, b_2",
                    "linear maps, ff_self.1 and ff_self.3",
                    "y",
                    "the result");

    /// Returns a block.
    ///
    /// @param channels C
    /// @param heads the number of heads, a divisor of C; the reference has 4
    public static SelfAttention of(int channels, int heads, Init init) {
        return new SelfAttention(
                MultiHeadAttention.of(channels, heads, init),
                LayerNorm.of(channels, init),
                Sequential.of(
                        LayerNorm.of(channels, init),
                        Linear.of(channels, channels, init),
                        GELU.erf(),
                        Linear.of(channels, channels, init)));
    }

    @Override
    public Tensor forward(Tensor x) {
        if (x.rank() != 4) {
            throw new ShapeException("self_attention: x must be [N, C, H, W]; got " + x.shape());
        }
        Tensor pixels = x.reshape(x.size(0), x.size(1), x.size(2) * x.size(3)).transpose(1, 2);
        Tensor attended = pixels.add(mha.apply(ln.apply(pixels)));
        Tensor y = attended.add(ffSelf.apply(attended));
        return y.transpose(1, 2).reshape(x.shape().sizes());
    }

    @Override
    public Formula formula() {
        return FORMULA;
    }
}
