package dev.tenon.nn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.kernel.Conv2dSettings;
import dev.tenon.nn.attention.MultiHeadAttention;
import dev.tenon.nn.conv.Conv2d;
import dev.tenon.nn.conv.ConvTranspose2d;
import dev.tenon.nn.norm.GroupNorm;
import dev.tenon.nn.norm.LayerNorm;
import java.util.Arrays;
import java.util.Objects;
import org.assertj.core.data.Offset;
import org.assertj.core.data.Percentage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Initial values against PyTorch's documented distributions.
class InitTest {
    private static double[] values(@Nullable Param param) {
        return Objects.requireNonNull(param).value().toDoubles();
    }

    /// Checks range, mean and variance of a uniform distribution over ±bound.
    private static void assertUniform(@Nullable Param param, double bound) {
        double[] values = values(param);
        double largest = Arrays.stream(values).map(v -> Math.abs(v)).max().orElseThrow();
        assertThat(largest)
                .isLessThanOrEqualTo(bound)
                .isGreaterThan(bound * (1 - 20.0 / values.length));
        double mean = Arrays.stream(values).average().orElseThrow();
        double square = Arrays.stream(values).map(v -> v * v).average().orElseThrow();
        double tolerance = 6 / Math.sqrt(values.length);
        assertThat(mean / bound).isCloseTo(0, Offset.offset(tolerance));
        assertThat(square / (bound * bound)).isCloseTo(1.0 / 3, Offset.offset(tolerance));
    }

    @Test
    void linearAndConvolutionsAreUniformByFanIn() {
        Init init = Init.of(11);
        Linear linear = Linear.of(64, 100, init);
        assertUniform(linear.weight(), 1.0 / 8);
        assertUniform(linear.bias(), 1.0 / 8);
        Conv2d conv = Conv2d.of(8, 100, 3, Conv2dSettings.of(1, 1).withGroups(2), init);
        assertUniform(conv.weight(), 1.0 / 6);
        assertUniform(conv.bias(), 1.0 / 6);
        ConvTranspose2d transposed = ConvTranspose2d.of(40, 16, 2, Conv2dSettings.of(2, 0), init);
        assertUniform(transposed.weight(), 1.0 / 8);
    }

    @Test
    void attentionIsXavierWithZeroBiases() {
        MultiHeadAttention mha = MultiHeadAttention.of(16, 4, Init.of(11));
        assertUniform(mha.inProjWeight(), Math.sqrt(6.0 / 64));
        assertUniform(mha.outProj().weight(), 1.0 / 4);
        assertThat(values(mha.inProjBias())).containsOnly(0);
        assertThat(values(mha.outProj().bias())).containsOnly(0);
    }

    @Test
    void embeddingIsStandardNormalAndNormsAreNeutral() {
        double[] table = values(Embedding.of(200, 50, Init.of(11)).weight());
        assertThat(Arrays.stream(table).average().orElseThrow()).isCloseTo(0, Offset.offset(0.06));
        assertThat(Arrays.stream(table).map(v -> v * v).average().orElseThrow())
                .isCloseTo(1, Offset.offset(0.085));
        GroupNorm group = GroupNorm.of(2, 4, Init.of(11));
        LayerNorm layer = LayerNorm.of(4, Init.of(11));
        for (@Nullable Param weight : new @Nullable Param[] {group.weight(), layer.weight()}) {
            assertThat(values(weight)).containsOnly(1);
        }
        for (@Nullable Param bias : new @Nullable Param[] {group.bias(), layer.bias()}) {
            assertThat(values(bias)).containsOnly(0);
        }
    }

    @Test
    void layersFromOneSourceDiffer() {
        Init init = Init.of(11);
        assertThat(values(Linear.of(4, 4, init).weight()))
                .isNotEqualTo(values(Linear.of(4, 4, init).weight()));
    }

    @Test
    void glorotHasTheVarianceOfItsFans() {
        Init init = Init.of(5);
        double[] uniform = init.glorotUniform(60, 40, 5, 5).value().toDoubles();
        double bound = Math.sqrt(6.0 / (100 * 25));
        assertThat(Arrays.stream(uniform).map(Math::abs).max().orElseThrow())
                .isBetween(0.999 * bound, bound);
        double[] normal = init.glorotNormal(60, 40, 5, 5).value().toDoubles();
        double deviation = Math.sqrt(2.0 / (100 * 25));
        double square = Arrays.stream(normal).map(v -> v * v).average().orElseThrow();
        assertThat(Math.sqrt(square)).isCloseTo(deviation, Percentage.withPercentage(1));
        assertThat(Arrays.stream(normal).map(Math::abs).max().orElseThrow())
                .isBetween(2.27 * deviation, 2.2738 * deviation); // 2 / 0.8796
        assertThat(Init.of(9).glorotNormal(3, 4).value().toDoubles())
                .containsExactly(Init.of(9).glorotNormal(3, 4).value().toDoubles());
    }
}
