package dev.tenon.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.dtype.DType;
import dev.tenon.nn.attention.MultiHeadAttention;
import dev.tenon.nn.attention.SelfAttention;
import dev.tenon.tensor.Rng;
import dev.tenon.tensor.Shape;
import dev.tenon.tensor.ShapeException;
import dev.tenon.tensor.Tensor;
import java.util.Objects;
import org.assertj.core.data.Offset;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Attention layers against their formula, written out in plain loops.
class AttentionLayersTest {
    private static final int C = 6;
    private static final int HEADS = 2;
    private static final Offset<Double> CLOSE = Offset.offset(1e-12);

    private final MultiHeadAttention mha =
            MultiHeadAttention.of(C, HEADS, Init.of(Rng.of(3), DType.F64));

    private static Tensor random(long seed, int... sizes) {
        return Rng.of(seed).normal(DType.F64, Shape.of(sizes));
    }

    private static double dot(Tensor weight, @Nullable Tensor bias, int row, double[] x) {
        double sum = Objects.requireNonNull(bias).at(row);
        for (int c = 0; c < x.length; c++) {
            sum += weight.at(row, c) * x[c];
        }
        return sum;
    }

    private static double[] row(Tensor x, int position) {
        return x.slice(0, 0, 1).slice(1, position, position + 1).toDoubles();
    }

    /// One row of the result for a batch of one.
    private double[] expected(Tensor query, Tensor key, Tensor value, int position) {
        Tensor w = mha.inProjWeight().value();
        Tensor b = mha.inProjBias().value();
        double[] joined = new double[C];
        int size = C / HEADS;
        for (int head = 0; head < HEADS; head++) {
            double[] weights = new double[key.size(1)];
            double total = 0;
            for (int s = 0; s < weights.length; s++) {
                double score = 0;
                for (int d = head * size; d < (head + 1) * size; d++) {
                    score += dot(w, b, d, row(query, position)) * dot(w, b, C + d, row(key, s));
                }
                weights[s] = Math.exp(score / Math.sqrt(size));
                total += weights[s];
            }
            for (int d = head * size; d < (head + 1) * size; d++) {
                for (int s = 0; s < weights.length; s++) {
                    joined[d] += weights[s] / total * dot(w, b, 2 * C + d, row(value, s));
                }
            }
        }
        double[] y = new double[C];
        Param bias = Objects.requireNonNull(mha.outProj().bias());
        for (int c = 0; c < C; c++) {
            y[c] = dot(mha.outProj().weight().value(), bias.value(), c, joined);
        }
        return y;
    }

    @Test
    void attendsAsItsFormulaSays() {
        mha.inProjBias().value().assign(random(9, 3 * C));
        Tensor query = random(1, 1, 3, C);
        Tensor key = random(2, 1, 5, C);
        Tensor value = random(3, 1, 5, C);
        Tensor across = mha.attend(query, key, value);
        Tensor within = mha.apply(query);
        for (int position = 0; position < 3; position++) {
            assertThat(row(across, position))
                    .containsExactly(expected(query, key, value, position), CLOSE);
            assertThat(row(within, position))
                    .containsExactly(expected(query, query, query, position), CLOSE);
        }
    }

    @Test
    void selfAttentionIsItsFormulaOverPixels() {
        SelfAttention block = SelfAttention.of(4, 2, Init.of(Rng.of(3), DType.F64));
        Tensor x = random(5, 2, 4, 3, 2);
        Tensor pixels = x.reshape(2, 4, 6).permute(0, 2, 1);
        Tensor a = block.mha().apply(block.ln().apply(pixels)).add(pixels);
        Tensor y = block.ffSelf().apply(a).add(a).permute(0, 2, 1).reshape(2, 4, 3, 2);
        assertThat(block.apply(x).toDoubles()).containsExactly(y.toDoubles(), CLOSE);
    }

    @Test
    void saysWhatIsWrong() {
        assertThatThrownBy(() -> MultiHeadAttention.of(6, 4, Init.of(1)))
                .isInstanceOf(ShapeException.class)
                .hasMessage(
                        "MultiHeadAttention: the channels must be divisible by the heads; got 6 channels"
                                + " and 4 heads");
        assertThatThrownBy(() -> mha.apply(random(1, 2, 3, 5)))
                .isInstanceOf(ShapeException.class)
                .hasMessage(
                        "MultiHeadAttention: multi_head_attention: x must be [N, L, 6]; got [2, 3, 5]");
        assertThatThrownBy(
                        () -> mha.attend(random(1, 2, 3, 6), random(1, 2, 6), random(1, 2, 3, 6)))
                .hasMessage(
                        "MultiHeadAttention: multi_head_attention: key must be [N, L, 6]; got [2, 6]");
        assertThatThrownBy(() -> SelfAttention.of(4, 2, Init.of(1)).apply(Tensor.zeros(1, 4, 4)))
                .hasMessage("SelfAttention: self_attention: x must be [N, C, H, W]; got [1, 4, 4]");
    }
}
