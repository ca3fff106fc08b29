package dev.tenon.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.Golden;
import dev.tenon.tensor.TenonException;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/// Learning rates against Keras's tables.
class LearningRateTest {
    @Test
    void cosineIsKerasCosineDecay() {
        for (Golden table : Golden.resource("optimizer.json").at("schedules").list()) {
            LearningRate rate = kerasCosine(table.at("config"));
            for (Golden pair : table.at("values").list()) {
                double[] expected = pair.doubles();
                assertThat(rate.at((long) expected[0]))
                        .as("%s, step %s", table.path(), expected[0])
                        .isCloseTo(expected[1], Offset.offset(1e-6));
            }
        }
    }

    /// Returns what Keras's CosineDecay of these settings is here.
    static LearningRate kerasCosine(Golden config) {
        boolean warm = config.has("warmup_steps");
        double initial = config.at("initial_learning_rate").number();
        double peak = warm ? config.at("warmup_target").number() : initial;
        double end = config.has("alpha") ? config.at("alpha").number() * peak : 0;
        long warmup = warm ? config.at("warmup_steps").integer() : 0;
        long total = warmup + config.at("decay_steps").integer();
        return new LearningRate.WarmupCosine(warm ? initial : 0, peak, end, warmup, total);
    }

    @Test
    void risesFallsAndStays() {
        LearningRate rate = LearningRate.warmupCosine(1, 10, 30, 0.2);
        assertThat(rate.at(0)).isZero();
        assertThat(rate.at(5)).isEqualTo(0.5);
        assertThat(rate.at(10)).isEqualTo(1);
        assertThat(rate.at(20)).isCloseTo(0.6, Offset.offset(1e-12));
        assertThat(rate.at(30)).isEqualTo(0.2);
        assertThat(rate.at(1_000_000)).isEqualTo(0.2);
        assertThat(LearningRate.constant(0.3).at(77)).isEqualTo(0.3);
    }

    @Test
    void saysWhatIsWrong() {
        assertThatThrownBy(() -> LearningRate.warmupCosine(1, 10, 10))
                .isInstanceOf(TenonException.class)
                .hasMessage("WarmupCosine: warmupSteps must be in [0, totalSteps); got 10 and 10");
    }
}
