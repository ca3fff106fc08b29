package dev.tenon.tensor;

import static dev.tenon.kernel.Tolerances.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.Golden;
import dev.tenon.dtype.DType;
import java.util.List;
import org.junit.jupiter.api.Test;

class ResampleOpsTest {
    private static Tensor sines(double frequency, double phase, int... sizes) {
        int count = (int) Shape.of(sizes).count();
        return Tensor.of(Golden.sines(count, frequency, phase, 1, 0), sizes);
    }

    private static Tensor apply(Golden golden, Tensor x) {
        int[] out = golden.has("out") ? golden.at("out").ints() : new int[2];
        return switch (golden.at("op").text()) {
            case "maxPool2d" ->
                    ResampleOps.maxPool2d(
                            x, golden.at("kernel").integer(), golden.at("stride").integer());
            case "avgPool2d" ->
                    ResampleOps.avgPool2d(
                            x, golden.at("kernel").integer(), golden.at("stride").integer());
            case "upsampleNearest" -> ResampleOps.upsampleNearest(x, out[0], out[1]);
            case "upsampleBilinear" ->
                    ResampleOps.upsampleBilinear(
                            x, out[0], out[1], golden.at("align_corners").truth());
            default -> throw new IllegalArgumentException(golden.path());
        };
    }

    @Test
    void agreesWithPyTorchForwardAndBackward() {
        for (Golden golden : Golden.resource("resample.json").at("cases").list()) {
            for (DType type : List.of(DType.F64, DType.F32)) {
                Tensor x = sines(0.37, 0, golden.at("shape").ints()).to(type).requireGradient();
                Tensor y = apply(golden, x);
                assertThat(y.shape()).isEqualTo(Shape.of(golden.at("y_shape").ints()));
                String what = golden.path() + " " + type;
                assertClose(y.toDoubles(), golden.at("y").doubles(), 1, type, what);
                Tensor dy = sines(0.91, 0.4, y.shape().sizes()).to(type);
                y.backward(dy, Autograd.Graph.FREE);
                assertClose(x.gradient().toDoubles(), golden.at("dx").doubles(), 4, type, what);
            }
        }
    }

    @Test
    void doublesAnImageAsTheUNetOfTheReference() {
        Golden golden =
                Golden.shared("diffusion.json")
                        .at("cases")
                        .at("upsample_bilinear_align_corners_x2");
        Tensor x = sines(0.37, 0, 1, 2, 3, 3);
        double[] expected = golden.at("output").doubles();
        assertClose(
                ResampleOps.upsampleBilinear(x, 6, 6, true).toDoubles(),
                expected,
                1,
                DType.F64,
                golden.path());
        assertClose(
                ResampleOps.upsampleBilinear(x.to(DType.F32), 6, 6, true).toDoubles(),
                expected,
                1,
                DType.F32,
                golden.path());
    }

    @Test
    void gradientsAgreeWithDifferences() {
        List<Tensor> x = List.of(sines(1.37, 0.1, 2, 2, 5, 6));
        GradientCheck.check(in -> ResampleOps.maxPool2d(in.get(0), 2, 2), x);
        GradientCheck.check(in -> ResampleOps.maxPool2d(in.get(0), 3, 1), x);
        GradientCheck.check(in -> ResampleOps.avgPool2d(in.get(0), 3, 2), x);
        GradientCheck.check(in -> ResampleOps.upsampleNearest(in.get(0), 7, 12), x);
        GradientCheck.check(in -> ResampleOps.upsampleBilinear(in.get(0), 10, 9, true), x);
        GradientCheck.check(in -> ResampleOps.upsampleBilinear(in.get(0), 10, 9, false), x);
        GradientCheck.check(in -> ResampleOps.upsampleBilinear(in.get(0), 3, 2, false), x);
    }

    @Test
    void theGradientOfEqualMaximaGoesToTheFirst() {
        Tensor x = Tensor.of(new double[] {1, 2, 2, 2}, 1, 2, 2).requireGradient();
        ResampleOps.maxPool2d(x, 2, 2).sum().backward();
        assertThat(x.gradient().toDoubles()).containsExactly(0, 1, 0, 0);
    }

    @Test
    void takesViews() {
        Tensor x = sines(0.37, 0, 4, 6, 2);
        Tensor view = x.permute(2, 0, 1);
        assertThat(ResampleOps.avgPool2d(view, 2, 2).toDoubles())
                .containsExactly(ResampleOps.avgPool2d(view.contiguous(), 2, 2).toDoubles());
    }

    @Test
    void refusesWhatDoesNotFit() {
        Tensor x = Tensor.zeros(2, 3, 4, 5);
        assertThatThrownBy(() -> ResampleOps.maxPool2d(x, 5, 2))
                .isInstanceOf(ShapeException.class)
                .hasMessage(
                        "maxPool2d: kernel must be in [1, min(H, W)] and stride at least 1; got kernel 5,"
                                + " stride 2 for [2, 3, 4, 5]");
        assertThatThrownBy(() -> ResampleOps.avgPool2d(x, 2, 0))
                .hasMessage(
                        "avgPool2d: kernel must be in [1, min(H, W)] and stride at least 1; got kernel 2,"
                                + " stride 0 for [2, 3, 4, 5]");
        assertThatThrownBy(() -> ResampleOps.upsampleNearest(x, 0, 8))
                .hasMessage(
                        "upsampleNearest: all sizes must be at least 1; got [2, 3, 4, 5] to 0 x 8");
        assertThatThrownBy(() -> ResampleOps.upsampleBilinear(Tensor.zeros(3), 4, 4, true))
                .hasMessage(
                        "upsampleBilinear: x must be F32 or F64 with axes [..., H, W]; got F32 [3]");
    }
}
