package dev.tenon.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.tenon.Golden;
import dev.tenon.dtype.DType;
import dev.tenon.nn.loss.BinaryCrossEntropy;
import dev.tenon.nn.loss.CrossEntropy;
import dev.tenon.nn.loss.Loss;
import dev.tenon.nn.loss.MeanSquaredError;
import dev.tenon.nn.loss.SparseCategoricalCrossEntropy;
import dev.tenon.tensor.Reduction;
import dev.tenon.tensor.ShapeException;
import dev.tenon.tensor.TenonException;
import dev.tenon.tensor.Tensor;
import java.util.Arrays;
import java.util.Objects;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

/// Losses as layers have them: reductions, weights of samples, Keras's clipping.
class LossTest {
    private static final Golden LOSSES = Golden.resource("losses.json").at("cases").list().get(0);

    private static Tensor column(double... values) {
        return Tensor.of(values, values.length, 1).to(DType.F32);
    }

    @Test
    void clipsAsKerasDoes() {
        Golden extremes = LOSSES.at("bce_at_extremes");
        double[][] pairs = {{0.95, 0}, {0, 1}, {1, 1}};
        String[] names = {"y=.95,p=0", "y=0,p=1", "y=1,p=1"};
        for (int i = 0; i < names.length; i++) {
            Tensor loss =
                    BinaryCrossEntropy.keras().apply(column(pairs[i][1]), column(pairs[i][0]));
            double expected = extremes.at(names[i]).number();
            assertThat(loss.item())
                    .as(names[i])
                    .isCloseTo(expected, within(1e-6 * expected + 1e-13));
        }
        Tensor p = column(0, 1, 0.25).requireGradient();
        BinaryCrossEntropy.keras()
                .withReduction(Reduction.SUM)
                .apply(p, column(1, 0, 1))
                .backward();
        assertThat(p.gradient().toDoubles()).containsExactly(-0.0, 0, -4);
    }

    /// The two losses of the ACGAN's discriminator: real digits weigh 2, generated ones 0.
    @Test
    void weighsSamplesAsKerasDoes() {
        double[] logits =
                DoubleStream.iterate(0, i -> i + 1).limit(12).map(i -> -3 + 6 * i / 11).toArray();
        double[] p = Arrays.stream(logits).map(x -> 1 / (1 + Math.exp(-x))).toArray();
        double[] y = new double[12];
        Arrays.fill(y, 0, 6, 0.95);
        Tensor scores = Tensor.of(Golden.sines(120, 0.53, 0, 1, 0), 12, 10).to(DType.F32);
        double[] numbers = LOSSES.at("aux_labels").doubles();
        Tensor labels = Tensor.of(DoubleStream.of(numbers).mapToLong(n -> (long) n).toArray());
        Tensor weights = Tensor.of(LOSSES.at("aux_sample_weight").doubles()).to(DType.F32);
        double generation = BinaryCrossEntropy.keras().apply(column(p), column(y)).item();
        double auxiliary = CrossEntropy.mean().apply(scores, labels, weights).item();
        assertThat(generation).isCloseTo(LOSSES.at("bce").number(), within(1e-6));
        assertThat(auxiliary).isCloseTo(LOSSES.at("aux_scce_weighted").number(), within(1e-6));
        assertThat(generation + auxiliary)
                .isCloseTo(LOSSES.at("total_weighted").number(), within(2e-6));
    }

    @Test
    void aWeightCountsForAllOfASample() {
        Tensor x = Tensor.of(new float[] {1, 2, 3, 4}, 2, 2);
        Tensor zeros = Tensor.zeros(2, 2);
        Tensor weights = Tensor.of(new float[] {10, 1});
        Loss loss = MeanSquaredError.mean();
        assertThat(loss.apply(x, zeros, weights).item()).isEqualTo(75.0 / 4);
        assertThat(loss.withReduction(Reduction.SUM).apply(x, zeros, weights).item()).isEqualTo(75);
        assertThat(loss.withReduction(Reduction.NONE).apply(x, zeros, weights).toDoubles())
                .containsExactly(10, 40, 9, 16);
    }

    /// What Keras 3.15 says of the same, in F32.
    @Test
    void takesProbabilitiesAsKerasDoes() {
        float[] p = {0.7f, 0.2f, 0.1f, 0, 0, 1, 1, 0, 0, 0.5f, 0.5f, 1, 1e-9f, 0.5f, 0.5f};
        Tensor prediction = Tensor.of(p, 5, 3);
        Tensor labels = Tensor.of(new long[] {0, 0, 0, 2, 0});
        Loss loss = SparseCategoricalCrossEntropy.keras();
        double[] each = loss.withReduction(Reduction.NONE).apply(prediction, labels).toDoubles();
        double[] expected = {
            0.3566749393939972,
            16.11809539794922,
            1.1920930376163597e-07,
            0.6931471824645996,
            16.11809539794922
        };
        for (int i = 0; i < expected.length; i++) {
            assertThat(each[i]).isCloseTo(expected[i], within(2e-6));
        }
        assertThat(loss.apply(prediction, labels).item())
                .isCloseTo(6.657202243804932, within(2e-6));
        Tensor weights = Tensor.of(new float[] {2, 0, 1, 3, 0.5f});
        assertThat(loss.apply(prediction, labels, weights).item())
                .isCloseTo(2.17036771774292, within(2e-6));
        assertThat(loss.formula().symbols()).containsKeys("y", "\\ell");
    }

    /// `-1/p + 1` for the right class and 1 for the others, since each is divided by the sum.
    @Test
    void probabilitiesHaveTheGradientOfTheirShares() {
        Tensor p = Tensor.of(new double[] {0.2, 0.3, 0.5}, 1, 3).requireGradient();
        SparseCategoricalCrossEntropy.keras().apply(p, Tensor.of(new long[] {1})).backward();
        double[] gradient = Objects.requireNonNull(p.gradient()).toDoubles();
        assertThat(gradient).containsExactly(new double[] {1, 1 - 1 / 0.3, 1}, within(1e-9));
    }

    @Test
    void saysWhatDoesNotFit() {
        assertThatThrownBy(() -> new SparseCategoricalCrossEntropy(Reduction.MEAN, 0))
                .isInstanceOf(TenonException.class)
                .hasMessage("SparseCategoricalCrossEntropy: clip must be in (0, 0.5); got 0.0");
        Tensor x = Tensor.zeros(2, 2);
        assertThatThrownBy(() -> MeanSquaredError.mean().apply(x, x, Tensor.zeros(3)))
                .isInstanceOf(ShapeException.class)
                .hasMessage(
                        "loss: sampleWeight must be [N] in the prediction's type, with N the target's"
                                + " first size; got F32 [3] for losses F32 [2, 2]");
        assertThatThrownBy(() -> new BinaryCrossEntropy(Reduction.MEAN, 0.5))
                .isInstanceOf(TenonException.class)
                .hasMessage("BinaryCrossEntropy: clip must be in [0, 0.5); got 0.5");
    }
}
