package dev.tenon.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.tenon.dtype.DType;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ReduceOpsTest {
    private static final long SEED = 5;

    /// Random numbers that are at least 0.01 apart, so that no extreme changes within a difference.
    private static Tensor random(int... sizes) {
        Random random = new Random(SEED);
        int count = (int) Shape.of(sizes).count();
        List<Integer> ranks = new java.util.ArrayList<>();
        for (int i = 0; i < count; i++) {
            ranks.add(i);
        }
        java.util.Collections.shuffle(ranks, random);
        double[] values = new double[count];
        for (int i = 0; i < count; i++) {
            values[i] = (ranks.get(i) - count / 2.0) * 0.1 + random.nextDouble(0.05);
        }
        return Tensor.of(values, sizes);
    }

    /// An op along an axis, with or without keeping it.
    private interface Along {
        Tensor apply(Tensor x, int axis, boolean keep);
    }

    static Stream<Arguments> reductions() {
        return Stream.of(
                Arguments.of("sum", (Along) ReduceOps::sum),
                Arguments.of("mean", (Along) ReduceOps::mean),
                Arguments.of("max", (Along) ReduceOps::max),
                Arguments.of("min", (Along) ReduceOps::min),
                Arguments.of(
                        "variance",
                        (Along) (x, axis, keep) -> ReduceOps.variance(x, axis, keep, 1)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("reductions")
    void reductionsHaveTheirGradients(String name, Object op) {
        Along along = (Along) op;
        for (int axis = -3; axis < 3; axis++) {
            int at = axis;
            GradientCheck.check(x -> along.apply(x.get(0), at, true), List.of(random(2, 4, 3)));
            GradientCheck.check(x -> along.apply(x.get(0), at, false), List.of(random(2, 4, 3)));
        }
        GradientCheck.check(
                x -> along.apply(x.get(0).transpose(0, 1), 1, false), List.of(random(4, 3)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("reductions")
    void reductionsDropOrKeepTheirAxis(String name, Object op) {
        Along along = (Along) op;
        Tensor x = random(2, 4, 3);
        assertThat(along.apply(x, 1, true).shape()).isEqualTo(Shape.of(2, 1, 3));
        assertThat(along.apply(x, -2, false).shape()).isEqualTo(Shape.of(2, 3));
        assertThat(along.apply(x, 1, false).toDoubles())
                .isEqualTo(along.apply(x, 1, true).toDoubles());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("reductions")
    void reductionsRefuseWhatTheyCannotTake(String name, Object op) {
        Along along = (Along) op;
        assertThatThrownBy(() -> along.apply(random(2, 3), 2, false))
                .isInstanceOf(ShapeException.class)
                .hasMessage(name + ": axis must be in [-2, 2); got 2 for [2, 3]");
        assertThatThrownBy(() -> along.apply(Tensor.of(new long[] {1, 2}), 0, false))
                .isInstanceOf(ShapeException.class)
                .hasMessage(
                        name
                                + ": the type must be F32 or F64; got I64 [2]. Convert with to(DType.F32)");
    }

    @Test
    void reductionsHaveKnownValues() {
        Tensor x = Tensor.of(new double[] {1, 2, 4, 8, 16, 32}, 2, 3);
        assertThat(ReduceOps.sum(x).item()).isEqualTo(63);
        assertThat(ReduceOps.mean(x).item()).isEqualTo(10.5);
        assertThat(ReduceOps.sum(x, 0, false).toDoubles()).containsExactly(9, 18, 36);
        assertThat(ReduceOps.mean(x, 1, false).toDoubles()).containsExactly(7 / 3.0, 56 / 3.0);
        assertThat(ReduceOps.max(x, 0, false).toDoubles()).containsExactly(8, 16, 32);
        assertThat(ReduceOps.min(x, 1, false).toDoubles()).containsExactly(1, 8);
        assertThat(ReduceOps.argmax(x, 1).toLongs()).containsExactly(2, 2);
        assertThat(ReduceOps.argmax(x, 0).shape()).isEqualTo(Shape.of(3));
        assertThat(ReduceOps.variance(x, 1, false, 1).toDoubles())
                .containsExactly(new double[] {7 / 3.0, 448 / 3.0}, within(1e-12));
        assertThat(ReduceOps.variance(x, 1, false, 0).toDoubles())
                .containsExactly(new double[] {14 / 9.0, 896 / 9.0}, within(1e-12));
    }

    @Test
    void theWholeTensorHasItsGradient() {
        GradientCheck.check(x -> ReduceOps.sum(x.get(0)), List.of(random(2, 3)));
        GradientCheck.check(x -> ReduceOps.mean(x.get(0).transpose(0, 1)), List.of(random(2, 3)));
        GradientCheck.check(x -> ReduceOps.sum(x.get(0)), List.of(random()));
    }

    @Test
    void theFirstOfEqualExtremesGetsTheGradient() {
        Tensor x = Tensor.of(new double[] {3, 7, 7, 1, 1, 7}, 2, 3).requireGradient();
        ReduceOps.max(x, 1, false).sum().add(ReduceOps.min(x, 0, false).sum().mul(10)).backward();
        assertThat(x.gradient().toDoubles()).containsExactly(0, 1, 10, 10, 10, 1);
    }

    @Test
    void extremesOfAnEmptyAxisAreRefused() {
        assertThatThrownBy(() -> ReduceOps.max(Tensor.zeros(2, 0), 1, false))
                .isInstanceOf(ShapeException.class)
                .hasMessage("max: the axis must not be empty; got axis 1 of [2, 0]");
        assertThatThrownBy(() -> ReduceOps.argmax(Tensor.zeros(0, 3), 0))
                .isInstanceOf(ShapeException.class)
                .hasMessage("argmax: the axis must not be empty; got axis 0 of [0, 3]");
        assertThat(ReduceOps.max(Tensor.zeros(2, 0), 0, false).shape()).isEqualTo(Shape.of(0));
    }

    @Test
    void sumsOfNothing() {
        assertThat(ReduceOps.sum(Tensor.zeros(0, 3)).item()).isZero();
        assertThat(ReduceOps.sum(Tensor.zeros(0, 3), 0, false).toFloats()).containsExactly(0, 0, 0);
        assertThat(ReduceOps.mean(Tensor.zeros(0)).item()).isNaN();
    }

    // ---- softmax

    @Test
    void softmaxHasItsGradientAlongEveryAxis() {
        for (int axis = -3; axis < 3; axis++) {
            int at = axis;
            GradientCheck.check(x -> ReduceOps.softmax(x.get(0), at), List.of(random(2, 4, 3)));
            GradientCheck.check(x -> ReduceOps.logSoftmax(x.get(0), at), List.of(random(2, 4, 3)));
        }
        GradientCheck.check(
                x -> ReduceOps.softmax(x.get(0).transpose(0, 1), -1), List.of(random(4, 3)));
    }

    @Test
    void softmaxHasKnownValuesAndSumsToOne() {
        Tensor x = Tensor.of(new double[] {0, Math.log(2), Math.log(5), 1000, 1000, 1000}, 2, 3);
        for (DType type : new DType[] {DType.F64, DType.F32}) {
            Tensor p = ReduceOps.softmax(x.to(type), 1);
            double[] expected = {1 / 8.0, 2 / 8.0, 5 / 8.0, 1 / 3.0, 1 / 3.0, 1 / 3.0};
            assertThat(p.toDoubles()).containsExactly(expected, within(2e-7));
            Tensor log = ReduceOps.logSoftmax(x.to(type), 1);
            for (int i = 0; i < 6; i++) {
                assertThat(log.toDoubles()[i]).isCloseTo(Math.log(expected[i]), within(5e-7));
            }
        }
        assertThatThrownBy(() -> ReduceOps.logSoftmax(x, 2))
                .isInstanceOf(ShapeException.class)
                .hasMessage("logSoftmax: axis must be in [-2, 2); got 2 for [2, 3]");
    }

    // ---- sumTo, norm

    @Test
    void sumToUndoesBroadcasting() {
        Tensor x = random(2, 3, 4, 5);
        int[][] targets = {
            {}, {1}, {5}, {4, 1}, {1, 3, 1, 1}, {3, 1, 5}, {2, 1, 4, 1}, {1, 1, 1, 5}, {2, 3, 4, 5}
        };
        for (int[] target : targets) {
            Tensor y = ReduceOps.sumTo(x, Shape.of(target));
            assertThat(y.shape()).isEqualTo(Shape.of(target));
            // the inner product with any z is that of x with z broadcast
            Tensor z = random(target);
            double direct = x.mul(z).sum().item();
            assertThat(y.mul(z).sum().item()).isCloseTo(direct, within(1e-9));
            GradientCheck.check(v -> ReduceOps.sumTo(v.get(0), Shape.of(target)), List.of(x));
        }
        assertThat(ReduceOps.sumTo(Tensor.zeros(0, 3), Shape.of(1, 3)).toFloats())
                .containsExactly(0, 0, 0);
    }

    @Test
    void sumToWantsAShapeThatBroadcasts() {
        assertThatThrownBy(() -> ReduceOps.sumTo(Tensor.zeros(3), Shape.of(2, 3)))
                .isInstanceOf(ShapeException.class)
                .hasMessage("sumTo: the shape must broadcast to that of x; got [2, 3] and x [3]");
        assertThatThrownBy(() -> ReduceOps.sumTo(Tensor.zeros(1, 3), Shape.of(2, 3)))
                .isInstanceOf(ShapeException.class)
                .hasMessage(
                        "sumTo: the shape must broadcast to that of x; got [2, 3] and x [1, 3]");
    }

    @Test
    void normIsThatOfAllTensorsTogether() {
        List<Tensor> tensors =
                List.of(
                        Tensor.of(new float[] {3, 4}),
                        Tensor.of(new double[] {12, 0, 0, 84}, 2, 2).transpose(0, 1));
        assertThat(ReduceOps.norm(tensors)).isCloseTo(85, within(1e-12));
        assertThat(ReduceOps.norm(List.of())).isZero();
        assertThatThrownBy(() -> ReduceOps.norm(List.of(Tensor.of(new long[] {1}))))
                .isInstanceOf(ShapeException.class)
                .hasMessage(
                        "norm: the type must be F32 or F64; got I64 [1]. Convert with to(DType.F32)");
    }

    @Test
    void sumsOfManyFloatsKeepTheirPrecision() {
        Tensor x = Tensor.full(DType.F32, Shape.of(3, 1_000_003), 0.1);
        double term = 0.1f;
        assertThat(ReduceOps.sum(x).item()).isCloseTo(3 * 1_000_003 * term, within(0.1));
        assertThat(ReduceOps.mean(x).item()).isCloseTo(term, within(1e-8));
        assertThat(ReduceOps.sum(x.reshape(1_000_003, 3), 0, false).at(2))
                .isCloseTo(1_000_003 * term, within(0.01));
    }
}
