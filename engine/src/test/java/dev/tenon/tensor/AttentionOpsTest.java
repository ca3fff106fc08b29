package dev.tenon.tensor;

import static dev.tenon.kernel.Tolerances.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.Golden;
import dev.tenon.dtype.DType;
import java.util.List;
import org.junit.jupiter.api.Test;

class AttentionOpsTest {
    private static Tensor sines(double phase, int... sizes) {
        Shape shape = Shape.of(sizes);
        return Tensor.of(Golden.sines((int) shape.count(), 1.37, phase, 1, 0), sizes);
    }

    /// Worked by hand: scores 0 and log 3 weigh the values 1 : 3.
    @Test
    void weighsValuesByTheSoftmaxOfTheScores() {
        Tensor q = Tensor.of(new double[] {2}, 1, 1);
        Tensor k = Tensor.of(new double[] {0, Math.log(3)}, 2, 1);
        Tensor v = Tensor.of(new double[] {4, 8, 0, 20}, 2, 2);
        double[] y = AttentionOps.attention(q, k, v, 0.5).toDoubles();
        assertClose(y, new double[] {1, 17}, 1, DType.F64, "y");
    }

    @Test
    void doesNotOverflow() {
        Tensor q = Tensor.of(new float[] {1000}, 1, 1);
        Tensor k = Tensor.of(new float[] {1000, -1000, 999.9f}, 3, 1);
        Tensor v = Tensor.of(new float[] {1, 2, 3}, 3, 1);
        assertThat(AttentionOps.attention(q, k, v, 1).toDoubles()).containsExactly(1);
    }

    @Test
    void gradientsAgreeWithFiniteDifferences() {
        GradientCheck.check(
                in -> AttentionOps.attention(in.get(0), in.get(1), in.get(2), 0.6),
                List.of(sines(0, 2, 2, 3, 4), sines(1, 2, 2, 5, 4), sines(2, 2, 2, 5, 3)));
        GradientCheck.check( // one tensor in all three roles
                in -> AttentionOps.attention(in.get(0), in.get(0), in.get(0), 0.6),
                List.of(sines(0, 4, 3)));
    }

    @Test
    void readsHeadsThatAreViews() {
        Tensor x = sines(0, 2, 5, 12);
        Tensor heads = x.reshape(2, 5, 3, 4).transpose(1, 2);
        assertThat(AttentionOps.attention(heads, heads, heads, 0.5).toDoubles())
                .isEqualTo(
                        AttentionOps.attention(
                                        heads.contiguous(),
                                        heads.contiguous(),
                                        heads.contiguous(),
                                        0.5)
                                .toDoubles());
    }

    @Test
    void refusesWhatDoesNotFit() {
        Tensor q = Tensor.zeros(2, 3, 4);
        refuses(
                q,
                Tensor.zeros(2, 5, 3),
                Tensor.zeros(2, 5, 4),
                "attention: q [*, N, D], k [*, M, D] and v [*, M, E] must agree in *, in D and in M >="
                        + " 1; got q [2, 3, 4], k [2, 5, 3], v [2, 5, 4]");
        refuses(
                q,
                Tensor.zeros(1, 5, 4),
                Tensor.zeros(1, 5, 4),
                "attention: q [*, N, D], k [*, M, D] and v [*, M, E] must agree in *, in D and in M >="
                        + " 1; got q [2, 3, 4], k [1, 5, 4], v [1, 5, 4]");
        refuses(
                Tensor.zeros(4),
                Tensor.zeros(4),
                Tensor.zeros(4),
                "attention: q [*, N, D], k [*, M, D] and v [*, M, E] must agree in *, in D and in M >="
                        + " 1; got q [4], k [4], v [4]");
        refuses(
                q,
                q.to(DType.F64),
                q,
                "attention: the type must be F32 or F64, the same for all; got q F32, k F64, v F32."
                        + " Convert with to(DType.F32)");
    }

    private static void refuses(Tensor q, Tensor k, Tensor v, String message) {
        assertThatThrownBy(() -> AttentionOps.attention(q, k, v, 1))
                .isInstanceOf(ShapeException.class)
                .hasMessage(message);
    }
}
