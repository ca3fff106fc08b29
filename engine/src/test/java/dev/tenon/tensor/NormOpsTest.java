package dev.tenon.tensor;

import static dev.tenon.kernel.Tolerances.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.Golden;
import dev.tenon.dtype.DType;
import dev.tenon.kernel.UnaryOp;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class NormOpsTest {
    private static final Golden GOLDEN = Golden.resource("norm.json");

    private static Tensor sines(Shape shape, double frequency, double phase) {
        int count = Math.toIntExact(shape.count());
        return Tensor.of(Golden.sines(count, frequency, phase, 1, 0), shape.sizes());
    }

    @TestFactory
    List<DynamicTest> agreesWithPyTorch() {
        return GOLDEN.at("cases").list().stream()
                .filter(c -> c.at("name").text().matches("(ln|gn)_.*")) // NormLayersTest has all
                .map(c -> DynamicTest.dynamicTest(c.at("name").text(), () -> golden(c)))
                .toList();
    }

    private static void golden(Golden c) {
        for (DType type : List.of(DType.F64, DType.F32)) {
            Shape shape = Shape.of(c.at("shape").ints());
            Tensor x = sines(shape, 0.37, 0).mul(1.5).add(0.3).to(type).requireGradient();
            String module = c.at("module").text();
            Shape parameters =
                    module.startsWith("GroupNorm") ? Shape.of(shape.size(1)) : normalized(module);
            boolean affine = module.contains("affine=True");
            Tensor weight = null;
            Tensor bias = null;
            if (affine) {
                weight = sines(parameters, 0.9, 0.4).mul(0.25).add(1).to(type).requireGradient();
                bias = sines(parameters, 1.1, 0.2).mul(0.1).to(type).requireGradient();
            }
            Tensor y =
                    module.startsWith("GroupNorm")
                            ? NormOps.groupNorm(x, groups(module), weight, bias, 1e-5)
                            : NormOps.layerNorm(x, parameters, weight, bias, 1e-5);
            y.backward(sines(shape, 0.23, 0.1).to(type), Autograd.Graph.KEEP);
            check(y, c.at("output"), type);
            check(x.gradient(), c.at("grad_input"), type);
            if (affine) {
                check(weight.gradient(), c.at("grad_weight"), type);
                check(bias.gradient(), c.at("grad_bias"), type);
            }
        }
    }

    private static void check(@Nullable Tensor actual, Golden expected, DType type) {
        // the sums behind a gradient have up to 108 terms of size 1
        assertClose(actual.toDoubles(), expected.doubles(), 10, type, expected.path());
    }

    private static Shape normalized(String module) {
        Matcher sizes = Pattern.compile("\\(\\(([0-9, ]*)\\)").matcher(module);
        assertThat(sizes.find()).isTrue();
        return Shape.of(
                Pattern.compile(", *")
                        .splitAsStream(sizes.group(1))
                        .mapToInt(Integer::parseInt)
                        .toArray());
    }

    private static int groups(String module) {
        Matcher groups = Pattern.compile("\\((\\d+),").matcher(module);
        assertThat(groups.find()).isTrue();
        return Integer.parseInt(groups.group(1));
    }

    @Test
    void countsTheNormalizedAxes() {
        Tensor x = sines(Shape.of(2, 3, 4), 0.37, 0);
        Tensor weight = sines(Shape.of(3, 4), 0.9, 0.4);
        assertThat(NormOps.layerNorm(x, 2, weight, null, 1e-5).toDoubles())
                .isEqualTo(NormOps.layerNorm(x, Shape.of(3, 4), weight, null, 1e-5).toDoubles());
        assertThat(NormOps.layerNorm(x, 1, null, null, 1e-5).toDoubles())
                .isEqualTo(NormOps.layerNorm(x, Shape.of(4), null, null, 1e-5).toDoubles());
    }

    @Test
    void gradientsAgreeWithFiniteDifferences() {
        Tensor x = sines(Shape.of(3, 4, 5), 1.7, 0.3);
        Tensor perElement = sines(Shape.of(4, 5), 0.9, 0.4).add(1.5);
        Tensor perChannel = sines(Shape.of(4), 0.9, 0.4).add(1.5);
        GradientCheck.check(
                in -> NormOps.layerNorm(in.get(0), 2, in.get(1), in.get(2), 1e-5),
                List.of(x, perElement, perElement));
        GradientCheck.check(
                in -> NormOps.layerNorm(in.get(0), 1, null, in.get(1), 1e-5),
                List.of(x, sines(Shape.of(5), 0.9, 0.4)));
        GradientCheck.check(
                in -> NormOps.groupNorm(in.get(0), 2, in.get(1), in.get(2), 1e-5),
                List.of(x, perChannel, perChannel));
        GradientCheck.check(in -> NormOps.groupNorm(in.get(0), 4, null, null, 1e-5), List.of(x));
    }

    @Test
    void chainsAgreeWithTheirParts() {
        Tensor x = sines(Shape.of(3, 4, 5), 1.7, 0.3);
        Tensor weight = sines(Shape.of(4), 0.9, 0.4).add(1.5);
        Tensor bias = sines(Shape.of(4), 0.3, 0.1);
        Tensor last = sines(Shape.of(5), 0.3, 0.1);
        List<@Nullable Tensor> residuals = new ArrayList<>();
        residuals.add(null);
        residuals.add(sines(x.shape(), 0.7, 0.1));
        residuals.add(sines(x.shape(), 0.7, 0.1).to(DType.F32)); // of another type
        residuals.add(sines(Shape.of(3, 4, 1), 0.7, 0.1)); // broadcast
        for (Tensor residual : residuals) {
            for (UnaryOp op : new UnaryOp[] {null, UnaryOp.SILU, UnaryOp.RELU}) {
                Finish finish = new Finish(residual, op);
                Tensor group = NormOps.groupNorm(x, 2, weight, bias, 1e-5);
                assertSame(
                        NormOps.groupNorm(x, 2, weight, bias, 1e-5, finish), finish.apply(group));
                Tensor layer = NormOps.layerNorm(x, 1, last, last, 1e-5);
                assertSame(
                        NormOps.layerNorm(x, last.shape(), last, last, 1e-5, finish),
                        finish.apply(layer));
            }
        }
    }

    private static void assertSame(Tensor actual, Tensor expected) {
        assertClose(actual.toDoubles(), expected.toDoubles(), 10, DType.F64, "chain");
    }

    @Test
    void gradientsOfChainsAgreeWithFiniteDifferences() {
        Tensor x = sines(Shape.of(3, 4, 5), 1.7, 0.3);
        Tensor residual = sines(x.shape(), 0.7, 0.1);
        Tensor weight = sines(Shape.of(4), 0.9, 0.4).add(1.5);
        Tensor last = sines(Shape.of(5), 0.9, 0.4).add(1.5);
        for (UnaryOp op : new UnaryOp[] {null, UnaryOp.SILU, UnaryOp.GELU_ERF}) {
            GradientCheck.check(
                    in -> {
                        Finish finish = new Finish(in.get(3), op);
                        return NormOps.groupNorm(x(in), 2, in.get(1), in.get(2), 1e-5, finish);
                    },
                    List.of(x, weight, weight, residual));
            GradientCheck.check(
                    in -> {
                        Finish finish = new Finish(in.get(2), op);
                        return NormOps.layerNorm(
                                x(in), last.shape(), in.get(1), null, 1e-5, finish);
                    },
                    List.of(x, last, residual));
            GradientCheck.check(
                    in -> NormOps.groupNorm(x(in), 2, null, in.get(1), 1e-5, Finish.with(op)),
                    List.of(x, weight));
            // constants beside what is differentiated
            GradientCheck.check(
                    in -> NormOps.groupNorm(x, 2, x(in), null, 1e-5, new Finish(residual, op)),
                    List.of(weight));
            GradientCheck.check(
                    in -> NormOps.groupNorm(x, 2, null, null, 1e-5, new Finish(x(in), op)),
                    List.of(residual));
        }
    }

    private static Tensor x(List<Tensor> in) {
        return in.get(0);
    }

    @Test
    void refusesActivationsWithSettings() {
        assertThatThrownBy(() -> Finish.with(UnaryOp.LEAKY_RELU))
                .isInstanceOf(TenonException.class)
                .hasMessage(
                        "finish: the activation must be an op without settings; got LEAKY_RELU."
                                + " Apply it to the result");
    }

    @Test
    void readsViews() {
        Tensor x = sines(Shape.of(2, 5, 4), 0.37, 0);
        Tensor view = x.transpose(1, 2);
        assertThat(NormOps.groupNorm(view, 2, null, null, 1e-5).toDoubles())
                .isEqualTo(NormOps.groupNorm(view.contiguous(), 2, null, null, 1e-5).toDoubles());
    }

    /// One unit in the last place of an F32 near 1e4 is 1e-3: the mean must be kept better than
    /// that.
    @Test
    void staysAccurateFarFromZero() {
        for (int count : new int[] {33, 4099, 70_001}) {
            double[] values = Golden.sines(count, 1.3, 0.2, Math.sqrt(2), 1e4);
            Tensor x = Tensor.of(values, 1, 1, count).to(DType.F32);
            double[] exact = normalized(x.toDoubles(), 1e-5);
            for (Tensor y :
                    List.of(
                            NormOps.layerNorm(x, 1, null, null, 1e-5),
                            NormOps.groupNorm(x, 1, null, null, 1e-5))) {
                double[] actual = y.toDoubles();
                for (int i = 0; i < count; i++) {
                    assertThat(Math.abs(actual[i] - exact[i]))
                            .as("element %d of %d", i, count)
                            .isLessThanOrEqualTo(1e-6 * Math.max(1, Math.abs(exact[i])));
                }
            }
        }
    }

    private static double[] normalized(double[] x, double eps) {
        double mean = 0;
        for (double value : x) {
            mean += value / x.length;
        }
        double variance = 0;
        for (double value : x) {
            variance += (value - mean) * (value - mean) / x.length;
        }
        double[] y = new double[x.length];
        for (int i = 0; i < y.length; i++) {
            y[i] = (x[i] - mean) / Math.sqrt(variance + eps);
        }
        return y;
    }

    @Test
    void acceptsWhatHasNoElements() {
        assertThat(NormOps.layerNorm(Tensor.zeros(0, 4), 1, null, null, 1e-5).shape())
                .isEqualTo(Shape.of(0, 4));
        assertThat(NormOps.groupNorm(Tensor.zeros(0, 4, 3), 2, null, null, 1e-5).shape())
                .isEqualTo(Shape.of(0, 4, 3));
    }

    @Test
    void refusesWhatPyTorchRefusesInItsWords() {
        refuses(
                () -> NormOps.layerNorm(Tensor.zeros(2, 4, 3), Shape.of(3, 4), null, null, 1e-5),
                "layerNorm: " + error("LayerNorm([3,4]), input (2,4,3)"));
        refuses(
                () -> NormOps.layerNorm(Tensor.zeros(2, 4, 3), 0, null, null, 1e-5),
                "layerNorm: " + error("LayerNorm(()) empty normalized_shape"));
        refuses(
                () -> NormOps.groupNorm(Tensor.zeros(1, 2), 2, null, null, 1e-5),
                "groupNorm: " + error("GroupNorm(2,2), input (1,2)"));
        refuses(
                () -> NormOps.groupNorm(Tensor.zeros(2, 5, 3), 2, null, null, 1e-5),
                "groupNorm: Expected number of channels in input to be divisible by num_groups, but"
                        + " got input of shape [2, 5, 3] and num_groups=2");
        assertThat(NormOps.groupNorm(Tensor.zeros(1, 4, 1, 1), 2, null, null, 1e-5).count())
                .isEqualTo(4);
    }

    private static String error(String name) {
        return GOLDEN.at("errors").named(name).at("error").text();
    }

    @Test
    void refusesWhatDoesNotFit() {
        Tensor x = Tensor.zeros(2, 6, 3);
        refuses(
                () -> NormOps.layerNorm(x, 4, null, null, 1e-5),
                "layerNorm: the input must have at least the normalized axes; got 4 axes for [2, 6, 3]");
        refuses(
                () -> NormOps.layerNorm(x, 1, Tensor.zeros(6, 3), null, 1e-5),
                "layerNorm: the weight must have the normalized axes; got [6, 3] for 1 axes");
        refuses(
                () -> NormOps.layerNorm(x, 1, Tensor.zeros(3), Tensor.zeros(6), 1e-5),
                "layerNorm: Expected bias to be of same shape as normalized_shape, but got bias of"
                        + " shape [6] and normalized_shape = [3]");
        refuses(
                () -> NormOps.groupNorm(Tensor.zeros(4), 2, null, null, 1e-5),
                "groupNorm: Expected at least 2 dimensions for input tensor but received 1; got [4]");
        refuses(
                () -> NormOps.groupNorm(x, 2, Tensor.zeros(5), null, 1e-5),
                "groupNorm: Expected weight to be a vector of size equal to the number of channels"
                        + " in input, but got weight of shape [5] and input of shape [2, 6, 3]");
        refuses(
                () -> NormOps.groupNorm(x, 2, Tensor.zeros(DType.F64, Shape.of(6)), null, 1e-5),
                "groupNorm: the type must be F32 or F64, the same for all; got input F32, weight F64."
                        + " Convert with to(DType.F32)");
    }

    private static void refuses(Runnable body, String message) {
        assertThatThrownBy(body::run).isInstanceOf(ShapeException.class).hasMessage(message);
    }
}
