package dev.tenon.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.dtype.DType;
import dev.tenon.kernel.scalar.ScalarMatmul;
import dev.tenon.tensor.Backend;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class MatmulKernelTest {
    private static final long SEED = 42;
    private final MatmulKernel fast = Backend.kernels().matmul();
    private final int threads = Parallel.threads();

    @AfterEach
    void restoreThreads() {
        Parallel.threads(threads);
    }

    /// How a matrix lies in its segment.
    private enum Order {
        ROWS,
        COLUMNS,
        ROWS_APART,
        EVERY_SECOND
    }

    private static Strided operand(
            Random random, DType type, Order order, int batch, int rows, int columns) {
        long rowStride =
                switch (order) {
                    case ROWS -> columns;
                    case COLUMNS -> 1;
                    case ROWS_APART -> columns + 3;
                    case EVERY_SECOND -> 2L * columns;
                };
        long columnStride =
                switch (order) {
                    case COLUMNS -> rows;
                    case EVERY_SECOND -> 2;
                    default -> 1;
                };
        long offset = random.nextInt(5);
        long matrix = 2L * (rows + 3) * (columns + 3);
        MemorySegment data = Arena.ofAuto().allocate(type.bytes(offset + batch * matrix), 64);
        for (long i = 0; i < offset + batch * matrix; i++) {
            type.write(data, i, random.nextDouble(-1, 1));
        }
        return new Strided(
                data,
                type,
                offset,
                new int[] {batch, rows, columns},
                new long[] {matrix, rowStride, columnStride});
    }

    private static Strided copy(Strided x) {
        MemorySegment data = Arena.ofAuto().allocate(x.data().byteSize(), 64);
        data.copyFrom(x.data());
        return new Strided(data, x.type(), x.offset(), x.sizes(), x.strides());
    }

    private static Strided repeated(Strided x, int batch) {
        int[] sizes = {batch, x.sizes()[1], x.sizes()[2]};
        return new Strided(
                x.data(),
                x.type(),
                x.offset(),
                sizes,
                new long[] {0, x.strides()[1], x.strides()[2]});
    }

    private void compare(
            DType type,
            Order left,
            Order right,
            int batch,
            int m,
            int n,
            int k,
            boolean accumulate) {
        Random random = new Random(SEED + m + 31L * n + 1009L * k);
        Strided a = operand(random, type, left, batch, m, k);
        Strided b = operand(random, type, right, batch, k, n);
        Strided c = operand(random, type, Order.ROWS_APART, batch, m, n);
        Strided expected = copy(c);
        fast.multiply(c, a, b, accumulate);
        new ScalarMatmul().multiply(expected, a, b, accumulate);
        Tolerances.assertClose(
                c.data(), // elements between the rows included: they must stay
                expected.data(),
                c.data().byteSize() / type.bytes(),
                Math.max(1, k / 8.0),
                type,
                String.format(
                        "seed %d, %s %s x %s, batch %d, m %d, n %d, k %d, accumulate %s",
                        SEED, type, left, right, batch, m, n, k, accumulate));
    }

    static Stream<int[]> sizes() {
        int[] awkward = {1, 7, 8, 31, 32, 33, 207};
        Stream<int[]> cubes =
                Stream.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 13, 31, 32, 33).map(s -> new int[] {s, s, s});
        Stream<int[]> mixed =
                Stream.of(1, 2, 3, 4, 5, 6)
                        .map(i ->
                                new int[] {awkward[i], awkward[(i * 3) % 7], awkward[(i * 5) % 7]});
        Stream<int[]> named =
                Stream.of(
                        new int[] {1, 33, 4099},
                        new int[] {3, 4099, 7},
                        new int[] {4099, 1, 8},
                        new int[] {121, 65, 257}, // one more than each block
                        new int[] {207, 33, 513},
                        new int[] {5, 6, 0});
        return Stream.of(cubes, mixed, named).flatMap(s -> s);
    }

    @ParameterizedTest
    @MethodSource("sizes")
    void agreesWithTheDefinition(int[] s) {
        for (Order left : Order.values()) {
            for (Order right : Order.values()) {
                compare(DType.F32, left, right, 1, s[0], s[1], s[2], (s[0] + s[1]) % 2 == 0);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"F32", "F64"})
    void agreesWithTheDefinitionInBatches(DType type) {
        for (boolean accumulate : new boolean[] {false, true}) {
            compare(type, Order.ROWS, Order.COLUMNS, 3, 7, 17, 9, accumulate);
            compare(type, Order.COLUMNS, Order.ROWS, 5, 33, 4, 31, accumulate);
            compare(type, Order.ROWS, Order.ROWS, 0, 3, 4, 5, accumulate);
            compare(type, Order.ROWS, Order.ROWS, 2, 0, 4, 5, accumulate);
        }
    }

    @Test
    void goesOverSeveralPiecesOfTheDepth() {
        compare(DType.F32, Order.ROWS, Order.COLUMNS, 1, 13, 17, 9001, false);
        compare(DType.F32, Order.COLUMNS, Order.ROWS, 1, 500, 9, 4100, true);
        compare(DType.F32, Order.ROWS, Order.ROWS, 1, 4, 500, 4100, true);
    }

    @Test
    void repeatsAMatrixOfStrideZero() {
        Random random = new Random(SEED);
        Strided a = operand(random, DType.F32, Order.ROWS, 4, 9, 20);
        Strided b = repeated(operand(random, DType.F32, Order.ROWS, 1, 20, 18), 4);
        Strided c = operand(random, DType.F32, Order.ROWS, 4, 9, 18);
        Strided expected = copy(c);
        fast.multiply(c, a, b, false);
        new ScalarMatmul().multiply(expected, a, b, false);
        Tolerances.assertClose(
                c.data(), expected.data(), c.data().byteSize() / 4, 3, DType.F32, "seed " + SEED);
    }

    @Test
    void givesTheSameBytesForAnyThreadCount() {
        Random random = new Random(SEED);
        for (int[] s : new int[][] {{1, 250, 190, 700}, {40, 33, 35, 65}, {3, 128, 128, 128}}) {
            Strided a = operand(random, DType.F32, Order.ROWS, s[0], s[1], s[3]);
            Strided b = operand(random, DType.F32, Order.COLUMNS, s[0], s[3], s[2]);
            Strided one = operand(random, DType.F32, Order.ROWS, s[0], s[1], s[2]);
            Strided two = copy(one);
            Parallel.threads(1);
            fast.multiply(one, a, b, false);
            Parallel.threads(2);
            fast.multiply(two, a, b, false);
            assertThat(two.data().mismatch(one.data())).isEqualTo(-1);
        }
    }

    @Test
    void aRowHasTheSameBytesWhateverIsAroundIt() {
        Random random = new Random(SEED);
        int n = 150;
        int k = 600;
        Strided a = operand(random, DType.F32, Order.ROWS, 1, 250, k);
        Strided b = operand(random, DType.F32, Order.COLUMNS, 1, k, n);
        Strided all = operand(random, DType.F32, Order.ROWS, 1, 250, n);
        fast.multiply(all, a, b, false);
        for (int[] rows :
                new int[][] {{0, 1}, {3, 4}, {119, 121}, {77, 250}, {249, 250}, {5, 19}}) {
            int count = rows[1] - rows[0];
            Strided some = operand(random, DType.F32, Order.ROWS, 1, count, n);
            Strided part =
                    new Strided(
                            a.data(),
                            DType.F32,
                            a.offset() + rows[0] * a.strides()[1],
                            new int[] {1, count, k},
                            a.strides());
            fast.multiply(some, part, b, false);
            for (int row = 0; row < count; row++) {
                assertThat(row(some, row).mismatch(row(all, rows[0] + row))).isEqualTo(-1);
            }
        }
    }

    private static MemorySegment row(Strided x, int row) {
        return x.data().asSlice(4 * (x.offset() + row * x.strides()[1]), 4L * x.sizes()[2]);
    }
}
