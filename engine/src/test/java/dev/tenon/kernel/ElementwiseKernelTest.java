package dev.tenon.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.dtype.DType;
import dev.tenon.kernel.scalar.Erf;
import dev.tenon.kernel.scalar.ScalarElementwise;
import dev.tenon.tensor.Backend;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class ElementwiseKernelTest {
    private static final long SEED = 7;
    private static final int[] SIZES = {1, 7, 8, 31, 32, 33, 207, 4099, 40_000};
    private static final float[] SPECIAL = {
        Float.NaN,
        Float.POSITIVE_INFINITY,
        Float.NEGATIVE_INFINITY,
        0f,
        -0f,
        1e-40f,
        -1e-40f,
        3e38f,
        -3e38f,
        100f,
        -100f,
        1f,
        -1f,
        0.3f,
        1e10f,
        -1e10f,
        88.7f,
        -88f,
        5f,
        -5f,
        20f,
        -20f,
        1e-20f
    };
    private final ElementwiseKernel fast = Backend.kernels().elementwise();
    private final ElementwiseKernel definition = new ScalarElementwise();
    private final int threads = Parallel.threads();

    @AfterEach
    void restoreThreads() {
        Parallel.threads(threads);
    }

    private static MemorySegment allocate(DType type, long count) {
        return Arena.ofAuto().allocate(type.bytes(count), 64);
    }

    private static MemorySegment random(Random random, DType type, long count) {
        MemorySegment data = allocate(type, count);
        for (long i = 0; i < count; i++) {
            double value = random.nextGaussian() * 3;
            type.write(data, i, type.isFloating() ? value : random.nextInt(-100, 100));
        }
        return data;
    }

    private static MemorySegment special(DType type) {
        MemorySegment data = allocate(type, SPECIAL.length);
        for (int i = 0; i < SPECIAL.length; i++) {
            type.write(data, i, SPECIAL[i]);
        }
        return data;
    }

    private static String seed(Object what) {
        return what + " (seed " + SEED + ")";
    }

    private static double setting(UnaryOp op) {
        return op == UnaryOp.CLAMP ? -1.5 : op == UnaryOp.POW ? 3 : 0.3;
    }

    @ParameterizedTest
    @EnumSource(UnaryOp.class)
    void unaryAgreesWithTheDefinition(UnaryOp op) {
        for (DType type : new DType[] {DType.F32, DType.F64}) {
            Random random = new Random(SEED);
            for (int count : SIZES) {
                checkUnary(op, random(random, type, count), count, type, seed(op + " of " + count));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(UnaryOp.class)
    void unaryAgreesWithTheDefinitionAtTheEdges(UnaryOp op) {
        checkUnary(op, special(DType.F32), SPECIAL.length, DType.F32, op + " at an edge");
    }

    private void checkUnary(UnaryOp op, MemorySegment x, int count, DType type, String what) {
        MemorySegment y = allocate(type, count);
        MemorySegment expected = allocate(type, count);
        fast.unary(y, x, count, op, setting(op), 0.7, type);
        definition.unary(expected, x, count, op, setting(op), 0.7, type);
        Tolerances.assertClose(y, expected, count, 1, type, what);
    }

    @ParameterizedTest
    @EnumSource(UnaryOp.class)
    void unaryGradientAgreesWithTheDefinition(UnaryOp op) {
        for (DType type : new DType[] {DType.F32, DType.F64}) {
            Random random = new Random(SEED);
            for (int count : SIZES) {
                MemorySegment x = random(random, type, count);
                checkGradient(
                        op,
                        x,
                        random(random, type, count),
                        count,
                        type,
                        seed(op + "' of " + count));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(UnaryOp.class)
    void unaryGradientAgreesWithTheDefinitionAtTheEdges(UnaryOp op) {
        MemorySegment dy = random(new Random(SEED), DType.F32, SPECIAL.length);
        checkGradient(
                op, special(DType.F32), dy, SPECIAL.length, DType.F32, seed(op + "' at an edge"));
    }

    private void checkGradient(
            UnaryOp op, MemorySegment x, MemorySegment dy, int count, DType type, String what) {
        MemorySegment dx = allocate(type, count);
        MemorySegment expected = allocate(type, count);
        fast.unaryGradient(dx, dy, x, count, op, setting(op), 0.7, type);
        definition.unaryGradient(expected, dy, x, count, op, setting(op), 0.7, type);
        Tolerances.assertClose(dx, expected, count, 10, type, what); // dy is up to 10
    }

    static Stream<Arguments> functions() {
        return Stream.of(
                Arguments.of(UnaryOp.EXP, 1.02, 0.0, (DoubleUnaryOperator) Math::exp),
                Arguments.of(UnaryOp.LOG, 0.9, 0.0, (DoubleUnaryOperator) Math::log),
                Arguments.of(UnaryOp.TANH, 2.6, 0.0, (DoubleUnaryOperator) Math::tanh),
                Arguments.of(
                        UnaryOp.SIGMOID,
                        2.4,
                        0.0,
                        (DoubleUnaryOperator) x -> 1 / (1 + Math.exp(-x))),
                Arguments.of(UnaryOp.ERF, 1.6, 0.0, (DoubleUnaryOperator) Erf::erf),
                Arguments.of(
                        UnaryOp.SILU,
                        3.0,
                        1e-43,
                        (DoubleUnaryOperator) x -> x / (1 + Math.exp(-x))));
    }

    /// Every 2003rd float of all 2^32, which meets every exponent thousands of times. What is tiny
    /// is allowed besides: silu multiplies a denormal sigmoid, which has fewer bits.
    @ParameterizedTest
    @MethodSource("functions")
    void functionsKeepTheirStatedError(
            UnaryOp op, double ulps, double tiny, DoubleUnaryOperator exact) {
        int count = (int) ((1L << 32) / 2003);
        MemorySegment x = allocate(DType.F32, count);
        for (int i = 0; i < count; i++) {
            DType.I32.writeLong(x, i, i * 2003L);
        }
        MemorySegment y = allocate(DType.F32, count);
        fast.unary(y, x, count, op, 0, 0, DType.F32);
        for (int i = 0; i < count; i++) {
            float at = (float) DType.F32.read(x, i);
            double expected = exact.applyAsDouble(at);
            float actual = (float) DType.F32.read(y, i);
            float rounded = (float) expected;
            boolean right =
                    (Float.isNaN(rounded) || Float.isInfinite(rounded))
                            ? Float.compare(actual, rounded) == 0
                            : Math.abs(actual - expected) <= ulps * Math.ulp(rounded) + tiny;
            if (!right && !(Float.isNaN(expected(at, op)) && Float.isNaN(actual))) {
                assertThat(actual).as("%s(%s)", op, at).isEqualTo(rounded);
            }
        }
    }

    /// The normal distribution's tail, without the cancellation that `1 + erf` has in F32.
    @Test
    void geluKeepsItsStatedErrorInItsTail() {
        int count = 1_000_003;
        MemorySegment x = allocate(DType.F32, count);
        for (int i = 0; i < count; i++) {
            DType.F32.write(x, i, -5.0 * i / count);
        }
        MemorySegment y = allocate(DType.F32, count);
        fast.unary(y, x, count, UnaryOp.GELU_ERF, 0, 0, DType.F32);
        for (int i = 0; i < count; i++) {
            double at = DType.F32.read(x, i);
            double exact = ScalarElementwise.apply(UnaryOp.GELU_ERF, at, 0, 0);
            double error = Math.abs(DType.F32.read(y, i) - exact) / Math.ulp((float) exact);
            assertThat(error).as("ulps of gelu(%s)", at).isLessThanOrEqualTo(10);
        }
    }

    private static float expected(float x, UnaryOp op) {
        return (float) ScalarElementwise.apply(op, x, 0, 0);
    }

    @ParameterizedTest
    @EnumSource(UnaryOp.class)
    void anElementGetsTheSameBitsWhereverItStands(UnaryOp op) {
        int count = 20_011;
        MemorySegment x = random(new Random(SEED), DType.F32, count);
        MemorySegment dy = random(new Random(SEED + 1), DType.F32, count);
        MemorySegment y = allocate(DType.F32, count);
        MemorySegment dx = allocate(DType.F32, count);
        fast.unary(y, x, count, op, setting(op), 0.7, DType.F32);
        fast.unaryGradient(dx, dy, x, count, op, setting(op), 0.7, DType.F32);
        for (int from = 0; from < count; from += 2497) {
            int some = Math.min(1 + from % 5, count - from);
            MemorySegment alone = allocate(DType.F32, some);
            fast.unary(
                    alone, x.asSlice(from * 4L, some * 4L), some, op, setting(op), 0.7, DType.F32);
            assertThat(alone.mismatch(y.asSlice(from * 4L, some * 4L))).as(seed(op)).isEqualTo(-1);
            fast.unaryGradient(
                    alone,
                    dy.asSlice(from * 4L, some * 4L),
                    x.asSlice(from * 4L, some * 4L),
                    some,
                    op,
                    setting(op),
                    0.7,
                    DType.F32);
            assertThat(alone.mismatch(dx.asSlice(from * 4L, some * 4L))).as(seed(op)).isEqualTo(-1);
        }
    }

    @Test
    void unaryWorksInPlace() {
        int count = 4099;
        MemorySegment x = random(new Random(SEED), DType.F32, count);
        MemorySegment y = allocate(DType.F32, count);
        fast.unary(y, x, count, UnaryOp.GELU_ERF, 0, 0, DType.F32);
        fast.unary(x, x, count, UnaryOp.GELU_ERF, 0, 0, DType.F32);
        assertThat(x.mismatch(y)).isEqualTo(-1);
    }

    @ParameterizedTest
    @EnumSource(UnaryOp.class)
    void threadsChangeNoBit(UnaryOp op) {
        int count = 100_003;
        MemorySegment x = random(new Random(SEED), DType.F32, count);
        MemorySegment one = allocate(DType.F32, count);
        MemorySegment three = allocate(DType.F32, count);
        Parallel.threads(1);
        fast.unary(one, x, count, op, setting(op), 0.7, DType.F32);
        Parallel.threads(3);
        fast.unary(three, x, count, op, setting(op), 0.7, DType.F32);
        assertThat(one.mismatch(three)).as(seed(op)).isEqualTo(-1);
    }

    // ---- two operands

    /// A random operand; a stride of -1 in `strides` stands for that of a contiguous operand.
    private static Strided operand(Random random, DType type, int[] sizes, long[] strides) {
        long[] steps = strides.clone();
        long last = 0;
        long expected = 1;
        for (int axis = sizes.length - 1; axis >= 0; axis--) {
            steps[axis] = strides[axis] == -1 ? expected : strides[axis];
            expected *= sizes[axis];
            last += (sizes[axis] - 1) * steps[axis];
        }
        long offset = random.nextInt(4);
        return new Strided(random(random, type, offset + last + 1), type, offset, sizes, steps);
    }

    private static long[] contiguous(int rank) {
        long[] strides = new long[rank];
        Arrays.fill(strides, -1);
        return strides;
    }

    static Stream<Arguments> layouts() {
        return Stream.of(
                Arguments.of("scalar", sizes(), strides(), strides()),
                Arguments.of(
                        "contiguous", sizes(7, 5, 31), strides(-1, -1, -1), strides(-1, -1, -1)),
                Arguments.of("long", sizes(50_001), strides(1), strides(1)),
                Arguments.of("scalar with long", sizes(50_001), strides(0), strides(1)),
                Arguments.of("row", sizes(61, 33), strides(-1, -1), strides(0, 1)),
                Arguments.of("column", sizes(61, 33), strides(-1, -1), strides(1, 0)),
                Arguments.of(
                        "per channel",
                        sizes(3, 5, 7, 9),
                        strides(-1, -1, -1, -1),
                        strides(0, 1, 0, 0)),
                Arguments.of(
                        "channel first",
                        sizes(3, 5, 64, 9),
                        strides(0, 1, 0, 0),
                        strides(-1, -1, -1, -1)),
                Arguments.of("outer product", sizes(37, 41), strides(0, 1), strides(1, 0)),
                Arguments.of("both repeated", sizes(4, 37), strides(1, 0), strides(1, 0)),
                Arguments.of("transposed", sizes(37, 41), strides(1, 37), strides(-1, -1)),
                Arguments.of("every second", sizes(207), strides(2), strides(1)),
                Arguments.of("slice", sizes(33, 17), strides(40, 1), strides(-1, -1)),
                Arguments.of(
                        "size 1 axes",
                        sizes(1, 33, 1, 17),
                        strides(9, 17, 5, 1),
                        strides(0, 1, 0, 0)),
                Arguments.of("empty", sizes(3, 0, 2), strides(0, 2, 1), strides(0, 2, 1)));
    }

    private static int[] sizes(int... sizes) {
        return sizes;
    }

    private static long[] strides(long... strides) {
        return strides;
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("layouts")
    void binaryIsTheDefinitionToTheBit(String name, int[] sizes, long[] aStrides, long[] bStrides) {
        for (DType type : new DType[] {DType.F32, DType.F64, DType.I64, DType.I32}) {
            for (BinaryOp op : BinaryOp.values()) {
                if (!type.isFloating() && (op == BinaryOp.DIV || op == BinaryOp.POW)) {
                    continue; // division by zero
                }
                Random random = new Random(SEED);
                Strided a = operand(random, type, sizes, aStrides);
                Strided b = operand(random, type, sizes, bStrides);
                DType result = op.isComparison() ? DType.BOOL : type;
                Strided y = operand(random, result, sizes, contiguous(sizes.length));
                Strided expected = operand(random, result, sizes, contiguous(sizes.length));
                fast.binary(y, a, b, op);
                definition.binary(expected, a, b, op);
                assertThat(y.segment().mismatch(expected.segment()))
                        .as(seed(name + " " + op + " " + type))
                        .isEqualTo(-1);
            }
        }
    }

    @Test
    void binaryKeepsNanAndSignedZeros() {
        int[] sizes = {SPECIAL.length, SPECIAL.length};
        Strided a = new Strided(special(DType.F32), DType.F32, 0, sizes, strides(1, 0));
        Strided b = new Strided(special(DType.F32), DType.F32, 0, sizes, strides(0, 1));
        for (BinaryOp op : BinaryOp.values()) {
            DType result = op.isComparison() ? DType.BOOL : DType.F32;
            long count = a.count();
            Strided y =
                    new Strided(
                            allocate(result, count), result, 0, sizes, strides(SPECIAL.length, 1));
            Strided expected =
                    new Strided(
                            allocate(result, count), result, 0, sizes, strides(SPECIAL.length, 1));
            fast.binary(y, a, b, op);
            definition.binary(expected, a, b, op);
            for (long i = 0; i < count; i++) {
                double u = result.read(y.data(), i);
                double v = result.read(expected.data(), i);
                assertThat(Double.compare(u, v)).as("%s, pair %d: %s, %s", op, i, u, v).isZero();
            }
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("layouts")
    void whereIsTheDefinition(String name, int[] sizes, long[] aStrides, long[] bStrides) {
        for (DType type : new DType[] {DType.F32, DType.F64}) {
            Random random = new Random(SEED);
            Strided condition = operand(random, DType.BOOL, sizes, bStrides);
            for (long i = 0; i < condition.data().byteSize(); i++) {
                DType.BOOL.writeLong(condition.data(), i, random.nextInt(2));
            }
            Strided a = operand(random, type, sizes, aStrides);
            Strided b = operand(random, type, sizes, bStrides);
            Strided y = operand(random, type, sizes, contiguous(sizes.length));
            Strided expected = operand(random, type, sizes, contiguous(sizes.length));
            fast.where(y, condition, a, b);
            definition.where(expected, condition, a, b);
            assertThat(y.segment().mismatch(expected.segment())).as(seed(name)).isEqualTo(-1);
        }
    }

    // ---- copies

    static Stream<Arguments> copies() {
        return Stream.of(
                Arguments.of("long", sizes(300_001), strides(1), strides(1)),
                Arguments.of("transpose", sizes(67, 131), strides(-1, -1), strides(1, 67)),
                Arguments.of(
                        "transposes", sizes(3, 33, 35), strides(-1, -1, -1), strides(1155, 1, 33)),
                Arguments.of("rotated", sizes(5, 33, 17), strides(-1, -1, -1), strides(1, 85, 5)),
                Arguments.of(
                        "heads",
                        sizes(2, 4, 9, 8),
                        strides(-1, -1, -1, -1),
                        strides(288, 8, 32, 1)),
                Arguments.of("narrow", sizes(200, 3), strides(-1, -1), strides(1, 200)),
                Arguments.of("repeated", sizes(9, 33), strides(-1, -1), strides(1, 0)),
                Arguments.of("into a slice", sizes(9, 33), strides(50, 1), strides(-1, -1)),
                Arguments.of("into a transpose", sizes(9, 33), strides(1, 9), strides(-1, -1)),
                Arguments.of("every third", sizes(33), strides(3), strides(2)),
                Arguments.of("scalar", sizes(), strides(), strides()),
                Arguments.of("empty", sizes(0, 3), strides(3, 1), strides(3, 1)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("copies")
    void copyIsTheDefinition(String name, int[] sizes, long[] yStrides, long[] xStrides) {
        for (DType to : DType.values()) {
            for (DType from : DType.values()) {
                if (sizes.length == 1 && sizes[0] > 1000 && to != from) {
                    continue; // the short ones convert
                }
                Random random = new Random(SEED);
                Strided x = operand(random, from, sizes, xStrides);
                Strided y = operand(random, to, sizes, yStrides);
                MemorySegment before = allocate(to, y.data().byteSize() / to.bytes());
                before.copyFrom(y.data());
                Strided expected = new Strided(before, to, y.offset(), sizes, y.strides());
                fast.copy(y, x);
                definition.copy(expected, x);
                assertThat(y.data().mismatch(expected.data()))
                        .as(seed(name + " " + from + " to " + to))
                        .isEqualTo(-1);
            }
        }
    }

    @Test
    void conversionsKeepNanInfinityAndDenormals() {
        for (DType type : new DType[] {DType.F16, DType.BF16, DType.F64}) {
            int[] sizes = {SPECIAL.length};
            Strided x = new Strided(special(DType.F32), DType.F32, 0, sizes, strides(1));
            Strided there = new Strided(allocate(type, SPECIAL.length), type, 0, sizes, strides(1));
            fast.copy(there, x);
            Strided back =
                    new Strided(
                            allocate(DType.F32, SPECIAL.length), DType.F32, 0, sizes, strides(1));
            fast.copy(back, there);
            for (int i = 0; i < SPECIAL.length; i++) {
                double expected = type.read(there.data(), i);
                assertThat(DType.F32.read(back.data(), i))
                        .isEqualTo(Double.valueOf((float) expected));
            }
        }
    }

    /// Arrays stand for all memory that is not plain native memory, such as a mapped file.
    @Test
    void takesMemoryOfAnyKind() {
        int count = 207;
        MemorySegment x = random(new Random(SEED), DType.F32, count);
        MemorySegment array = MemorySegment.ofArray(new float[count]).copyFrom(x);
        MemorySegment expected = allocate(DType.F32, count);
        int[] sizes = {count};
        for (UnaryOp op : new UnaryOp[] {UnaryOp.EXP, UnaryOp.GELU_ERF, UnaryOp.MUL}) {
            MemorySegment y = MemorySegment.ofArray(new float[count]);
            fast.unary(y, array, count, op, 0.3, 0, DType.F32);
            definition.unary(expected, x, count, op, 0.3, 0, DType.F32);
            Tolerances.assertClose(y, expected, count, 1, DType.F32, seed(op));
            fast.unaryGradient(y, array, array, count, op, 0.3, 0, DType.F32);
            definition.unaryGradient(expected, x, x, count, op, 0.3, 0, DType.F32);
            Tolerances.assertClose(y, expected, count, 10, DType.F32, seed(op + "'"));
        }
        Strided a = new Strided(array, DType.F32, 0, sizes, strides(1));
        Strided y =
                new Strided(
                        MemorySegment.ofArray(new float[count]), DType.F32, 0, sizes, strides(1));
        fast.binary(y, a, a, BinaryOp.ADD);
        definition.binary(
                new Strided(expected, DType.F32, 0, sizes, strides(1)), a, a, BinaryOp.ADD);
        assertThat(y.data().mismatch(expected)).isEqualTo(-1);
        fast.copy(y, a);
        assertThat(y.data().mismatch(x)).isEqualTo(-1);
    }
}
