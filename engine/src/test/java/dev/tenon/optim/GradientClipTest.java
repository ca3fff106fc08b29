package dev.tenon.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.Golden;
import dev.tenon.nn.Param;
import dev.tenon.tensor.TenonException;
import dev.tenon.tensor.Tensor;
import java.util.List;
import java.util.Objects;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/// Gradient clipping, by hand and against Keras's own case.
class GradientClipTest {
    private static Param withGradient(double... gradient) {
        Param param = Param.of(Tensor.zeros(gradient.length));
        OptimizerTest.setGradient(param, gradient);
        return param;
    }

    private static float[] gradient(Param param) {
        return Objects.requireNonNull(param.gradient()).toFloats();
    }

    @Test
    void clipsByTheNormOfAll() {
        Param a = withGradient(3);
        Param b = withGradient(0, 4);
        Param none = Param.of(Tensor.zeros(2));
        assertThat(GradientClip.byNorm(2.5).apply(List.of(a, b, none))).isEqualTo(5);
        assertThat(gradient(a)).containsExactly(1.5f);
        assertThat(gradient(b)).containsExactly(0, 2);
        assertThat(none.gradient()).isNull();
        assertThat(GradientClip.byNorm(2.5).apply(List.of(a, b))).isEqualTo(2.5);
        assertThat(gradient(a)).containsExactly(1.5f);
    }

    @Test
    void clipsAsKerasDoes() {
        for (Golden run : Golden.resource("optimizer.json").at("cases").list()) {
            if (run.at("kind").text().equals("clip")) {
                Param param = withGradient(run.at("grads").doubles());
                GradientClip.byNorm(run.at("config").at("global_clipnorm").number())
                        .apply(List.of(param));
                double[] expected = run.at("expected").doubles();
                for (int i = 0; i < expected.length; i++) {
                    assertThat((double) gradient(param)[i])
                            .isCloseTo(expected[i], Offset.offset(1e-6));
                }
            }
        }
    }

    @Test
    void clipsByEachNormAndByValue() {
        Param a = withGradient(3, 4);
        Param b = withGradient(0.5);
        GradientClip.byEachNorm(1).apply(List.of(a, b));
        assertThat(gradient(a)).containsExactly(0.6f, 0.8f);
        assertThat(gradient(b)).containsExactly(0.5f);
        Param c = withGradient(-3, 0.25, 4);
        GradientClip.byValue(1).apply(List.of(c));
        assertThat(gradient(c)).containsExactly(-1, 0.25f, 1);
    }

    @Test
    void letsADivergedRunShow() {
        Param a = withGradient(Double.POSITIVE_INFINITY);
        Param b = withGradient(1);
        assertThat(GradientClip.byNorm(1).apply(List.of(a, b))).isInfinite();
        assertThat(gradient(b)[0]).isNaN();
    }

    @Test
    void saysWhatIsWrong() {
        assertThatThrownBy(() -> GradientClip.byNorm(0))
                .isInstanceOf(TenonException.class)
                .hasMessage("GradientClip.byNorm: max must be more than 0; got 0.0");
    }
}
