package dev.tenon.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.dtype.DType;
import dev.tenon.kernel.scalar.ScalarReduce;
import dev.tenon.tensor.Backend;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class ReduceKernelTest {
    private static final long SEED = 11;
    private final ReduceKernel fast = Backend.kernels().reduce();
    private final ReduceKernel definition = new ScalarReduce();
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
            type.write(data, i, random.nextGaussian() * 2 + 0.5);
        }
        return data;
    }

    static Stream<Arguments> sizes() {
        Stream.Builder<Arguments> sizes = Stream.builder();
        for (int size : new int[] {1, 7, 8, 31, 32, 33, 207, 4099}) {
            sizes.add(Arguments.of(1, size, 1));
            sizes.add(Arguments.of(13, size, 1));
            sizes.add(Arguments.of(3, size, 5));
            sizes.add(Arguments.of(1, size, 33));
        }
        return sizes.add(Arguments.of(1, 100_003, 1))
                .add(Arguments.of(2, 40_001, 1))
                .add(Arguments.of(1, 3001, 64))
                .add(Arguments.of(2, 70, 2100))
                .add(Arguments.of(500, 10, 1))
                .add(Arguments.of(4, 3, 300))
                .add(Arguments.of(0, 3, 2))
                .add(Arguments.of(3, 4, 0))
                .build();
    }

    /// A kernel that reduces to `[outer, inner]`.
    private interface Reduction {
        void run(ReduceKernel kernel, MemorySegment y, MemorySegment x, DType type);
    }

    private void check(
            int outer, int size, int inner, double scale, Reduction reduction, String what) {
        for (DType type : new DType[] {DType.F32, DType.F64}) {
            MemorySegment x = random(new Random(SEED), type, (long) outer * size * inner);
            long count = (long) outer * inner;
            MemorySegment y = allocate(type, count);
            MemorySegment expected = allocate(type, count);
            reduction.run(fast, y, x, type);
            reduction.run(definition, expected, x, type);
            String named =
                    what + " of " + outer + ", " + size + ", " + inner + " (seed " + SEED + ")";
            Tolerances.assertClose(y, expected, count, scale, type, named);
        }
    }

    @ParameterizedTest
    @MethodSource("sizes")
    void sumsAgreeWithTheDefinition(int outer, int size, int inner) {
        double root = Math.sqrt(size);
        check(outer, size, inner, root, (k, y, x, t) -> k.sum(y, x, outer, size, inner, t), "sum");
        check(outer, size, inner, 1, (k, y, x, t) -> k.mean(y, x, outer, size, inner, t), "mean");
        check(
                outer,
                size,
                inner,
                1,
                (k, y, x, t) -> k.variance(y, x, outer, size, inner, 1, t),
                "variance");
        check(
                outer,
                size,
                inner,
                1,
                (k, y, x, t) -> k.variance(y, x, outer, size, inner, 0, t),
                "population variance");
    }

    @Test
    void noElementsSumToZeroAndHaveNoMean() {
        for (int inner : new int[] {1, 3}) {
            MemorySegment x = allocate(DType.F32, 0);
            MemorySegment y = allocate(DType.F32, 2L * inner);
            y.fill((byte) 1);
            fast.sum(y, x, 2, 0, inner, DType.F32);
            assertThat(DType.F32.read(y, 2L * inner - 1)).isZero();
            fast.mean(y, x, 2, 0, inner, DType.F32);
            assertThat(DType.F32.read(y, 2L * inner - 1)).isNaN();
        }
    }

    @Test
    void varianceSurvivesALargeMean() {
        int size = 10_000;
        MemorySegment x = allocate(DType.F32, size);
        Random random = new Random(SEED);
        for (int i = 0; i < size; i++) {
            DType.F32.write(x, i, 4096 + random.nextGaussian());
        }
        MemorySegment y = allocate(DType.F32, 1);
        MemorySegment expected = allocate(DType.F32, 1);
        fast.variance(y, x, 1, size, 1, 1, DType.F32);
        definition.variance(expected, x, 1, size, 1, 1, DType.F32);
        Tolerances.assertClose(
                y, expected, 1, 1, DType.F32, "variance about 4096 (seed " + SEED + ")");
    }

    @ParameterizedTest
    @MethodSource("sizes")
    void sumOfSquaresAgreesWithTheDefinition(int outer, int size, int inner) {
        long count = (long) outer * size * inner;
        for (DType type : new DType[] {DType.F32, DType.F64}) {
            MemorySegment x = random(new Random(SEED), type, count);
            double expected = definition.sumOfSquares(x, count, type);
            double actual = fast.sumOfSquares(x, count, type);
            Tolerances.assertClose(actual, expected, 1, DType.F64, "squares of " + count);
        }
    }

    @Test
    void sumOfSquaresDoesNotOverflow() {
        MemorySegment x = allocate(DType.F32, 1000);
        for (int i = 0; i < 1000; i++) {
            DType.F32.write(x, i, 1e30);
        }
        double expected = definition.sumOfSquares(x, 1000, DType.F32);
        double actual = fast.sumOfSquares(x, 1000, DType.F32);
        assertThat(expected).isBetween(1e62, 1e64);
        Tolerances.assertClose(actual, expected, 1, DType.F64, "squares of 1e30");
    }

    // ---- extremes

    @ParameterizedTest
    @MethodSource("sizes")
    void extremesAreTheDefinition(int outer, int size, int inner) {
        for (DType type : new DType[] {DType.F32, DType.F64}) {
            for (boolean largest : new boolean[] {true, false}) {
                MemorySegment x = random(new Random(SEED), type, (long) outer * size * inner);
                sameExtremes(x, outer, size, inner, largest, type);
            }
        }
    }

    private void sameExtremes(
            MemorySegment x, int outer, int size, int inner, boolean largest, DType type) {
        long count = (long) outer * inner;
        MemorySegment y = allocate(type, count);
        MemorySegment index = allocate(DType.I64, count);
        MemorySegment expected = allocate(type, count);
        MemorySegment expectedIndex = allocate(DType.I64, count);
        fast.extreme(y, index, x, outer, size, inner, largest, type);
        definition.extreme(expected, expectedIndex, x, outer, size, inner, largest, type);
        assertThat(index.mismatch(expectedIndex)).as("index (seed %d)", SEED).isEqualTo(-1);
        for (long i = 0; i < count; i++) {
            assertThat(Double.compare(type.read(y, i), type.read(expected, i))).isZero();
        }
        MemorySegment dx = allocate(type, (long) outer * size * inner);
        MemorySegment expectedDx = allocate(type, (long) outer * size * inner);
        dx.fill((byte) 1);
        MemorySegment dy = random(new Random(SEED + 1), type, count);
        fast.extremeGradient(dx, dy, index, outer, size, inner, type);
        definition.extremeGradient(expectedDx, dy, index, outer, size, inner, type);
        assertThat(dx.mismatch(expectedDx)).as("gradient (seed %d)", SEED).isEqualTo(-1);
    }

    @Test
    void extremesTakeTheFirstOfEqualOnesAndNanBeforeAll() {
        Random random = new Random(SEED);
        double[] values = {
            Double.NaN, 0.0, -0.0, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 1
        };
        for (int round = 0; round < 500; round++) {
            int size = 1 + random.nextInt(40);
            int kinds = 1 + random.nextInt(values.length - 1); // no NaN where it begins at 1
            MemorySegment x = allocate(DType.F32, size);
            int first = random.nextInt(2);
            for (int i = 0; i < size; i++) {
                DType.F32.write(
                        x, i, values[Math.min(first + random.nextInt(kinds), values.length - 1)]);
            }
            sameExtremes(x, 1, size, 1, random.nextBoolean(), DType.F32);
        }
    }

    // ---- softmax

    @ParameterizedTest
    @MethodSource("sizes")
    void softmaxAgreesWithTheDefinition(int outer, int size, int inner) {
        long count = (long) outer * size * inner;
        for (DType type : new DType[] {DType.F32, DType.F64}) {
            for (boolean log : new boolean[] {true, false}) {
                MemorySegment x = random(new Random(SEED), type, count);
                MemorySegment dy = random(new Random(SEED + 1), type, count);
                MemorySegment y = allocate(type, count);
                MemorySegment expected = allocate(type, count);
                String what = (log ? "logSoftmax" : "softmax") + " (seed " + SEED + ")";
                fast.softmax(y, x, outer, size, inner, log, type);
                definition.softmax(expected, x, outer, size, inner, log, type);
                Tolerances.assertClose(y, expected, count, 1, type, what);
                MemorySegment dx = allocate(type, count);
                MemorySegment expectedDx = allocate(type, count);
                fast.softmaxGradient(dx, dy, y, outer, size, inner, log, type);
                definition.softmaxGradient(expectedDx, dy, y, outer, size, inner, log, type);
                // dy is up to 9; the sum of its terms is taken once to F32
                double scale = log ? 10 * Math.sqrt(size) : 10;
                Tolerances.assertClose(dx, expectedDx, count, scale, type, what + "'");
            }
        }
    }

    @Test
    void softmaxTakesExtremesAsTheDefinition() {
        double[][] rows = {
            {1e30, 0, -1e30, 5},
            {Double.NEGATIVE_INFINITY, 0, 1, Double.NEGATIVE_INFINITY},
            {Double.POSITIVE_INFINITY, 0, 1, 2},
            {Double.NaN, 0, 1, 2},
            {-1000, -1001, -1002, -2000},
            {
                Double.NEGATIVE_INFINITY,
                Double.NEGATIVE_INFINITY,
                Double.NEGATIVE_INFINITY,
                Double.NEGATIVE_INFINITY
            }
        };
        for (double[] row : rows) {
            for (int size : new int[] {4, 12, 36}) {
                MemorySegment x = allocate(DType.F32, size);
                for (int i = 0; i < size; i++) {
                    DType.F32.write(x, i, row[i % 4]);
                }
                for (boolean log : new boolean[] {true, false}) {
                    MemorySegment y = allocate(DType.F32, size);
                    MemorySegment expected = allocate(DType.F32, size);
                    fast.softmax(y, x, 1, size, 1, log, DType.F32);
                    definition.softmax(expected, x, 1, size, 1, log, DType.F32);
                    Tolerances.assertClose(y, expected, size, 1, DType.F32, "softmax of " + row[0]);
                }
            }
        }
    }

    // ---- order

    enum Kind {
        SUM,
        MEAN,
        VARIANCE,
        SOFTMAX,
        LOG_SOFTMAX;

        void run(
                ReduceKernel kernel,
                MemorySegment y,
                MemorySegment x,
                int outer,
                int size,
                int inner) {
            switch (this) {
                case SUM -> kernel.sum(y, x, outer, size, inner, DType.F32);
                case MEAN -> kernel.mean(y, x, outer, size, inner, DType.F32);
                case VARIANCE -> kernel.variance(y, x, outer, size, inner, 1, DType.F32);
                case SOFTMAX -> kernel.softmax(y, x, outer, size, inner, false, DType.F32);
                case LOG_SOFTMAX -> kernel.softmax(y, x, outer, size, inner, true, DType.F32);
            }
        }

        int results(int size) {
            return this == SOFTMAX || this == LOG_SOFTMAX ? size : 1;
        }
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void neitherThreadsNorTheBatchChangeABit(Kind kind) {
        for (int[] sizes : new int[][] {{7, 50_001, 1}, {9, 33, 1}, {5, 1001, 48}, {300, 10, 1}}) {
            int outer = sizes[0];
            int size = sizes[1];
            int inner = sizes[2];
            long row = (long) size * inner;
            long result = (long) kind.results(size) * inner;
            MemorySegment x = random(new Random(SEED), DType.F32, outer * row);
            MemorySegment one = allocate(DType.F32, outer * result);
            MemorySegment three = allocate(DType.F32, outer * result);
            Parallel.threads(1);
            kind.run(fast, one, x, outer, size, inner);
            Parallel.threads(3);
            kind.run(fast, three, x, outer, size, inner);
            assertThat(one.mismatch(three)).as("threads (seed %d)", SEED).isEqualTo(-1);
            MemorySegment last = allocate(DType.F32, result);
            kind.run(fast, last, x.asSlice((outer - 1) * row * 4, row * 4), 1, size, inner);
            assertThat(last.mismatch(one.asSlice((outer - 1) * result * 4, result * 4)))
                    .as("batch (seed %d)", SEED)
                    .isEqualTo(-1);
        }
    }

    @Test
    void sumsHaveTheSameBitsHotAndCold() {
        MemorySegment x = random(new Random(SEED), DType.F32, 40_000);
        MemorySegment first = allocate(DType.F32, 1);
        MemorySegment again = allocate(DType.F32, 1);
        fast.sum(first, x, 1, 40_000, 1, DType.F32);
        double squares = fast.sumOfSquares(x, 40_000, DType.F32);
        for (int i = 0; i < 2000; i++) {
            fast.sum(again, x, 1, 40_000, 1, DType.F32);
            assertThat(again.mismatch(first)).isEqualTo(-1);
            assertThat(fast.sumOfSquares(x, 40_000, DType.F32)).isEqualTo(squares);
        }
    }

    /// Arrays stand for all memory that is not plain native memory, such as a mapped file. A
    /// million sums of three took 8 KB of working memory each.
    @Test
    void manyShortSumsNeedLittleRoom() {
        int outer = 1_200_000;
        int size = 3;
        MemorySegment x = allocate(DType.F32, 2L * size * outer);
        for (long i = 0; i < 2L * size * outer; i++) {
            DType.F32.write(x, i, i % 1000);
        }
        MemorySegment y = allocate(DType.F32, 2L * outer);
        fast.sum(y, x, outer, size, 2, DType.F32);
        for (long i = 0; i < 2L * outer; i++) {
            long first = i / 2 * 2 * size + i % 2;
            double sum = first % 1000 + (first + 2) % 1000 + (first + 4) % 1000;
            assertThat(DType.F32.read(y, i)).as("sum %s", i).isEqualTo(sum);
        }
    }

    @Test
    void takesMemoryOfAnyKind() {
        MemorySegment x = random(new Random(SEED), DType.F32, 3 * 207);
        MemorySegment array = MemorySegment.ofArray(new float[3 * 207]).copyFrom(x);
        for (Kind kind : Kind.values()) {
            int count = 3 * kind.results(207);
            MemorySegment y = MemorySegment.ofArray(new float[count]);
            MemorySegment expected = allocate(DType.F32, count);
            kind.run(fast, y, array, 3, 207, 1);
            kind.run(definition, expected, x, 3, 207, 1);
            Tolerances.assertClose(
                    y, expected, count, 15, DType.F32, kind + " (seed " + SEED + ")");
        }
        assertThat(fast.sumOfSquares(array, 621, DType.F32))
                .isEqualTo(definition.sumOfSquares(array, 621, DType.F32));
    }
}
