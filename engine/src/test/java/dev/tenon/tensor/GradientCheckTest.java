package dev.tenon.tensor;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.dtype.DType;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class GradientCheckTest {
    @Test
    void acceptsARightGradient() {
        Tensor a = Tensor.of(new double[] {1, -2, 3, 4, 5, 6}, 2, 3);
        Tensor b = Tensor.of(new double[] {0.5, 2, -1});
        GradientCheck.check(x -> x.get(0).mul(x.get(1)), List.of(a, b));
        GradientCheck.check(x -> x.get(0).mul(x.get(0)).sum(), List.of(a));
    }

    @Test
    void refusesAWrongGradient() {
        Tensor a = Tensor.of(new double[] {1, -2, 3});
        assertThatThrownBy(() -> GradientCheck.check(x -> tripled(x.get(0)), List.of(a)))
                .isInstanceOf(AssertionError.class)
                .hasMessageMatching(
                        "gradient of input 0 \\[3], element 0 at 1\\.0+: autograd [-0-9.]+, central"
                                + " difference [-0-9.]+ \\(seed 20251103\\)");
    }

    /// Three times `x`, with a gradient that says twice.
    private static Tensor tripled(Tensor x) {
        Tensor y = Autograd.noGrad(() -> x.mul(3));
        return Autograd.record(Tensor.of(y.toDoubles(), y.shape().sizes()), new Tripled(x));
    }

    private record Tripled(Tensor x) implements Op {
        @Override
        public List<Tensor> inputs() {
            return List.of(x);
        }

        @Override
        public @Nullable Tensor[] gradient(Tensor dy) {
            return new Tensor[] {dy.mul(2)};
        }
    }

    @Test
    void wantsF64() {
        assertThatThrownBy(() ->
                        GradientCheck.check(
                                x -> x.get(0), List.of(Tensor.zeros(DType.F32, Shape.of(1)))))
                .hasMessage("inputs must be F64; got F32");
    }
}
