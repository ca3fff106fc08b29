package dev.tenon.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.dtype.DType;
import dev.tenon.kernel.scalar.ScalarMatmul;
import dev.tenon.tensor.Backend;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.DoubleStream;
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
    enum Order {
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

    /// Sizes around tiles (6 or 14 rows, 16 or 32 columns), blocks (256 depths) and the bounds
    /// between ways to multiply (8 rows, 256 columns, 2^18 elements of the right operand).
    static Stream<int[]> edges() {
        Stream<int[]> tiles =
                Stream.of(6, 7, 12, 13, 14, 15, 28, 29, 43)
                        .flatMap(m ->
                                Stream.of(15, 16, 17, 31, 32, 33, 49)
                                        .map(n -> new int[] {m, n, (m * n) % 37 + 1}));
        Stream<int[]> depths =
                Stream.of(255, 256, 257, 511, 512, 513).map(k -> new int[] {19, 35, k});
        Stream<int[]> skinny =
                Stream.of(1, 2, 3, 4, 5, 6, 7, 8, 9)
                        .flatMap(m ->
                                Stream.of(
                                        new int[] {m, 520, 519},
                                        new int[] {m, 2 * m + 30, 261},
                                        new int[] {
                                            m, 28, 33
                                        }, // the last of several vectors in part
                                        new int[] {m, 9, 16}));
        Stream<int[]> large =
                Stream.of(
                        new int[] {1, 4201, 301},
                        new int[] {4201, 1, 301},
                        new int[] {2, 1100, 300},
                        new int[] {600, 40, 30},
                        new int[] {509, 130, 20});
        return Stream.of(tiles, depths, skinny, large).flatMap(s -> s);
    }

    @ParameterizedTest
    @MethodSource("edges")
    void agreesAroundTilesAndBlocks(int[] s) {
        for (Order left : new Order[] {Order.ROWS_APART, Order.COLUMNS}) {
            for (Order right : new Order[] {Order.ROWS, Order.COLUMNS, Order.EVERY_SECOND}) {
                compare(DType.F32, left, right, 1, s[0], s[1], s[2], (s[0] + s[2]) % 2 == 0);
            }
        }
    }

    @Test
    void takesAddressesThatAreNoMultipleOfAnElement() {
        Random random = new Random(SEED);
        for (int[] s : new int[][] {{20, 40, 30}, {3, 600, 500}, {64, 64, 64}}) {
            Strided a = shifted(operand(random, DType.F32, Order.ROWS, 1, s[0], s[2]), 1);
            Strided b = shifted(operand(random, DType.F32, Order.ROWS, 1, s[2], s[1]), 2);
            Strided turned = shifted(operand(random, DType.F32, Order.COLUMNS, 1, s[2], s[1]), 3);
            Strided c = shifted(operand(random, DType.F32, Order.ROWS, 1, s[0], s[1]), 2);
            for (Strided right : new Strided[] {b, turned}) {
                Strided expected = copy(c);
                fast.multiply(c, a, right, false);
                new ScalarMatmul().multiply(expected, a, right, false);
                Tolerances.assertClose(
                        c.data(),
                        expected.data(),
                        c.data().byteSize() / 4,
                        s[2] / 8.0,
                        DType.F32,
                        "seed " + SEED);
            }
        }
    }

    /// The same elements some bytes further on.
    private static Strided shifted(Strided x, int bytes) {
        MemorySegment room = Arena.ofAuto().allocate(x.data().byteSize() + 8, 64);
        MemorySegment data = room.asSlice(bytes, x.data().byteSize());
        data.copyFrom(x.data());
        return new Strided(data, x.type(), x.offset(), x.sizes(), x.strides());
    }

    @Test
    void passesOnWhatIsNoNumber() {
        Random random = new Random(SEED);
        float[] odd = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, 3e38f};
        int[][] sizes = {{5, 300, 17}, {40, 50, 300}, {1, 600, 500}, {8, 600, 500}, {70, 1, 90}};
        for (int[] s : sizes) {
            for (Order right : new Order[] {Order.ROWS, Order.COLUMNS}) {
                Strided a = operand(random, DType.F32, Order.ROWS, 1, s[0], s[2]);
                Strided b = operand(random, DType.F32, right, 1, s[2], s[1]);
                Strided c = operand(random, DType.F32, Order.ROWS, 1, s[0], s[1]);
                for (int i = 0; i < odd.length; i++) {
                    long at = a.offset() + random.nextInt(s[0] * s[2]);
                    DType.F32.write(a.data(), at, odd[i]);
                    DType.F32.write(b.data(), b.offset() + random.nextInt(s[1] * s[2]), odd[i]);
                }
                Strided expected = copy(c);
                fast.multiply(c, a, b, false);
                new ScalarMatmul().multiply(expected, a, b, false);
                for (int i = 0; i < s[0] * s[1]; i++) {
                    double want = DType.F32.read(expected.data(), expected.offset() + i);
                    double got = DType.F32.read(c.data(), c.offset() + i);
                    if (Math.abs(want) > 1e37 && Double.isFinite(want)) {
                        continue; // sums in F32 may pass its end where those in F64 do not
                    }
                    Tolerances.assertClose(got, want, s[2] / 8.0, DType.F32, "element " + i);
                }
            }
        }
    }

    static Stream<Epilogue> epilogues() {
        MemorySegment none = null;
        MemorySegment some = MemorySegment.NULL; // stands for a bias of the test's size
        return Stream.of(
                new Epilogue(1, 0, none, null),
                new Epilogue(1, 1, none, null),
                new Epilogue(0.5, 0, none, null),
                new Epilogue(-2, 0.25, none, null),
                new Epilogue(1, 0, some, null),
                new Epilogue(0.5, 0, some, UnaryOp.RELU),
                new Epilogue(1, 1, some, UnaryOp.SILU),
                new Epilogue(3, -1, some, UnaryOp.GELU_TANH),
                new Epilogue(1, 0, none, UnaryOp.TANH),
                new Epilogue(1, 0, some, UnaryOp.COS)); // no machine code
    }

    @ParameterizedTest
    @MethodSource("epilogues")
    void finishesAsToldTo(Epilogue told) {
        Random random = new Random(SEED);
        // last: cut into parts by rows, columns and depths
        int[][] sizes = {
            {2, 20, 40, 300}, {1, 3, 700, 400}, {3, 7, 33, 5}, {1, 50, 1, 9}, {1, 333, 111, 530}
        };
        for (DType type : new DType[] {DType.F32, DType.F64}) {
            for (int[] s : sizes) {
                MemorySegment bias =
                        told.bias() == null
                                ? null
                                : operand(random, type, Order.ROWS, 1, 1, s[2]).data();
                Epilogue epilogue =
                        new Epilogue(told.alpha(), told.beta(), bias, told.activation());
                for (Order right : new Order[] {Order.ROWS, Order.COLUMNS}) {
                    Strided a = operand(random, type, Order.ROWS, s[0], s[1], s[3]);
                    Strided b = operand(random, type, right, s[0], s[3], s[2]);
                    Order rows = s[2] == 1 ? Order.ROWS : Order.ROWS_APART;
                    Strided c = operand(random, type, rows, s[0], s[1], s[2]);
                    Strided expected = copy(c);
                    fast.multiply(c, a, b, epilogue);
                    new ScalarMatmul().multiply(expected, a, b, epilogue);
                    Tolerances.assertClose(
                            c.data(),
                            expected.data(),
                            c.data().byteSize() / type.bytes(1),
                            s[3],
                            type,
                            type + " " + epilogue);
                }
            }
        }
    }

    /// A case that the fuzz found: on AVX2 three rows of four vectors, the last one masked, leave
    /// no register for the mask.
    @Test
    void hasRegistersForThreeRowsAndAPartOfTheFourthVector() {
        for (int n = 25; n < 32; n++) {
            compare(DType.F32, Order.ROWS, Order.ROWS, 1, 3, n, 50, false);
            compare(DType.F32, Order.COLUMNS, Order.ROWS, 1, 3, n, 50, true);
        }
    }

    /// A result larger than a cache has its activation in the store.
    @Test
    void finishesALargeResultInTheStore() {
        Random random = new Random(SEED);
        Strided a = operand(random, DType.F32, Order.ROWS, 1, 700, 5);
        Strided b = operand(random, DType.F32, Order.ROWS, 1, 5, 411);
        MemorySegment bias = operand(random, DType.F32, Order.ROWS, 1, 1, 411).data();
        Strided c = operand(random, DType.F32, Order.ROWS, 1, 700, 411);
        Strided expected = copy(c);
        Epilogue epilogue = new Epilogue(-1, 0.5, bias, UnaryOp.GELU_ERF);
        fast.multiply(c, a, b, epilogue);
        new ScalarMatmul().multiply(expected, a, b, epilogue);
        Tolerances.assertClose(
                c.data(), expected.data(), c.data().byteSize() / 4, 5, DType.F32, "large");
    }

    /// Every function that an activation may be, on numbers of every kind, with rows and columns
    /// that are no whole tiles.
    @ParameterizedTest
    @EnumSource(UnaryOp.class)
    void appliesEveryActivation(UnaryOp op) {
        double[] values = {0, -0.0, 1, -1, 0.3, 700, -700, 1e-40, Double.NaN};
        double[] ends = {Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY};
        double[] all = DoubleStream.concat(Arrays.stream(values), Arrays.stream(ends)).toArray();
        for (int[] s : new int[][] {{19, 37}, {3, 300}, {70, 1}, {1, 5}}) {
            // a product with one depth: the formula's own error is all there is
            Strided a = operand(new Random(SEED), DType.F32, Order.ROWS, 1, s[0], 1);
            Strided b = operand(new Random(SEED), DType.F32, Order.ROWS, 1, 1, s[1]);
            for (int i = 0; i < s[0]; i++) {
                DType.F32.write(a.data(), a.offset() + i, all[i % all.length]);
            }
            for (int i = 0; i < s[1]; i++) {
                DType.F32.write(b.data(), b.offset() + i, i % 3 - 1);
            }
            for (Order order : new Order[] {Order.ROWS, Order.ROWS_APART}) {
                Strided c = operand(new Random(SEED), DType.F32, order, 1, s[0], s[1]);
                Strided expected = copy(c);
                Epilogue epilogue = new Epilogue(1, 0, null, op);
                fast.multiply(c, a, b, epilogue);
                new ScalarMatmul().multiply(expected, a, b, epilogue);
                Tolerances.assertClose(
                        c.data(), expected.data(), c.data().byteSize() / 4, 1, DType.F32, "" + op);
            }
        }
    }

    /// A row has the same bits alone as among others, whichever tile or path it takes.
    @ParameterizedTest
    @EnumSource(names = {"RELU", "SILU", "GELU_ERF"})
    void anActivatedRowDoesNotDependOnItsNeighbours(UnaryOp op) {
        Random random = new Random(SEED);
        for (Order right : new Order[] {Order.ROWS, Order.COLUMNS}) {
            Strided b = operand(random, DType.F32, right, 1, 600, 517);
            Strided a = operand(random, DType.F32, Order.ROWS, 1, 40, 600);
            MemorySegment bias = operand(random, DType.F32, Order.ROWS, 1, 1, 517).data();
            Epilogue epilogue = new Epilogue(0.5, 0, bias, op);
            // rows apart: a tile's store applies the activation, not a pass over the result
            Strided all = operand(random, DType.F32, Order.ROWS_APART, 1, 40, 517);
            fast.multiply(all, a, b, epilogue);
            for (int rows : new int[] {1, 2, 5, 8, 9}) {
                Strided few = operand(random, DType.F32, Order.ROWS, 1, rows, 517);
                int[] sizes = {1, rows, 600};
                Strided some = new Strided(a.data(), DType.F32, a.offset(), sizes, a.strides());
                fast.multiply(few, some, b, epilogue);
                for (int row = 0; row < rows; row++) {
                    long alone = few.offset() + row * 517L;
                    long among = all.offset() + row * all.strides()[1];
                    MemorySegment part = few.data().asSlice(4 * alone, 4 * 517);
                    MemorySegment whole = all.data().asSlice(4 * among, 4 * 517);
                    assertThat(part.mismatch(whole)).as("%s, row %d", right, row).isEqualTo(-1);
                }
            }
        }
    }

    @Test
    void doesNotReadWhatBetaZeroLeavesOut() {
        Random random = new Random(SEED);
        Strided a = operand(random, DType.F32, Order.ROWS, 1, 9, 20);
        Strided b = operand(random, DType.F32, Order.ROWS, 1, 20, 33);
        Strided c = operand(random, DType.F32, Order.ROWS, 1, 9, 33);
        for (int i = 0; i < 9 * 33; i++) {
            DType.F32.write(c.data(), c.offset() + i, Double.NaN);
        }
        fast.multiply(c, a, b, new Epilogue(2, 0, null, null));
        for (int i = 0; i < 9 * 33; i++) {
            assertThat(DType.F32.read(c.data(), c.offset() + i)).isFinite();
        }
        Strided column = operand(random, DType.F32, Order.ROWS, 1, 9, 1);
        Strided x = operand(random, DType.F32, Order.ROWS, 1, 20, 1);
        MemorySegment bias = operand(random, DType.F32, Order.ROWS, 1, 1, 1).data();
        for (int i = 0; i < 9; i++) {
            DType.F32.write(column.data(), column.offset() + i, Double.NaN);
        }
        fast.multiply(column, a, x, new Epilogue(2, 0, bias, null));
        for (int i = 0; i < 9; i++) {
            assertThat(DType.F32.read(column.data(), column.offset() + i)).isFinite();
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

    @ParameterizedTest
    @EnumSource
    void aRowHasTheSameBytesWhateverIsAroundIt(Order right) {
        Random random = new Random(SEED);
        int n = 450;
        int k = 600;
        Strided a = operand(random, DType.F32, Order.ROWS, 1, 250, k);
        Strided b = operand(random, DType.F32, right, 1, k, n);
        Strided all = operand(random, DType.F32, Order.ROWS, 1, 250, n);
        fast.multiply(all, a, b, false);
        for (int[] rows :
                new int[][] {
                    {0, 1},
                    {3, 4},
                    {119, 121},
                    {77, 250},
                    {249, 250},
                    {5, 19},
                    {8, 15},
                    {9, 17},
                    {20, 24},
                    {30, 36}
                }) {
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
