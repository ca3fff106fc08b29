package dev.tenon.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.dtype.DType;
import dev.tenon.kernel.Tolerances;
import dev.tenon.kernel.UnaryOp;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MatmulOpsTest {
    private final Random random = new Random(7);

    private Tensor random(int... sizes) {
        return Tensor.of(random.doubles(Shape.of(sizes).count(), -1, 1).toArray(), sizes);
    }

    @Test
    void multipliesMatrices() {
        Tensor a = Tensor.of(new double[] {1, 2, 3, 4, 5, 6}, 2, 3);
        Tensor b = Tensor.of(new double[] {1, 0, 2, -1, 0, 3}, 3, 2);
        Tensor c = MatmulOps.matmul(a, b);
        assertThat(c.shape()).isEqualTo(Shape.of(2, 2));
        assertThat(c.toDoubles()).containsExactly(5, 7, 14, 13);
    }

    @Test
    void treatsVectorsAsNumPyDoes() {
        Tensor v = Tensor.of(new double[] {1, 2, 3});
        Tensor b = Tensor.of(new double[] {1, 0, 2, -1, 0, 3}, 3, 2);
        assertThat(MatmulOps.matmul(v, v).shape()).isEqualTo(Shape.of());
        assertThat(MatmulOps.matmul(v, v).item()).isEqualTo(14);
        assertThat(MatmulOps.matmul(v, b).shape()).isEqualTo(Shape.of(2));
        assertThat(MatmulOps.matmul(v, b).toDoubles()).containsExactly(5, 7);
        assertThat(MatmulOps.matmul(b.transpose(0, 1), v).toDoubles()).containsExactly(5, 7);
        assertThat(MatmulOps.matmul(random(4, 5, 3), v).shape()).isEqualTo(Shape.of(4, 5));
        assertThat(MatmulOps.matmul(v, random(4, 3, 5)).shape()).isEqualTo(Shape.of(4, 5));
    }

    @Test
    void broadcastsLeadingAxes() {
        Tensor a = random(2, 1, 3, 4);
        Tensor b = random(5, 4, 6);
        Tensor c = MatmulOps.matmul(a, b);
        assertThat(c.shape()).isEqualTo(Shape.of(2, 5, 3, 6));
        for (int i = 0; i < 2; i++) {
            for (int j = 0; j < 5; j++) {
                Tensor one =
                        MatmulOps.matmul(
                                a.slice(0, i, i + 1).reshape(3, 4),
                                b.slice(0, j, j + 1).reshape(4, 6));
                assertThat(c.slice(0, i, i + 1).slice(1, j, j + 1).toDoubles())
                        .containsExactly(one.toDoubles());
            }
        }
    }

    @Test
    void readsViewsInPlace() {
        Tensor a = random(4, 3);
        Tensor b = random(4, 5);
        assertThat(MatmulOps.matmul(a.transpose(0, 1), b).toDoubles())
                .containsExactly(MatmulOps.matmul(a.transpose(0, 1).contiguous(), b).toDoubles());
        Tensor heads = random(2, 6, 3, 4).permute(0, 2, 1, 3); // [2, 3, 6, 4]
        assertThat(MatmulOps.matmul(heads, heads.transpose(-1, -2)).toDoubles())
                .containsExactly(
                        MatmulOps.matmul(heads.contiguous(), heads.contiguous().transpose(-1, -2))
                                .toDoubles());
    }

    @Test
    void promotesTypes() {
        Tensor a = random(2, 3).to(DType.F32);
        assertThat(MatmulOps.matmul(a, random(3, 2)).type()).isEqualTo(DType.F64);
        assertThat(MatmulOps.matmul(a, random(3, 2).to(DType.BF16)).type()).isEqualTo(DType.F32);
    }

    @Test
    void anEmptyDepthGivesZeros() {
        Tensor c = MatmulOps.matmul(Tensor.zeros(2, 0), Tensor.zeros(0, 3));
        assertThat(c.toDoubles()).containsOnly(0).hasSize(6);
    }

    @Test
    void gradients() {
        check(random(3, 4), random(4, 2));
        check(random(4), random(4));
        check(random(4), random(4, 2));
        check(random(3, 4), random(4));
        check(random(2, 3, 4), random(4, 2));
        check(random(2, 3, 4), random(2, 4, 2));
        check(random(2, 1, 3, 4), random(3, 4, 2));
        check(random(3, 4), random(2, 4, 2));
        check(random(1, 3, 4), random(4, 2));
        GradientCheck.check(
                x -> MatmulOps.matmul(x.get(0).transpose(0, 1), x.get(1).transpose(1, 2)),
                List.of(random(4, 3), random(2, 2, 4)));
    }

    private static void check(Tensor a, Tensor b) {
        GradientCheck.check(x -> MatmulOps.matmul(x.get(0), x.get(1)), List.of(a, b));
    }

    @Test
    void gradientsOfLinear() {
        for (Tensor x : List.of(random(3, 4), random(4), random(2, 3, 4))) {
            GradientCheck.check(
                    t -> MatmulOps.linear(t.get(0), t.get(1), t.get(2)),
                    List.of(x, random(5, 4), random(5)));
            GradientCheck.check(
                    t -> MatmulOps.linear(t.get(0), t.get(1), null), List.of(x, random(5, 4)));
        }
    }

    @Test
    void linearIsAProductAndASum() {
        Tensor x = random(2, 3, 4);
        Tensor weight = random(5, 4);
        Tensor bias = random(5);
        Tensor y = MatmulOps.linear(x, weight, bias);
        Tensor expected = MatmulOps.matmul(x, weight.transpose(0, 1)).add(bias);
        assertThat(y.shape()).isEqualTo(Shape.of(2, 3, 5));
        Tolerances.assertClose(y.toDoubles(), expected.toDoubles(), 1, DType.F64, "linear");
    }

    @Test
    void anActivationInTheStoreChangesNoBit() {
        for (Tensor x :
                List.of(random(2, 3, 40), random(700, 40))) { // few rows, and a large result
            Tensor weight = random(411, 40);
            Tensor bias = random(411);
            for (UnaryOp op : new UnaryOp[] {UnaryOp.RELU, UnaryOp.GELU_ERF, UnaryOp.TANH}) {
                for (DType type : new DType[] {DType.F32, DType.F64}) {
                    Tensor u = x.to(type);
                    Tensor w = weight.to(type);
                    Tensor b = bias.to(type);
                    Tensor apart = ElementwiseOps.unary(op, MatmulOps.linear(u, w, b), 0, 0);
                    Tensor together = MatmulOps.linear(u, w, b, op);
                    assertThat(together.toDoubles())
                            .as("%s %s", op, type)
                            .isEqualTo(apart.toDoubles());
                }
            }
        }
    }

    @Test
    void gradientsOfLinearWithActivation() {
        for (UnaryOp op : new UnaryOp[] {UnaryOp.RELU, UnaryOp.SILU}) {
            for (Tensor x : List.of(random(3, 4), random(4), random(2, 3, 4))) {
                GradientCheck.check(
                        t -> MatmulOps.linear(t.get(0), t.get(1), t.get(2), op),
                        List.of(x, random(5, 4), random(5)));
                GradientCheck.check(
                        t -> MatmulOps.linear(t.get(0), t.get(1), null, op),
                        List.of(x, random(5, 4)));
            }
        }
    }

    @Test
    void refusesSizesThatDoNotFit() {
        assertThatThrownBy(() -> MatmulOps.matmul(Tensor.zeros(2, 3, 64), Tensor.zeros(32, 128)))
                .isInstanceOf(ShapeException.class)
                .hasMessage(
                        "matmul: a's last size must equal b's second-to-last; got a [2, 3, 64] and b [32, 128]"
                                + " (64 != 32)");
        assertThatThrownBy(() -> MatmulOps.matmul(Tensor.zeros(2, 3), Tensor.zeros(2)))
                .hasMessage(
                        "matmul: a's last size must equal b's only; got a [2, 3] and b [2] (3 != 2)");
        assertThatThrownBy(() -> MatmulOps.matmul(Tensor.scalar(DType.F32, 1), Tensor.zeros(2)))
                .hasMessage(
                        "matmul: operands must have at least one axis; got a [] and b [2]. Multiply by a scalar"
                                + " with mul");
        assertThatThrownBy(() -> MatmulOps.matmul(Tensor.zeros(2, 3, 4), Tensor.zeros(3, 4, 5)))
                .hasMessage("matmul: shapes must broadcast; got [2] and [3] (2 != 3)");
    }

    @Test
    void refusesTypesWithoutArithmetic() {
        Tensor a = Tensor.zeros(DType.I64, Shape.of(2, 3));
        assertThatThrownBy(() -> MatmulOps.matmul(a, a.transpose(0, 1)))
                .hasMessage(
                        "matmul: the type must be F32 or F64; got I64 [2, 3] and I64 [3, 2]. Convert with"
                                + " to(DType.F32)");
    }

    @Test
    void linearRefusesWhatDoesNotFit() {
        assertThatThrownBy(() -> MatmulOps.linear(Tensor.zeros(2, 3), Tensor.zeros(4, 5), null))
                .hasMessage(
                        "linear: weight must be [out, in] with x's last size as in; got x [2, 3] and weight [4,"
                                + " 5]");
        assertThatThrownBy(() ->
                        MatmulOps.linear(Tensor.zeros(2, 3), Tensor.zeros(4, 3), Tensor.zeros(3)))
                .hasMessage(
                        "linear: bias must have one element per row of weight; got bias [3] and weight [4, 3]");
        assertThatThrownBy(() -> MatmulOps.linear(random(2, 3), Tensor.zeros(4, 3), null))
                .hasMessage(
                        "linear: x, weight and bias must have one type; got F64, F32 and no bias");
    }
}
