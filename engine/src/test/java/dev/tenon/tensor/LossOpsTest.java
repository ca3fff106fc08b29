package dev.tenon.tensor;

import static dev.tenon.kernel.Tolerances.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.tenon.Golden;
import dev.tenon.dtype.DType;
import java.util.List;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

class LossOpsTest {
    private static final Golden LOSSES = Golden.resource("losses.json").at("cases").list().get(0);

    private static Tensor sines(double phase, int... sizes) {
        Shape shape = Shape.of(sizes);
        return Tensor.of(Golden.sines((int) shape.count(), 1.37, phase, 1, 0), sizes);
    }

    /// linspace(-3, 3, 12), as the golden file says.
    private static Tensor generationLogits() {
        return Tensor.of(
                DoubleStream.iterate(0, i -> i + 1).limit(12).map(i -> -3 + 6 * i / 11).toArray());
    }

    private static Tensor generationTargets() {
        double[] y = new double[12];
        java.util.Arrays.fill(y, 0, 6, 0.95);
        return Tensor.of(y);
    }

    @Test
    void binaryCrossEntropyAgreesWithKeras() {
        Tensor logits = generationLogits();
        double[] p = logits.toDoubles();
        java.util.Arrays.setAll(p, i -> 1 / (1 + Math.exp(-p[i])));
        double expected = LOSSES.at("bce").number();
        for (DType type : List.of(DType.F64, DType.F32)) {
            Tensor y = generationTargets().to(type);
            assertThat(LossOps.binaryCrossEntropy(Tensor.of(p).to(type), y, Reduction.MEAN).item())
                    .isCloseTo(expected, within(1e-6));
            assertThat(
                            LossOps.binaryCrossEntropyWithLogits(logits.to(type), y, Reduction.MEAN)
                                    .item())
                    .isCloseTo(expected, within(1e-6));
        }
    }

    @Test
    void crossEntropyAgreesWithKerasAlsoWeighted() {
        // the golden file's probabilities are the softmax of these scores
        Tensor logits = Tensor.of(Golden.sines(120, 0.53, 0, 1, 0), 12, 10);
        double[] numbers = LOSSES.at("aux_labels").doubles();
        Tensor labels = Tensor.of(DoubleStream.of(numbers).mapToLong(n -> (long) n).toArray());
        for (DType type : List.of(DType.F64, DType.F32)) {
            Tensor x = logits.to(type);
            assertThat(LossOps.crossEntropy(x, labels).item())
                    .isCloseTo(LOSSES.at("aux_scce_unweighted").number(), within(1e-6));
            Tensor weights = Tensor.of(LOSSES.at("aux_sample_weight").doubles()).to(type);
            Tensor each = LossOps.crossEntropy(x, labels, Reduction.NONE);
            assertThat(each.mul(weights).mean().item())
                    .isCloseTo(LOSSES.at("aux_scce_weighted").number(), within(1e-6));
        }
    }

    @Test
    void reducesAsAsked() {
        Tensor x = Tensor.of(new double[] {1, 2, 4});
        Tensor t = Tensor.of(new double[] {0, 4, 1});
        assertThat(LossOps.mse(x, t, Reduction.NONE).toDoubles()).containsExactly(1, 4, 9);
        assertThat(LossOps.mse(x, t, Reduction.SUM).item()).isEqualTo(14);
        assertThat(LossOps.mse(x, t).item()).isCloseTo(14 / 3.0, within(1e-15));
        assertThat(LossOps.mse(Tensor.zeros(0), Tensor.zeros(0), Reduction.SUM).item()).isZero();
    }

    @Test
    void boundsLogarithmsAsPyTorchDoes() {
        Tensor p = Tensor.of(new float[] {0, 1, 1, 0});
        Tensor t = Tensor.of(new float[] {1, 0, 1, 0});
        double[] y = LossOps.binaryCrossEntropy(p, t, Reduction.NONE).toDoubles();
        assertClose(y, new double[] {100, 100, 0, 0}, 0, DType.F32, "losses");
    }

