package dev.tenon.tensor;

import static dev.tenon.kernel.Tolerances.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.Golden;
import dev.tenon.dtype.DType;
import dev.tenon.kernel.UnaryOp;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BatchNormOpsTest {
    private static Tensor sines(Shape shape, double frequency, double phase) {
        int count = Math.toIntExact(shape.count());
        return Tensor.of(Golden.sines(count, frequency, phase, 1, 0), shape.sizes());
    }

    private static Tensor train(Tensor x, Tensor weight, Tensor bias, Finish finish) {
        return BatchNormOps.batchNorm(x, BatchNormOps.moments(x), weight, bias, 1e-5, finish);
    }

    @Test
    void gradientsAgreeWithFiniteDifferences() {
        for (Shape shape : List.of(Shape.of(6, 4), Shape.of(3, 4, 5), Shape.of(2, 4, 2, 3))) {
            Tensor x = sines(shape, 1.7, 0.3);
            Tensor weight = sines(Shape.of(4), 0.9, 0.4).add(1.5);
            Tensor bias = sines(Shape.of(4), 0.3, 0.1);
            Tensor mean = sines(Shape.of(4), 0.5, 0.2);
            Tensor variance = sines(Shape.of(4), 0.8, 0.1).add(1.5);
            Tensor residual = sines(shape, 0.7, 0.1);
            GradientCheck.check(
                    in -> BatchNormOps.batchNorm(in.get(0), in.get(1), in.get(2), 1e-5),
                    List.of(x, weight, bias));
            GradientCheck.check(
                    in -> BatchNormOps.batchNorm(in.get(0), null, null, 1e-5), List.of(x));
            for (UnaryOp op : new UnaryOp[] {null, UnaryOp.SILU}) {
                GradientCheck.check(
                        in -> train(in.get(0), in.get(1), in.get(2), new Finish(in.get(3), op)),
                        List.of(x, weight, bias, residual));
                GradientCheck.check(
                        in ->
                                BatchNormOps.batchNorm(
                                        in.get(0),
                                        mean,
                                        variance,
                                        in.get(1),
                                        in.get(2),
                                        1e-5,
                                        new Finish(in.get(3), op)),
                        List.of(x, weight, bias, residual));
            }
        }
    }

    @Test
    void gradientsOfInstanceNormAgreeWithFiniteDifferences() {
        Tensor x = sines(Shape.of(2, 3, 4), 1.7, 0.3);
        Tensor weight = sines(Shape.of(3), 0.9, 0.4).add(1.5);
        GradientCheck.check(
                in -> NormOps.instanceNorm(in.get(0), in.get(1), in.get(2), 1e-5, Finish.NONE),
                List.of(x, weight, weight));
        GradientCheck.check(
                in -> NormOps.instanceNorm(in.get(0), null, null, 1e-5, Finish.NONE), List.of(x));
    }

    @Test
    void chainsAgreeWithTheirParts() {
        Tensor x = sines(Shape.of(3, 4, 5), 1.7, 0.3);
        Tensor weight = sines(Shape.of(4), 0.9, 0.4).add(1.5);
        Tensor y = train(x, weight, weight, Finish.NONE);
        for (Tensor residual :
                List.of(
                        sines(x.shape(), 0.7, 0.1),
                        sines(x.shape(), 0.7, 0.1).to(DType.F32), // of another type
                        sines(Shape.of(3, 4, 1), 0.7, 0.1))) { // broadcast
            Finish finish = new Finish(residual, UnaryOp.RELU);
            assertClose(
                    train(x, weight, weight, finish).toDoubles(),
                    finish.apply(y).toDoubles(),
                    10,
                    DType.F64,
                    "chain");
        }
    }

    @Test
    void readsViews() {
        Tensor view = sines(Shape.of(2, 5, 4), 0.37, 0).transpose(1, 2);
        assertThat(BatchNormOps.batchNorm(view, null, null, 1e-5).toDoubles())
                .isEqualTo(BatchNormOps.batchNorm(view.contiguous(), null, null, 1e-5).toDoubles());
    }

    /// Mean 1e4, variance 1: `E[x^2] - mean^2` in F32 would have no digit of the variance left.
    @Test
    void statisticsStayAccurateFarFromZero() {
        long seed = 51;
        Random random = new Random(seed);
        int[][] shapes = {{64, 3}, {4099, 5}, {16, 3, 8, 8}, {5, 2, 207}, {2, 2, 300, 300}};
        for (int[] sizes : shapes) {
            Shape shape = Shape.of(sizes);
            double[] values =
                    random.doubles(shape.count())
                            .map(u -> 1e4 + (u - 0.5) * Math.sqrt(12))
                            .toArray();
            Tensor x = Tensor.of(values, sizes).to(DType.F32);
            ChannelMoments exact = BatchNormOps.moments(x.to(DType.F64));
            ChannelMoments actual = BatchNormOps.moments(x);
            double[] means = exact.mean().toDoubles();
            double[] variances = exact.variance().toDoubles();
            for (int c = 0; c < means.length; c++) {
                String what = "seed " + seed + ", " + shape + ", channel " + c;
                assertThat(actual.mean().toDoubles()[c] / means[c] - 1)
                        .as(what + " mean")
                        .isBetween(-1e-6, 1e-6);
                assertThat(actual.variance().toDoubles()[c] / variances[c] - 1)
                        .as(what + " variance")
                        .isBetween(-1e-6, 1e-6);
            }
            assertClose(
                    BatchNormOps.batchNorm(x, null, null, 1e-5).toDoubles(),
                    BatchNormOps.batchNorm(x.to(DType.F64), null, null, 1e-5).toDoubles(),
                    1,
                    DType.F32,
                    "seed " + seed + ", " + shape);
        }
    }

    @Test
    void aConstantChannelBecomesItsBias() {
        Tensor bias = Tensor.of(new float[] {3, -2}, 2);
        for (int[] sizes : new int[][] {{40, 2}, {3, 2, 5}, {2, 2, 16, 16}}) {
            for (double eps : new double[] {1e-5, 0}) {
                Tensor x = Tensor.full(DType.F32, Shape.of(sizes), 0.1);
                ChannelMoments moments = BatchNormOps.moments(x);
                assertThat(moments.variance().toDoubles()).containsExactly(0, 0);
                assertThat(moments.mean().toDoubles()).containsExactly(0.1f, 0.1f);
                Tensor y = BatchNormOps.batchNorm(x, moments, null, bias, eps, Finish.NONE);
                assertThat(y.transpose(0, 1).slice(0, 0, 1).toFloats()).containsOnly(3);
                assertThat(y.transpose(0, 1).slice(0, 1, 2).toFloats()).containsOnly(-2);
            }
        }
    }

    @Test
    void notANumberStaysInItsChannel() {
        for (int[] sizes : new int[][] {{40, 3}, {3, 3, 5}, {2, 3, 16, 16}}) {
            Tensor x = sines(Shape.of(sizes), 0.37, 0).to(DType.F32);
            float[] clean = BatchNormOps.batchNorm(x, null, null, 1e-5).toFloats();
            float[] values = x.toFloats();
            int inner = x.shape().count(2, x.rank());
            values[inner] = Float.NaN; // in channel 1
            for (int i = 0; i < clean.length; i++) {
                clean[i] = i / inner % 3 == 1 ? Float.NaN : clean[i];
            }
            Tensor y = BatchNormOps.batchNorm(Tensor.of(values, sizes), null, null, 1e-5);
            assertThat(y.toFloats()).isEqualTo(clean);
        }
    }

    @Test
    void runningStatisticsMayChangeBeforeTheGradient() {
        Tensor x = sines(Shape.of(3, 2), 1.7, 0.3).requireGradient();
        Tensor mean = Tensor.of(new double[] {0, 0}, 2);
        Tensor variance = Tensor.of(new double[] {1, 1}, 2);
        Tensor y = BatchNormOps.batchNorm(x, mean, variance, null, null, 0, Finish.NONE);
        variance.assign(Tensor.of(new double[] {100, 100}, 2));
        y.sum().backward();
        assertThat(x.gradient().toDoubles()).containsOnly(1);
    }

    // ---- moments of parts

    @Test
    void momentsOfPartsMergeIntoThoseOfTheWhole() {
        long seed = 52;
        Random random = new Random(seed);
        Tensor x = Tensor.of(random.doubles(11 * 3 * 4, 5, 9).toArray(), 11, 3, 4);
        ChannelMoments whole = BatchNormOps.moments(x);
        ChannelMoments merged = BatchNormOps.moments(x.slice(0, 0, 0));
        for (int[] part : new int[][] {{0, 1}, {1, 7}, {7, 7}, {7, 11}}) {
            merged = merged.merge(BatchNormOps.moments(x.slice(0, part[0], part[1])));
        }
        assertThat(merged.count()).isEqualTo(whole.count()).isEqualTo(44);
        assertClose(merged.mean().toDoubles(), whole.mean().toDoubles(), 1, DType.F64, "mean");
        assertClose(
                merged.variance().toDoubles(), whole.variance().toDoubles(), 1, DType.F64, "var");
        assertClose(
                merged.unbiasedVariance().toDoubles(),
                whole.variance().mul(44.0 / 43).toDoubles(),
                1,
                DType.F64,
                "unbiased");
    }

    @Test
    void refusesWhatDoesNotFit() {
        Tensor x = Tensor.zeros(2, 3, 4);
        ChannelMoments moments = BatchNormOps.moments(x);
        refuses(
                () -> BatchNormOps.moments(Tensor.zeros(4)),
                "batchNorm: expected at least 2D input (got 1D input)");
        refuses(
                () ->
                        BatchNormOps.batchNorm(
                                x.slice(0, 0, 1), moments, null, null, 1e-5, Finish.NONE),
                "batchNorm: the moments must be those of x; got moments of 8 elements for"
                        + " [1, 3, 4]");
        refuses(
                () -> BatchNormOps.batchNorm(x, Tensor.zeros(5), null, 1e-5),
                "batchNorm: weight should contain 3 elements not 5");
        refuses(
                () ->
                        BatchNormOps.batchNorm(
                                x, Tensor.zeros(3), null, null, null, 1e-5, Finish.NONE),
                "batchNorm: running_var must be defined in evaluation mode");
        refuses(
                () -> BatchNormOps.batchNorm(x, Tensor.zeros(DType.F64, Shape.of(3)), null, 1e-5),
                "batchNorm: the type must be F32 or F64, the same for all; got input F32, weight F64."
                        + " Convert with to(DType.F32)");
        refuses(
                () -> moments.merge(BatchNormOps.moments(Tensor.zeros(2, 5))),
                "channelMoments: both must have the same channels; got [3] and [5]");
        refuses(
                () -> new ChannelMoments(1, Tensor.zeros(2), Tensor.zeros(2)),
                "channelMoments: mean and variance must be F64 [C]; got F32 [2] and F32 [2]");
        refuses(
                () -> NormOps.instanceNorm(x, Tensor.zeros(5), null, 1e-5, Finish.NONE),
                "instanceNorm: weight should contain 6 elements not 10; got weight [5] for the 3"
                        + " channels of [2, 3, 4]");
    }

    private static void refuses(Runnable body, String message) {
        assertThatThrownBy(body::run).isInstanceOf(ShapeException.class).hasMessage(message);
    }
}
