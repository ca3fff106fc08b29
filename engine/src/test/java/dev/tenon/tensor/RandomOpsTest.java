package dev.tenon.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.tenon.Golden;
import dev.tenon.dtype.DType;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class RandomOpsTest {
    private static final Rng RNG = Rng.of(20_251_121L);

    @Test
    void dropoutKeepsTheMean() {
        int n = 100_000;
        for (DType type : List.of(DType.F32, DType.F64)) {
            double[] y = RandomOps.dropout(Tensor.full(type, Shape.of(n), 1), 0.3, RNG).toDoubles();
            long dropped = Arrays.stream(y).filter(v -> v == 0).count();
            assertThat(dropped / (double) n).isCloseTo(0.3, within(3.3 * Math.sqrt(0.21 / n)));
            assertThat(Arrays.stream(y).filter(v -> v != 0))
                    .allMatch(v -> Math.abs(v - 1 / 0.7) < 1e-6);
        }
    }

    @Test
    void dropoutDropsTheSameInBothTypesAndTheGradient() {
        Tensor x = Tensor.ones(10, 13).requireGradient();
        Tensor y = RandomOps.dropout(x, 0.5, RNG);
        double[] kept = y.toDoubles();
        y.sum().backward();
        assertThat(x.gradient().toDoubles()).containsExactly(kept);
        assertThat(RandomOps.dropout(Tensor.full(DType.F64, x.shape(), 1), 0.5, RNG).toDoubles())
                .containsExactly(kept);
        assertThat(RandomOps.dropout(x, 0.5, RNG.derive(1)).toDoubles()).isNotEqualTo(kept);
    }

    @Test
    void dropoutsGradientAgreesWithDifferences() {
        Tensor x = Tensor.of(Golden.sines(70, 0.37, 0, 1, 0), 7, 10);
        GradientCheck.check(in -> RandomOps.dropout(in.get(0), 0.4, RNG), List.of(x));
    }

    @Test
    void dropoutOfNothingAndEverything() {
        Tensor x = Tensor.of(new double[] {1, Double.NaN, 3});
        assertThat(RandomOps.dropout(x, 0, RNG)).isSameAs(x);
        assertThat(RandomOps.dropout(x, 1, RNG).toDoubles()).containsExactly(0, 0, 0);
    }

    @Test
    void refusesWhatMakesNoSense() {
        assertThatThrownBy(() -> RandomOps.dropout(Tensor.ones(2), -0.1, RNG))
                .isInstanceOf(TenonException.class)
                .hasMessage("dropout: p must be in [0, 1]; got -0.1");
        assertThatThrownBy(() -> RandomOps.dropout(Tensor.of(new long[] {1}, 1), 0.5, RNG))
                .isInstanceOf(ShapeException.class)
                .hasMessage("dropout: the type must be F32 or F64; got I64 [1]");
    }
}
