package dev.tenon.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.dtype.DType;
import dev.tenon.tensor.GradientCheck;
import dev.tenon.tensor.Rng;
import dev.tenon.tensor.Shape;
import dev.tenon.tensor.TenonException;
import dev.tenon.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Training and evaluation, and the one layer that knows them.
class ModeTest {
    private static final Sequential TWICE = Sequential.of(new Dropout(0.25), new Dropout(0.5));

    @Test
    void evaluatesOutsideTraining() {
        Tensor x = Tensor.ones(100);
        assertThat(Mode.isTraining()).isFalse();
        assertThat(TWICE.apply(x)).isSameAs(x);
        Mode.train(
                Rng.of(1),
                () -> {
                    assertThat(Mode.isTraining()).isTrue();
                    assertThat(Mode.<Boolean>eval(() -> Mode.isTraining())).isFalse();
                    assertThat(new Dropout(0).apply(x)).isSameAs(x);
                });
        assertThat(Mode.isTraining()).isFalse();
        assertThatThrownBy(Mode::nextRng)
                .isInstanceOf(TenonException.class)
                .hasMessage(
                        "mode: layers draw random numbers only in training; got evaluation. Call"
                                + " Mode.train(rng, body)");
    }

    @Test
    void dropsTheShareAndKeepsTheMean() {
        int n = 40_000;
        double[] y =
                Mode.train(Rng.of(5), () -> new Dropout(0.3).apply(Tensor.ones(n)).toDoubles());
        long zeros = Arrays.stream(y).filter(v -> v == 0).count();
        // 5 standard deviations of a binomial
        assertThat(zeros / (double) n).isBetween(0.3 - 5 * 0.0023, 0.3 + 5 * 0.0023);
        assertThat(Arrays.stream(y).filter(v -> v != 0))
                .allMatch(v -> Math.abs(v - 1 / 0.7) < 1e-6);
    }

    @Test
    void masksRepeatPerPassAndDifferPerLayer() {
        Tensor x = Tensor.ones(64);
        float[] first = Mode.train(Rng.of(5), () -> TWICE.apply(x).toFloats());
        assertThat(Mode.<float[]>train(Rng.of(5), () -> TWICE.apply(x).toFloats()))
                .isEqualTo(first);
        assertThat(Mode.<float[]>train(Rng.of(6), () -> TWICE.apply(x).toFloats()))
                .isNotEqualTo(first);
        Mode.train(
                Rng.of(5),
                () -> {
                    Dropout half = new Dropout(0.5);
                    assertThat(half.apply(x).toFloats()).isNotEqualTo(half.apply(x).toFloats());
                });
    }

    @Test
    void gradientPassesWhereTheMaskDoes() {
        GradientCheck.check(
                in -> Mode.train(Rng.of(5), () -> TWICE.apply(in.get(0))),
                List.of(Tensor.full(DType.F64, Shape.of(9), 0.7)));
    }

    @Test
    void saysWhatIsWrong() {
        assertThatThrownBy(() -> new Dropout(1))
                .isInstanceOf(TenonException.class)
                .hasMessage("Dropout: p must be in [0, 1); got 1.0");
    }
}
