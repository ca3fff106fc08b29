package dev.tenon.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.tenon.dtype.DType;
import dev.tenon.kernel.scalar.ScalarRandom;
import dev.tenon.tensor.Backend;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Random numbers are the same bytes in every backend.
class RandomKernelTest {
    private static final long KEY = 0x0123456789ABCDEFL;
    private static final long STREAM = 0xFEDCBA9876543210L;
    private static final int THREADS = Parallel.threads();
    private static final RandomKernel SCALAR = new ScalarRandom();
    private static final RandomKernel VECTOR = Backend.kernels().random();

    @AfterEach
    void restoreThreads() {
        Parallel.threads(THREADS);
    }

    private static MemorySegment empty(DType type, long count) {
        MemorySegment data = Arena.ofAuto().allocate(type.bytes(count), 64);
        data.fill((byte) 0x7f);
        return data;
    }

    /// The vectors that come with Random123, the authors' own program: counter, key and block, low
    /// words first.
    @ParameterizedTest
    @CsvSource({
        "0, 0, 0, 6627e8d5 e169c58d bc57ac4c 9b00dbd8",
        "-1, -1, -1, 408f276d 41c83b0e a20bc7c6 6d5451fd",
        "0x85a308d3243f6a88, 0x0370734413198a2e, 0x299f31d0a4093822, d16cfe09 94fdcceb 5001e420 24126ea1"
    })
    void philoxGivesTheKnownAnswers(String block, String stream, String key, String expected) {
        int[] words = new int[4];
        Philox.block(words, number(key), number(stream), number(block));
        StringBuilder actual = new StringBuilder();
        for (int word : words) {
            actual.append(' ').append(HexFormat.of().toHexDigits(word));
        }
        assertThat(actual.substring(1)).isEqualTo(expected);
    }

    private static long number(String text) {
        return text.startsWith("0x")
                ? Long.parseUnsignedLong(text.substring(2), 16)
                : Long.parseLong(text);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 8, 31, 32, 33, 63, 64, 65, 128, 207, 4099, 20_000})
    void vectorsGiveTheBytesOfTheDefinition(int count) {
        for (DType type : List.of(DType.F32, DType.F64)) {
            for (long first : new long[] {0, 1, 63, 64, 1000, (1L << 34) + 5}) {
                MemorySegment expected = empty(type, count);
                MemorySegment actual = empty(type, count);
                SCALAR.uniform(expected, first, count, KEY, STREAM, -2, 5, type);
                VECTOR.uniform(actual, first, count, KEY, STREAM, -2, 5, type);
                assertThat(actual.mismatch(expected))
                        .as("uniform %s %d", type, first)
                        .isEqualTo(-1);
                SCALAR.normal(expected, first, count, KEY, STREAM, 1, 3, type);
                VECTOR.normal(actual, first, count, KEY, STREAM, 1, 3, type);
                assertThat(actual.mismatch(expected)).as("normal %s %d", type, first).isEqualTo(-1);
                MemorySegment x = empty(type, count);
                SCALAR.normal(x, 0, count, KEY, STREAM, 0, 1, type);
                SCALAR.dropout(expected, x, first, count, 0.3, KEY, STREAM, type);
                VECTOR.dropout(actual, x, first, count, 0.3, KEY, STREAM, type);
                assertThat(actual.mismatch(expected))
                        .as("dropout %s %d", type, first)
                        .isEqualTo(-1);
            }
        }
    }

    @Test
    void anElementDependsOnItsNumberAlone() {
        for (DType type : List.of(DType.F32, DType.F64)) {
            MemorySegment whole = empty(type, 4099);
            Parallel.threads(4);
            VECTOR.normal(whole, 0, 4099, KEY, STREAM, 0, 1, type);
            Parallel.threads(1);
            for (long first : new long[] {0, 1, 50, 64, 2048, 4000}) {
                MemorySegment part = empty(type, 99);
                VECTOR.normal(part, first, 99, KEY, STREAM, 0, 1, type);
                assertThat(part.mismatch(whole.asSlice(type.bytes(first), type.bytes(99))))
                        .as("%s from %d", type, first)
                        .isEqualTo(-1);
            }
        }
    }

    @Test
    void uniformNumbersAreTheUpperBitsOfWords() {
        MemorySegment narrow = empty(DType.F32, 64);
        MemorySegment wide = empty(DType.F64, 32);
        VECTOR.uniform(narrow, 0, 64, KEY, STREAM, 0, 1, DType.F32);
        VECTOR.uniform(wide, 0, 32, KEY, STREAM, 0, 1, DType.F64);
        int[] words = new int[4];
        for (int b = 0; b < 16; b++) {
            Philox.block(words, KEY, STREAM, b);
            for (int j = 0; j < 4; j++) {
                assertThat(DType.F32.read(narrow, 16 * j + b)).isEqualTo((words[j] >>> 8) / 0x1p24);
            }
            for (int j = 0; j < 2; j++) {
                long bits = (words[2 * j] >>> 5) * (1L << 26) + (words[2 * j + 1] >>> 6);
                assertThat(DType.F64.read(wide, 16 * j + b)).isEqualTo(bits / 0x1p53);
            }
        }
    }

    @Test
    void normalNumbersAgreeWithTheLibrarysLogarithmAndCosine() {
        int blocks = 1600;
        MemorySegment narrow = empty(DType.F32, 4L * blocks);
        MemorySegment wide = empty(DType.F64, 2L * blocks);
        VECTOR.normal(narrow, 0, 4L * blocks, KEY, STREAM, 0, 1, DType.F32);
        VECTOR.normal(wide, 0, 2L * blocks, KEY, STREAM, 0, 1, DType.F64);
        int[] words = new int[4];
        for (int b = 0; b < blocks; b++) {
            Philox.block(words, KEY, STREAM, b);
            int chunk = b / 16;
            for (int pair = 0; pair < 2; pair++) {
                double u = (Integer.toUnsignedLong(words[2 * pair]) + 1) / 0x1p32;
                double turn = Integer.toUnsignedLong(words[2 * pair + 1]) / 0x1p32;
                int at = chunk * 64 + 32 * pair + b % 16;
                check(narrow, DType.F32, at, u, turn, 1e-6);
            }
            double u = ((words[0] >>> 5) * (1L << 26) + (words[1] >>> 6) + 1) / 0x1p53;
            double turn =
                    (Integer.toUnsignedLong(words[2]) * (1L << 21) + (words[3] >>> 11)) / 0x1p53;
            check(wide, DType.F64, chunk * 32 + b % 16, u, turn, 1e-14);
        }
    }

    private static void check(
            MemorySegment data, DType type, int at, double u, double turn, double tolerance) {
        double r = Math.sqrt(-2 * Math.log(u));
        double angle = 2 * Math.PI * turn - Math.PI / 4;
        assertThat(type.read(data, at)).isCloseTo(r * Math.cos(angle), within(tolerance));
        assertThat(type.read(data, at + 16)).isCloseTo(r * Math.sin(angle), within(tolerance));
    }

    @Test
    void uniformNeverReachesTheUpperEnd() {
        MemorySegment y = empty(DType.F32, 1 << 16);
        for (RandomKernel kernel : List.of(SCALAR, VECTOR)) {
            // neighbours in F32: half of all numbers would round up
            kernel.uniform(y, 0, 1 << 16, KEY, STREAM, 1, Math.nextUp(1f), DType.F32);
            for (int i = 0; i < 1 << 16; i++) {
                assertThat(DType.F32.read(y, i)).isEqualTo(1);
            }
        }
    }
}
