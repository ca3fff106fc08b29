package dev.tenon.diffusion;

import dev.tenon.dtype.DType;
import dev.tenon.nn.Formula;
import dev.tenon.tensor.TenonException;
import dev.tenon.tensor.Tensor;

/// The sinusoidal embedding that tells a network which step it looks at (Vaswani et al. 2017): for
/// `channels = 2h`, element k is `sin(t w_k)` and element h + k is `cos(t w_k)`, with `w_k =
/// 10000^(-k/h)`.
public final class TimeEmbedding {
    /// The embedding.
    public static final Formula FORMULA =
            Formula.of(
                    "e_k = \\sin(t\\,\\omega_k),\\; e_{h+k} = \\cos(t\\,\\omega_k),\\quad \\omega_k = 10000^{-k/h}",
                    "Vaswani et al. 2017, Attention Is All You Need",
                    "t",
                    "step",
                    "\\omega_k",
                    "frequency of element k",
                    "h",
                    "half the number of channels");

    private TimeEmbedding() {}

    /// Returns the embeddings of the steps `t`, `[N, channels]`.
    ///
    /// @throws TenonException if channels is odd or below 2
    public static Tensor of(int[] t, int channels, DType type) {
        if (channels < 2 || channels % 2 != 0) {
            throw new TenonException(
                    "time embedding: channels must be even and at least 2; got " + channels);
        }
        int half = channels / 2;
        double[] values = new double[t.length * channels];
        for (int n = 0; n < t.length; n++) {
            for (int k = 0; k < half; k++) {
                double angle = t[n] * Math.pow(10000, -(double) k / half);
                values[n * channels + k] = Math.sin(angle);
                values[n * channels + half + k] = Math.cos(angle);
            }
        }
        return Tensor.of(values, t.length, channels).to(type);
    }
}
