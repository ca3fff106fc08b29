package dev.tenon.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.Golden;
import dev.tenon.tensor.TenonException;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Learning rates against Keras's tables.
class LearningRateTest {
    @Test
    void schedulesAreKerass() {
        List<Golden> tables = Golden.resource("learning-rate.json").at("schedules").list();
        assertThat(tables).hasSize(17);
        for (Golden table : tables) {
            LearningRate rate = keras(table.at("schedule").text(), table.at("config"));
            for (Golden pair : table.at("values").list()) {
                double[] expected = pair.doubles();
                assertThat(rate.at((long) expected[0]))
                        .as("%s, step %s", table.path(), expected[0])
                        .isCloseTo(expected[1], Offset.offset(1e-6 * Math.max(1, expected[1])));
            }
        }
    }

    /// Returns Keras's schedule of this class name and these settings.
    static LearningRate keras(String name, Golden c) {
        double first = c.has("initial_learning_rate") ? c.at("initial_learning_rate").number() : 0;
        double steps = number(c, "decay_steps", 1);
        double rate = number(c, "decay_rate", 1);
        boolean staircase = c.has("staircase");
        return switch (name) {
            case "ExponentialDecay" -> new ExponentialDecay(first, steps, rate, staircase);
            case "InverseTimeDecay" -> new InverseTimeDecay(first, steps, rate, staircase);
            case "PolynomialDecay" ->
                    new PolynomialDecay(
                            first,
                            steps,
                            number(c, "end_learning_rate", 1e-4),
                            number(c, "power", 1),
                            c.has("cycle"));
            case "PiecewiseConstantDecay" ->
                    new PiecewiseConstantDecay(list(c.at("boundaries")), list(c.at("values")));
            case "CosineDecay" -> kerasCosine(c);
            case "CosineDecayRestarts" ->
                    new CosineDecayRestarts(
                            first,
                            number(c, "first_decay_steps", 1),
                            number(c, "t_mul", 2),
                            number(c, "m_mul", 1),
                            number(c, "alpha", 0));
            default -> throw new IllegalArgumentException(name);
        };
    }

    private static double number(Golden config, String name, double otherwise) {
        return config.has(name) ? config.at(name).number() : otherwise;
    }

    private static List<Double> list(Golden numbers) {
        return Arrays.stream(numbers.doubles()).boxed().toList();
    }

    /// Returns Keras's CosineDecay of these settings.
    private static LearningRate kerasCosine(Golden config) {
        CosineDecay decay =
                CosineDecay.of(
                                config.at("initial_learning_rate").number(),
                                config.at("decay_steps").number())
                        .withAlpha(number(config, "alpha", 0));
        return config.has("warmup_target")
                ? decay.withWarmup(
                        config.at("warmup_target").number(), number(config, "warmup_steps", 0))
                : decay;
    }

    /// Where a period ends, the next begins: the exact step has the higher rate.
    @Test
    void restartsAtTheExactStep() {
        LearningRate doubled = CosineDecayRestarts.of(1, 10); // periods of 10, 20, 40, ...
        for (long step : new long[] {0, 10, 30, 70, 150}) {
            assertThat(doubled.at(step)).as("step %s", step).isEqualTo(1);
        }
        assertThat(doubled.at(29)).isLessThan(0.01);
        LearningRate same = new CosineDecayRestarts(2, 7, 1, 0.5, 0);
        assertThat(same.at(7L << 40)).isZero(); // 2^40 restarts
        assertThat(same.at(14)).isEqualTo(0.5);
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

    static Stream<Arguments> mistakes() {
        return Stream.of(
                mistake(
                        () -> LearningRate.warmupCosine(1, 10, 10),
                        "WarmupCosine: warmupSteps must be in [0, totalSteps); got 10 and 10"),
                mistake(
                        () -> ExponentialDecay.of(1, 0, 0.9),
                        "ExponentialDecay: Argument `decay_steps` must be > 0. Received: decay_steps=0"),
                mistake(
                        () -> InverseTimeDecay.of(1, -2, 0.9),
                        "InverseTimeDecay: Argument `decay_steps` must be > 0. Received: decay_steps=-2"),
                mistake(
                        () -> PolynomialDecay.linear(1, Double.NaN, 0),
                        "PolynomialDecay: Argument `decay_steps` must be > 0. Received: decay_steps=NaN"),
                mistake(
                        () -> CosineDecay.of(1, -0.5),
                        "CosineDecay: Argument `decay_steps` must be > 0. Received: decay_steps=-0.5"),
                mistake(
                        () -> CosineDecay.of(1, 5).withWarmup(2, -1),
                        "CosineDecay: warmupSteps must be at least 0; got -1.0"),
                mistake(
                        () -> CosineDecayRestarts.of(1, 0),
                        "CosineDecayRestarts: Argument `first_decay_steps` must be > 0. Received:"
                                + " first_decay_steps=0"),
                mistake(
                        () -> new CosineDecayRestarts(1, 5, 0.9, 1, 0),
                        "CosineDecayRestarts: tMul must be at least 1, or the periods come to an end;"
                                + " got 0.9"),
                mistake(
                        () -> new PiecewiseConstantDecay(List.of(1.0, 2.5), List.of(0.1, 0.2)),
                        "PiecewiseConstantDecay: The length of boundaries should be 1 less than the"
                                + " length of values. Received: boundaries=[1, 2.5] of length 2, and"
                                + " values=[0.1, 0.2] of length 2."));
    }

    private static Arguments mistake(Supplier<LearningRate> made, String message) {
        return Arguments.of(made, message);
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void saysWhatIsWrong(Supplier<LearningRate> made, String message) {
        assertThatThrownBy(made::get).isInstanceOf(TenonException.class).hasMessage(message);
    }
}