    @Test
    void logitsNeitherOverflowNorVanish() {
        Tensor x = Tensor.of(new float[] {200, -200, 20});
        Tensor t = Tensor.of(new float[] {0, 1, 1});
        double[] y = LossOps.binaryCrossEntropyWithLogits(x, t, Reduction.NONE).toDoubles();
        assertThat(y[0]).isEqualTo(200);
        assertThat(y[1]).isEqualTo(200);
        assertThat(y[2]).isCloseTo(Math.exp(-20), within(1e-14));
        Tensor scores = Tensor.of(new float[] {1000, 0, -1000}, 1, 3);
        assertThat(LossOps.crossEntropy(scores, Tensor.of(new long[] {2}, 1)).item())
                .isEqualTo(2000);
    }

    @Test
    void gradientsAgreeWithFiniteDifferences() {
        Tensor x = sines(0.1, 4, 3);
        Tensor t = sines(1.1, 4, 3).mul(0.4).add(0.5);
        Tensor p = sines(2.3, 4, 3).mul(0.4).add(0.5);
        for (Reduction reduction : Reduction.values()) {
            GradientCheck.check(in -> LossOps.mse(in.get(0), in.get(1), reduction), List.of(x, t));
            GradientCheck.check(
                    in -> LossOps.binaryCrossEntropyWithLogits(in.get(0), in.get(1), reduction),
                    List.of(x, t));
            GradientCheck.check(
                    in -> LossOps.binaryCrossEntropy(in.get(0), in.get(1), reduction),
                    List.of(p, t));
            Tensor labels = Tensor.of(new long[] {2, 0, 1, 1});
            GradientCheck.check(
                    in -> LossOps.crossEntropy(in.get(0), labels, reduction), List.of(x));
            Tensor positions = Tensor.of(new long[] {2, 0, 1, 1, 0, 2}, 2, 3);
            GradientCheck.check(
                    in -> LossOps.crossEntropy(in.get(0), positions, reduction),
                    List.of(sines(0.1, 2, 3, 3)));
        }
    }

    @Test
    void refusesWhatDoesNotFit() {
        refuses(
                () -> LossOps.mse(Tensor.zeros(2, 3), Tensor.zeros(3)),
                "mse: prediction and target must have the same shape; got [2, 3] and [3]");
        refuses(
                () -> LossOps.mse(Tensor.zeros(3), Tensor.of(new double[] {1, 2, 3})),
                "mse: the type must be F32 or F64, the same for both; got F32 and F64. Convert with"
                        + " to(DType.F32)");
        refuses(
                () ->
                        LossOps.binaryCrossEntropy(
                                Tensor.of(new float[] {0.5f, 1.5f}),
                                Tensor.zeros(2),
                                Reduction.MEAN),
                "binaryCrossEntropy: all elements of input should be between 0 and 1; got 1.5 at"
                        + " element 1 of [2]. Apply sigmoid, or use binaryCrossEntropyWithLogits");
        refuses(
                () -> LossOps.crossEntropy(Tensor.zeros(2, 3), Tensor.of(new long[] {0, 3})),
                "crossEntropy: labels must be in [0, 3); got 3 at element 1 of [2]");
        refuses(
                () -> LossOps.crossEntropy(Tensor.zeros(2, 3), Tensor.of(new long[] {0, 1, 2})),
                "crossEntropy: logits [N, C, *] need labels [N, *]; got logits [2, 3] and labels [3]");
        refuses(
                () -> LossOps.crossEntropy(Tensor.zeros(2, 3), Tensor.zeros(2)),
                "crossEntropy: logits must be F32 or F64 and labels I64; got F32 and F32");
    }

    private static void refuses(Runnable body, String message) {
        assertThatThrownBy(body::run).isInstanceOf(ShapeException.class).hasMessage(message);
    }
}
