package dev.tenon.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.dtype.BlockFormat;
import dev.tenon.dtype.DType;
import dev.tenon.kernel.scalar.ScalarQuant;
import dev.tenon.tensor.Backend;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class QuantKernelTest {
    private static final long SEED = 42;
    private final QuantKernel fast = Backend.kernels().quant();
    private final QuantKernel definition = new ScalarQuant();
    private final int threads = Parallel.threads();

    @AfterEach
    void restoreThreads() {
        Parallel.threads(threads);
    }

    /// Weights `[n, k]` as a file has them.
    private record Rows(BlockFormat format, int n, int k, MemorySegment data) {
        static Rows random(Random random, BlockFormat format, int n, int k) {
            MemorySegment numbers = Samples.normal(random, (long) n * k, DType.F32);
            MemorySegment data = allocate(n * format.bytes(k));
            format.quantise(data, numbers, (long) n * k);
            return new Rows(format, n, k, data);
        }

        QuantKernel.Weights packedBy(QuantKernel kernel) {
            // from an odd address on, as a mapped file may have them
            MemorySegment packed = allocate(kernel.packedBytes(format, n, k) + 1).asSlice(1);
            return kernel.pack(packed, data, format, n, k);
        }
    }

    private static MemorySegment allocate(long bytes) {
        return Arena.ofAuto().allocate(Math.max(1, bytes), 64);
    }

    /// Rows of normally distributed numbers that lie `gap` elements apart, from an odd place on.
    private static Strided rows(Random random, int m, int k, int gap) {
        long stride = (long) k + gap;
        MemorySegment data = Samples.normal(random, 3 + m * stride, DType.F32);
        return new Strided(data, DType.F32, 3, new int[] {m, k}, new long[] {stride, 1});
    }

    private static Strided copy(Strided x) {
        MemorySegment data = allocate(x.data().byteSize());
        data.copyFrom(x.data());
        return new Strided(
                data.asSlice(0, x.data().byteSize()), x.type(), 3, x.sizes(), x.strides());
    }

    /// Compares both versions, what lies between the rows included: it must stay.
    private void compare(Rows weights, Strided x, double scale, String what) {
        Strided y = rows(new Random(SEED), x.sizes()[0], weights.n, 5);
        Strided expected = copy(y);
        fast.multiply(y, x, weights.packedBy(fast));
        definition.multiply(expected, x, weights.packedBy(definition));
        Tolerances.assertClose(
                y.data(),
                expected.data(),
                y.data().byteSize() / 4,
                scale * Math.max(1, weights.k / 8.0),
                DType.F32,
                String.format("seed %d, %s, %s", SEED, what, weights));
    }

    @ParameterizedTest
    @EnumSource
    void agreesWithTheDefinition(BlockFormat format) {
        int[] ms = {1, 2, 3, 4, 5, 6, 7, 8, 12, 13, 16, 17, 33};
        int[] ns = {1, 7, 8, 15, 16, 17, 31, 32, 33, 63, 64, 65, 80, 207};
        int[] ks = {32, 64, 96, 256, 288, 544};
        Random random = new Random(SEED);
        for (int i = 0; i < ms.length * ns.length; i++) {
            int m = ms[i % ms.length];
            int n = ns[i % ns.length];
            int k = ks[i % ks.length];
            compare(Rows.random(random, format, n, k), rows(random, m, k, i % 3), 1, "m " + m);
        }
    }

    @ParameterizedTest
    @EnumSource
    void agreesOverSeveralPiecesAndBlocksOfRows(BlockFormat format) {
        Random random = new Random(SEED);
        for (int[] s :
                new int[][] {
                    {1, 40, 2048},
                    {1, 100, 4128},
                    {2, 17, 6176},
                    {19, 33, 2080},
                    {130, 48, 2112},
                    {260, 18, 96}
                }) {
            compare(
                    Rows.random(random, format, s[1], s[2]),
                    rows(random, s[0], s[2], 1),
                    1,
                    "m " + s[0]);
        }
    }

    @ParameterizedTest
    @EnumSource
    void anEmptyProductIsZeroOrNothing(BlockFormat format) {
        Random random = new Random(SEED);
        compare(Rows.random(random, format, 5, 0), rows(random, 3, 0, 0), 1, "no columns");
        compare(Rows.random(random, format, 5, 64), rows(random, 0, 64, 0), 1, "no rows");
        compare(Rows.random(random, format, 0, 64), rows(random, 3, 64, 0), 1, "no outputs");
    }

    @ParameterizedTest
    @EnumSource
    void takesMemoryOnTheHeap(BlockFormat format) {
        Random random = new Random(SEED);
        Rows weights = Rows.random(random, format, 35, 96);
        MemorySegment numbers = MemorySegment.ofArray(new float[200]);
        for (int i = 0; i < 200; i++) {
            DType.F32.write(numbers, i, random.nextGaussian());
        }
        Strided x = new Strided(numbers, DType.F32, 4, new int[] {2, 96}, new long[] {98, 1});
        compare(weights, x, 1, "activations on the heap");

        byte[] room = new byte[(int) fast.packedBytes(format, 35, 96)];
        QuantKernel.Weights heap =
                fast.pack(MemorySegment.ofArray(room), weights.data, format, 35, 96);
        Strided y = rows(random, 2, 35, 0);
        Strided expected = copy(y);
        fast.multiply(y, x, heap);
        fast.multiply(expected, x, weights.packedBy(fast));
        Tolerances.assertClose(y.data(), expected.data(), 73, 12, DType.F32, "weights on the heap");
        MemorySegment out = MemorySegment.ofArray(new float[70]);
        Strided onHeap = new Strided(out, DType.F32, 0, new int[] {2, 35}, new long[] {35, 1});
        fast.multiply(onHeap, x, weights.packedBy(fast));
        Tolerances.assertClose(
                out, expected.data().asSlice(12), 70, 12, DType.F32, "result on the heap");
    }

    /// Codes at both ends in every place, where sums of 8 and 16 bits would run over first.
    @ParameterizedTest
    @EnumSource(names = {"Q8_0", "Q4_0"})
    void addsTheLargestCodesExactly(BlockFormat format) {
        int k = 4096;
        int n = 18;
        int[] signs = {1, -1};
        for (int codes : new int[] {0x00, 0x7F, 0x80, 0x81, 0x88, 0xFF, 0x0F, 0xF0, 0x08}) {
            MemorySegment data = allocate(n * format.bytes(k));
            data.fill((byte) codes);
            for (long at = 0; at < data.byteSize(); at += format.bytes()) {
                data.set(java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED, at, (short) 0x3C00);
            }
            Rows weights = new Rows(format, n, k, data);
            for (int pattern = 0; pattern < 3; pattern++) {
                Strided x = rows(new Random(SEED), 7, k, 0);
                for (int i = 0; i < 7 * k; i++) {
                    int sign = pattern == 0 ? 1 : pattern == 1 ? -1 : signs[i & 1];
                    DType.F32.write(x.data(), 3 + i, 127.0 * sign); // scale 1: sums are integers
                }
                // integers up to 4096 * 127 * 128 = 2^26 are no longer all exact in F32
                compare(weights, x, 1, "codes " + codes + ", pattern " + pattern);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void zerosStayZeros(BlockFormat format) {
        Random random = new Random(SEED);
        Rows weights = Rows.random(random, format, 33, 128);
        Strided x = rows(random, 3, 128, 0);
        x.data().fill((byte) 0);
        Strided y = rows(random, 3, 33, 0);
        fast.multiply(y, x, weights.packedBy(fast));
        for (int i = 0; i < 99; i++) {
            assertThat(DType.F32.read(y.data(), 3 + i)).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource
    void smallAndLargeActivationsAgree(BlockFormat format) {
        Random random = new Random(SEED);
        Rows weights = Rows.random(random, format, 20, 128);
        for (double size : new double[] {1e-44, 1e-40, 1e-38, 3e-37, 1e-30, 1e30, 1e36}) {
            Strided x = rows(random, 5, 128, 0);
            for (int i = 0; i < 5 * 128; i++) {
                DType.F32.write(x.data(), 3 + i, DType.F32.read(x.data(), 3 + i) * size);
            }
            // below 1e-38 numbers of F32 lose digits, and each version loses others
            compare(weights, x, Math.max(size, 1e-35), "size " + size);
        }
    }

    @ParameterizedTest
    @EnumSource
    void notANumberAndInfinitySpreadOverTheirRowOnly(BlockFormat format) {
        Random random = new Random(SEED);
        Rows weights = Rows.random(random, format, 35, 2112);
        for (float special :
                new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
            Strided x = rows(random, 5, 2112, 0);
            DType.F32.write(x.data(), 3 + 2 * 2112 + 77, special);
            compare(weights, x, 1, "with " + special);
            Strided y = rows(random, 5, 35, 0);
            fast.multiply(y, x, weights.packedBy(fast));
            for (int i = 0; i < 5 * 35; i++) {
                boolean finite = Double.isFinite(DType.F32.read(y.data(), 3 + i));
                assertThat(finite).isEqualTo(i / 35 != 2);
                if (format.isQuantised() && i / 35 == 2) {
                    assertThat(DType.F32.read(y.data(), 3 + i)).isNaN();
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aWeightThatIsNoNumberSpoilsItsOutputOnly(BlockFormat format) {
        Random random = new Random(SEED);
        Rows weights = Rows.random(random, format, 35, 96);
        int nan = format == BlockFormat.BF16 ? 0x7FC0 : 0x7E00;
        long at = 17 * format.bytes(96) + format.bytes(32);
        weights.data.set(java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED, at, (short) nan);
        Strided y = rows(random, 3, 35, 0);
        fast.multiply(y, rows(random, 3, 96, 0), weights.packedBy(fast));
        for (int i = 0; i < 3 * 35; i++) {
            assertThat(Double.isNaN(DType.F32.read(y.data(), 3 + i))).isEqualTo(i % 35 == 17);
        }
    }

    @ParameterizedTest
    @EnumSource
    void givesTheSameBytesForAnyThreadCount(BlockFormat format) {
        Random random = new Random(SEED);
        for (int m : new int[] {1, 5, 150}) {
            Rows weights = Rows.random(random, format, 1000, 2112);
            Strided x = rows(random, m, 2112, 0);
            Strided one = rows(random, m, 1000, 0);
            Strided two = copy(one);
            Parallel.threads(1);
            fast.multiply(one, x, weights.packedBy(fast));
            Parallel.threads(2);
            fast.multiply(two, x, weights.packedBy(fast));
            assertThat(two.data().mismatch(one.data())).isEqualTo(-1);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aRowHasTheSameBytesWhateverIsAroundIt(BlockFormat format) {
        Random random = new Random(SEED);
        int n = 90;
        int k = 4192;
        QuantKernel.Weights weights = Rows.random(random, format, n, k).packedBy(fast);
        Strided x = rows(random, 150, k, 0);
        Strided all = rows(random, 150, n, 0);
        fast.multiply(all, x, weights);
        for (int count :
                IntStream.concat(IntStream.rangeClosed(1, 18), IntStream.of(40, 131)).toArray()) {
            int first = random.nextInt(150 - count);
            Strided part =
                    new Strided(
                            x.data(),
                            DType.F32,
                            x.offset() + (long) first * k,
                            new int[] {count, k},
                            x.strides());
            Strided some = rows(random, count, n, 0);
            fast.multiply(some, part, weights);
            MemorySegment expected = all.data().asSlice(12 + 4L * first * n, 4L * count * n);
            assertThat(some.data().asSlice(12).mismatch(expected))
                    .as("%d rows", count)
                    .isEqualTo(-1);
        }
    }

    @Test
    void refusesWhatDoesNotFit() {
        Random random = new Random(SEED);
        MemorySegment room = allocate(10_000);
        assertThatThrownBy(() -> fast.pack(room, room, BlockFormat.F16, 4, 33))
                .hasMessage(
                        "quant: the weights' columns must be a multiple of 32; got F16 [4, 33]");
        assertThatThrownBy(() -> definition.pack(room, allocate(135), BlockFormat.Q8_0, 4, 32))
                .hasMessage(
                        "quant: weights Q8_0 [4, 32] need 136 bytes and 136 packed; got 135 and 10000");
        QuantKernel.Weights weights = Rows.random(random, BlockFormat.Q4_0, 4, 64).packedBy(fast);
        assertThatThrownBy(
                        () -> fast.multiply(rows(random, 2, 4, 0), rows(random, 2, 32, 0), weights))
                .hasMessageStartingWith(
                        "quant: y [m, n] and x [m, k] must be rows of F32 for weights [n, k]; got y ");
        Strided beyond = new Strided(room, DType.F32, 2437, new int[] {1, 64}, new long[] {64, 1});
        assertThatThrownBy(() -> fast.multiply(rows(random, 1, 4, 0), beyond, weights))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
