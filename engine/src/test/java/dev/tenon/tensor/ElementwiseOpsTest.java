package dev.tenon.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.tenon.dtype.DType;
import dev.tenon.kernel.BinaryOp;
import dev.tenon.kernel.UnaryOp;
import java.util.List;
import java.util.Random;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ElementwiseOpsTest {
    private static final long SEED = 3;

    private static Tensor doubles(double... values) {
        return Tensor.of(values);
    }

    /// Random numbers from `low` to `high`, none within 0.01 of a kink at 0, -1 or 0.5.
    private static Tensor random(long seed, double low, double high, int... sizes) {
        Random random = new Random(seed);
        double[] values = new double[(int) Shape.of(sizes).count()];
        for (int i = 0; i < values.length; i++) {
            do {
                values[i] = random.nextDouble(low, high);
            } while (Math.abs(values[i]) < 0.01
                    || Math.abs(values[i] + 1) < 0.01
                    || Math.abs(values[i] - 0.5) < 0.01);
        }
        return Tensor.of(values, sizes);
    }

    // ---- one element

    private static Arguments known(
            String name, UnaryOperator<Tensor> op, double x, double y, double atMinus) {
        return Arguments.of(name, op, x, y, atMinus);
    }

    /// Values at `x` and `-x` from tables, or by hand.
    static Stream<Arguments> values() {
        UnaryOperator<Tensor> leaky = x -> ElementwiseOps.leakyRelu(x, 0.1);
        UnaryOperator<Tensor> clamp = x -> ElementwiseOps.clamp(x, -1, 0.5);
        return Stream.of(
                known("neg", ElementwiseOps::neg, 2, -2, 2),
                known("abs", ElementwiseOps::abs, 2, 2, 2),
                known("sign", ElementwiseOps::sign, 2, 1, -1),
                known("square", ElementwiseOps::square, 3, 9, 9),
                known("sqrt", ElementwiseOps::sqrt, 9, 3, Double.NaN),
                known("reciprocal", ElementwiseOps::reciprocal, 4, 0.25, -0.25),
                known("exp", ElementwiseOps::exp, 1, 2.718281828459045, 0.36787944117144233),
                known("log", ElementwiseOps::log, 10, 2.302585092994046, Double.NaN),
                known("sin", ElementwiseOps::sin, 1, 0.8414709848078965, -0.8414709848078965),
                known("cos", ElementwiseOps::cos, 1, 0.5403023058681398, 0.5403023058681398),
                known("tanh", ElementwiseOps::tanh, 1, 0.7615941559557649, -0.7615941559557649),
                known("erf", ElementwiseOps::erf, 0.5, 0.5204998778130465, -0.5204998778130465),
                known(
                        "sigmoid",
                        ElementwiseOps::sigmoid,
                        1,
                        0.7310585786300049,
                        0.2689414213699951),
                known("relu", ElementwiseOps::relu, 2, 2, 0),
                known("leakyRelu", leaky, 2, 2, -0.2),
                known("silu", ElementwiseOps::silu, 1, 0.7310585786300049, -0.2689414213699951),
                known("gelu", ElementwiseOps::gelu, 1, 0.8413447460685429, -0.15865525393145707),
                known(
                        "geluTanh",
                        ElementwiseOps::geluTanh,
                        1,
                        0.8411919906082768,
                        -0.15880800939172324),
                known("pow", x -> ElementwiseOps.pow(x, 3), 2, 8, -8),
                known("clamp", clamp, 2, 0.5, -1),
                known("add", x -> ElementwiseOps.add(x, 3), 2, 5, 1),
                known("sub", x -> ElementwiseOps.sub(x, 3), 2, -1, -5),
                known("mul", x -> ElementwiseOps.mul(x, 3), 2, 6, -6));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("values")
    void functionsHaveTheirKnownValues(
            String name, UnaryOperator<Tensor> op, double x, double y, double atMinus) {
        Tensor exact = op.apply(doubles(x, -x));
        Tensor rounded = op.apply(doubles(x, -x).to(DType.F32));
        double[] expected = {y, atMinus};
        for (int i = 0; i < 2; i++) {
            if (Double.isNaN(expected[i])) {
                assertThat(exact.at(i)).isNaN();
                assertThat(rounded.at(i)).isNaN();
            } else {
                assertThat(exact.at(i)).isCloseTo(expected[i], within(1e-14));
                assertThat(rounded.at(i)).isCloseTo(expected[i], within(5e-7));
            }
        }
        assertThat(exact.type()).isEqualTo(DType.F64);
        assertThat(rounded.type()).isEqualTo(DType.F32);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("values")
    void functionsHaveTheirGradients(
            String name, UnaryOperator<Tensor> op, double x, double y, double atMinus) {
        boolean positive = Double.isNaN(atMinus);
        Tensor at = random(SEED, positive ? 0.1 : -2, 2, 3, 5);
        GradientCheck.check(inputs -> op.apply(inputs.get(0)), List.of(at));
        GradientCheck.check(
                inputs -> op.apply(inputs.get(0).transpose(0, 1).slice(0, 1, 4)), List.of(at));
    }

    @Test
    void gradientsAtKinksAreTorchs() {
        Tensor x = doubles(0, 0, 0, 0.5, -1).requireGradient();
        Tensor relu = ElementwiseOps.relu(x).slice(0, 0, 1);
        Tensor abs = ElementwiseOps.abs(x).slice(0, 1, 2);
        Tensor leaky = ElementwiseOps.leakyRelu(x, 0.1).slice(0, 2, 3);
        Tensor clamp = ElementwiseOps.clamp(x, -1, 0.5).slice(0, 3, 5);
        relu.sum().add(abs.sum()).add(leaky.sum()).add(clamp.sum()).backward();
        assertThat(x.gradient().toDoubles()).containsExactly(0, 0, 0.1, 1, 1);
    }

    @Test
    void powOfZeroHasAFiniteGradient() {
        Tensor x = doubles(0, 0, 2).requireGradient();
        Tensor exponent = doubles(0, 2, 0).requireGradient();
        ElementwiseOps.pow(x, exponent).sum().backward();
        assertThat(x.gradient().toDoubles()).containsExactly(0, 0, 0);
        assertThat(exponent.gradient().toDoubles()).containsExactly(0, 0, Math.log(2));
        Tensor z = doubles(0, 3).requireGradient();
        ElementwiseOps.pow(z, 0).sum().backward();
        assertThat(z.gradient().toDoubles()).containsExactly(0, 0);
    }

    @Test
    void functionsTakeFloatsOnly() {
        assertThatThrownBy(() -> ElementwiseOps.leakyRelu(Tensor.of(new long[] {1, 2}, 2, 1), 0.1))
                .isInstanceOf(ShapeException.class)
                .hasMessage(
                        "leakyRelu: the type must be F32 or F64; got I64 [2, 1]. Convert with to(DType.F32)");
        assertThatThrownBy(() -> ElementwiseOps.gelu(Tensor.zeros(DType.F16, Shape.of(3))))
                .isInstanceOf(ShapeException.class)
                .hasMessage(
                        "gelu: the type must be F32 or F64; got F16 [3]. Convert with to(DType.F32)");
    }

    @Test
    void clampWantsItsBoundsInOrder() {
        assertThatThrownBy(() -> ElementwiseOps.clamp(doubles(1), 2, 1))
                .isInstanceOf(TenonException.class)
                .hasMessage("clamp: low must be at most high; got low 2.0 and high 1.0");
    }

    // ---- two operands

    static Stream<Arguments> binaries() {
        return Stream.of(
                Arguments.of("add", (BinaryOperator<Tensor>) ElementwiseOps::add),
                Arguments.of("sub", (BinaryOperator<Tensor>) ElementwiseOps::sub),
                Arguments.of("mul", (BinaryOperator<Tensor>) ElementwiseOps::mul),
                Arguments.of("div", (BinaryOperator<Tensor>) ElementwiseOps::div),
                Arguments.of("pow", (BinaryOperator<Tensor>) ElementwiseOps::pow),
                Arguments.of("maximum", (BinaryOperator<Tensor>) ElementwiseOps::maximum),
                Arguments.of("minimum", (BinaryOperator<Tensor>) ElementwiseOps::minimum));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("binaries")
    void arithmeticHasItsGradients(String name, BinaryOperator<Tensor> op) {
        int[][][] shapes = {
            {{2, 3}, {2, 3}},
            {{2, 3}, {3}},
            {{2, 3}, {}},
            {{2, 1, 4}, {3, 1}},
            {{2, 3, 2, 2}, {1, 3, 1, 1}}
        };
        for (int[][] pair : shapes) {
            Tensor a = random(SEED, 0.3, 2, pair[0]);
            Tensor b = random(SEED + 1, 0.3, 2, pair[1]);
            GradientCheck.check(x -> op.apply(x.get(0), x.get(1)), List.of(a, b));
            GradientCheck.check(x -> op.apply(x.get(1), x.get(0)), List.of(a, b));
        }
    }

    @Test
    void aTieSharesTheGradient() {
        Tensor a = doubles(1, 2, 3).requireGradient();
        Tensor b = doubles(1, 5, 2).requireGradient();
        ElementwiseOps.maximum(a, b).add(ElementwiseOps.minimum(a, b).mul(10)).sum().backward();
        assertThat(a.gradient().toDoubles()).containsExactly(5.5, 10, 1);
        assertThat(b.gradient().toDoubles()).containsExactly(5.5, 1, 10);
    }

    @Test
    void mixedTypesArePromoted() {
        Tensor whole = Tensor.of(new long[] {1, 2});
        assertThat(ElementwiseOps.add(whole, Tensor.of(new float[] {0.5f, 0.5f})).toString())
                .isEqualTo("F32 [2] [1.5, 2.5]");
        assertThat(ElementwiseOps.mul(whole, whole).toString()).isEqualTo("I64 [2] [1.0, 4.0]");
        assertThat(ElementwiseOps.div(whole, Tensor.of(new long[] {2, 4})).toString())
                .isEqualTo("F32 [2] [0.5, 0.5]");
    }

    @Test
    void shapesMustBroadcast() {
        assertThatThrownBy(() -> ElementwiseOps.add(Tensor.zeros(2, 3), Tensor.zeros(2)))
                .isInstanceOf(ShapeException.class)
                .hasMessage("add: shapes must broadcast; got [2, 3] and [2] (3 != 2)");
        assertThatThrownBy(() -> ElementwiseOps.lessEqual(Tensor.zeros(2, 3), Tensor.zeros(4, 3)))
                .isInstanceOf(ShapeException.class)
                .hasMessage("lessEqual: shapes must broadcast; got [2, 3] and [4, 3] (2 != 4)");
    }

    @Test
    void comparisonsAreBoolAndHaveNoGradient() {
        Tensor a = doubles(1, 2, 3).requireGradient();
        Tensor b = doubles(2);
        assertThat(ElementwiseOps.less(a, b).toLongs()).containsExactly(1, 0, 0);
        assertThat(ElementwiseOps.lessEqual(a, b).toLongs()).containsExactly(1, 1, 0);
        assertThat(ElementwiseOps.greater(a, b).toLongs()).containsExactly(0, 0, 1);
        Tensor equal = ElementwiseOps.equal(a, b);
        assertThat(equal.toLongs()).containsExactly(0, 1, 0);
        assertThat(equal.type()).isEqualTo(DType.BOOL);
        assertThat(equal.needsGradient()).isFalse();
    }

    @Test
    void everyBinaryOpComputesWhatItsNameSays() {
        Tensor a = doubles(2);
        Tensor b = doubles(3);
        for (BinaryOp op : BinaryOp.values()) {
            double expected =
                    switch (op) {
                        case ADD -> 5;
                        case SUB -> -1;
                        case MUL -> 6;
                        case DIV -> 2.0 / 3;
                        case POW -> 8;
                        case MAXIMUM -> 3;
                        case MINIMUM -> 2;
                        case LESS, LESS_EQUAL -> 1;
                        case EQUAL, GREATER -> 0;
                    };
            assertThat(ElementwiseOps.binary(op, a, b).item()).as(op.name()).isEqualTo(expected);
        }
    }

    // ---- choice and conversion

    @Test
    void whereChoosesAndPassesTheGradientOn() {
        Tensor condition = ElementwiseOps.greater(doubles(1, -1, 2), doubles(0));
        Tensor a = random(SEED, -1, 1, 2, 3);
        Tensor b = random(SEED + 1, -1, 1, 2, 1);
        Tensor y = ElementwiseOps.where(condition, a, b);
        assertThat(y.at(1, 0)).isEqualTo(a.at(1, 0));
        assertThat(y.at(1, 1)).isEqualTo(b.at(1, 0));
        GradientCheck.check(
                x -> ElementwiseOps.where(condition, x.get(0), x.get(1)), List.of(a, b));
    }

    @Test
    void whereWantsABoolCondition() {
        assertThatThrownBy(() -> ElementwiseOps.where(doubles(1), doubles(1), doubles(2)))
                .isInstanceOf(ShapeException.class)
                .hasMessage(
                        "where: the condition must be BOOL; got F64 [1]. Compare, or convert with"
                                + " to(DType.BOOL)");
        assertThatThrownBy(() ->
                        ElementwiseOps.where(
                                Tensor.zeros(DType.BOOL, Shape.of(3)), doubles(1, 2), doubles(2)))
                .isInstanceOf(ShapeException.class)
                .hasMessage("where: shapes must broadcast; got [2] and [3] (2 != 3)");
    }

    @Test
    void castConvertsTheGradientBack() {
        Tensor x = doubles(1.1, 2.2).requireGradient();
        Tensor y = x.to(DType.F32).mul(3).to(DType.F64).keep();
        y.sum().backward();
        assertThat(x.gradient().type()).isEqualTo(DType.F64);
        assertThat(x.gradient().toDoubles()).containsExactly(3, 3);
        assertThat(y.at(0)).isEqualTo((double) (1.1f * 3));
        assertThat(x.to(DType.I64).needsGradient()).isFalse();
        assertThat(x.to(DType.I64).toLongs()).containsExactly(1, 2);
    }

    @Test
    void copyOwnsItsMemory() {
        Tensor x = Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3);
        Tensor y = ElementwiseOps.copy(x.transpose(0, 1));
        x.assign(Tensor.zeros(2, 3));
        assertThat(y.isContiguous()).isTrue();
        assertThat(y.toFloats()).containsExactly(1, 4, 2, 5, 3, 6);
    }

    @Test
    void emptyTensorsPass() {
        Tensor x = Tensor.zeros(0, 3).requireGradient();
        Tensor y = ElementwiseOps.silu(x).mul(Tensor.ones(3));
        assertThat(y.shape()).isEqualTo(Shape.of(0, 3));
        y.sum().backward();
        assertThat(x.gradient().count()).isZero();
    }

    @Test
    void largeTensorsAgreeWithTheirPieces() {
        Tensor x = random(SEED, -4, 4, 70, 501).to(DType.F32);
        for (UnaryOp op : UnaryOp.values()) {
            Tensor all = ElementwiseOps.unary(op, x, 0.5, 1);
            Tensor row = ElementwiseOps.unary(op, x.slice(0, 69, 70), 0.5, 1);
            assertThat(row.segment().mismatch(all.slice(0, 69, 70).segment()))
                    .as("%s (seed %d)", op, SEED)
                    .isEqualTo(-1);
        }
    }
}
