package dev.tenon.tensor;

import static dev.tenon.kernel.Tolerances.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.Golden;
import dev.tenon.dtype.DType;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class RmsNormOpsTest {
    private static Tensor sines(Shape shape, double frequency, double phase) {
        int count = Math.toIntExact(shape.count());
        return Tensor.of(Golden.sines(count, frequency, phase, 1, 0), shape.sizes());
    }

    @Test
    void gradientsAgreeWithFiniteDifferences() {
        Tensor x = sines(Shape.of(3, 4, 5), 1.7, 0.3);
        Tensor weight = sines(Shape.of(4, 5), 0.9, 0.4).add(1.5);
        GradientCheck.check(
                in -> RmsNormOps.rmsNorm(in.get(0), weight.shape(), in.get(1), 1e-6),
                List.of(x, weight));
        GradientCheck.check(
                in -> RmsNormOps.rmsNorm(in.get(0), Shape.of(5), null, 1e-6), List.of(x));
    }

    @Test
    void defaultEpsIsThatOfTheType() {
        assertThat(RmsNormOps.defaultEps(DType.F64)).isEqualTo(2.220446049250313e-16);
        assertThat(RmsNormOps.defaultEps(DType.F32)).isEqualTo(1.1920928955078125e-07);
    }

    @Test
    void zerosStayZerosAndNotANumberStaysInItsRow() {
        Tensor zeros = RmsNormOps.rmsNorm(Tensor.zeros(2, 100), Shape.of(100), null, 1e-6);
        assertThat(zeros.toFloats()).containsOnly(0);
        float[] values = sines(Shape.of(3, 100), 0.37, 0).to(DType.F32).toFloats();
        float[] clean = norm(values);
        values[150] = Float.NaN;
        Arrays.fill(clean, 100, 200, Float.NaN);
        assertThat(norm(values)).isEqualTo(clean);
    }

    private static float[] norm(float[] values) {
        return RmsNormOps.rmsNorm(Tensor.of(values, 3, 100), Shape.of(100), null, 1e-6).toFloats();
    }

    @Test
    void readsViewsAndWhatHasNoElements() {
        Tensor view = sines(Shape.of(5, 4), 0.37, 0).transpose(0, 1);
        assertClose(
                RmsNormOps.rmsNorm(view, Shape.of(5), null, 1e-6).toDoubles(),
                RmsNormOps.rmsNorm(view.contiguous(), Shape.of(5), null, 1e-6).toDoubles(),
                0,
                DType.F64,
                "view");
        assertThat(RmsNormOps.rmsNorm(Tensor.zeros(0, 4), Shape.of(4), null, 1e-6).shape())
                .isEqualTo(Shape.of(0, 4));
    }

    @Test
    void refusesWhatDoesNotFit() {
        assertThatThrownBy(() ->
                        RmsNormOps.rmsNorm(Tensor.zeros(2, 3), Shape.of(3), Tensor.zeros(4), 1e-6))
                .isInstanceOf(ShapeException.class)
                .hasMessage(
                        "rmsNorm: Expected weight to be of same shape as normalized_shape, but got"
                                + " weight of shape [4] and normalized_shape = [3]");
    }
}
