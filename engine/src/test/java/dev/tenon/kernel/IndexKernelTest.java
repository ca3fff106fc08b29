package dev.tenon.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.dtype.DType;
import dev.tenon.kernel.scalar.ScalarIndex;
import dev.tenon.tensor.Backend;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Every result of the family is a move or a sum in a fixed order, so all backends agree to the
/// bit.
class IndexKernelTest {
    private static final long SEED = 20_251_119L;
    private static final int ROWS = 5;
    private static final int THREADS = Parallel.threads();
    private static final IndexKernel SCALAR = new ScalarIndex();
    private static final IndexKernel VECTOR = Backend.kernels().index();

    @AfterEach
    void restoreThreads() {
        Parallel.threads(THREADS);
    }

    private static MemorySegment empty(DType type, long count) {
        MemorySegment data = Arena.ofAuto().allocate(type.bytes(count), 64);
        data.fill((byte) 0x7f);
        return data;
    }

    private static MemorySegment random(DType type, long count) {
        Random random = new Random(SEED);
        MemorySegment data = empty(type, count);
        for (long i = 0; i < count; i++) {
            type.write(data, i, random.nextGaussian() * 100);
        }
        return data;
    }

    private static MemorySegment indices(int count) {
        Random random = new Random(SEED);
        MemorySegment data = empty(DType.I64, count);
        for (int i = 0; i < count; i++) {
            DType.I64.writeLong(data, i, random.nextInt(ROWS));
        }
        return data;
    }

    private static void same(MemorySegment actual, MemorySegment expected, Object... of) {
        assertThat(actual.mismatch(expected))
                .as("%s, seed %d", Arrays.toString(of), SEED)
                .isEqualTo(-1);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 8, 31, 32, 33, 207, 4099})
    void takesAndAddsRows(int width) {
        int picks = 37;
        MemorySegment index = indices(picks);
        for (DType type : DType.values()) {
            MemorySegment x = random(type, (long) ROWS * width);
            MemorySegment expected = empty(type, (long) picks * width);
            MemorySegment actual = empty(type, (long) picks * width);
            SCALAR.take(expected, x, index, picks, width, type);
            VECTOR.take(actual, x, index, picks, width, type);
            same(actual, expected, "take", width, type);
            if (type.isArithmetic()) {
                MemorySegment dy = random(type, (long) picks * width);
                MemorySegment[] dx = {
                    empty(type, (long) ROWS * width), empty(type, (long) ROWS * width)
                };
                SCALAR.takeGradient(dx[0], dy, index, picks, width, type);
                VECTOR.takeGradient(dx[1], dy, index, picks, width, type);
                same(dx[1], dx[0], "takeGradient", width, type);
                Parallel.threads(1);
                VECTOR.takeGradient(dx[1], dy, index, picks, width, type);
                Parallel.threads(THREADS);
                same(dx[1], dx[0], "takeGradient on one thread", width, type);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 8, 31, 32, 33, 207})
    void gathersAndScatters(int inner) {
        int outer = 3;
        int picks = 4;
        MemorySegment index = indices(outer * picks * inner);
        for (DType type : new DType[] {DType.F32, DType.F64}) {
            MemorySegment x = random(type, (long) outer * ROWS * inner);
            MemorySegment[] y = {
                empty(type, (long) outer * picks * inner), empty(type, (long) outer * picks * inner)
            };
            SCALAR.gather(y[0], x, index, outer, ROWS, picks, inner, type);
            VECTOR.gather(y[1], x, index, outer, ROWS, picks, inner, type);
            same(y[1], y[0], "gather", inner, type);
            MemorySegment[] dx = {
                empty(type, (long) outer * ROWS * inner), empty(type, (long) outer * ROWS * inner)
            };
            SCALAR.gatherGradient(dx[0], y[0], index, outer, ROWS, picks, inner, type);
            VECTOR.gatherGradient(dx[1], y[0], index, outer, ROWS, picks, inner, type);
            same(dx[1], dx[0], "gatherGradient", inner, type);
        }
    }

    @Test
    void copiesBlocks() {
        for (int bytes : new int[] {1, 7, 8, 31, 32, 33, 207, 4099}) {
            int blocks = 50;
            MemorySegment x = random(DType.U8, (long) blocks * bytes);
            MemorySegment[] y = {
                empty(DType.U8, blocks * (bytes + 3L)), empty(DType.U8, blocks * (bytes + 3L))
            };
            SCALAR.copyBlocks(y[0], 2, bytes + 3, x, 0, bytes, blocks, bytes);
            VECTOR.copyBlocks(y[1], 2, bytes + 3, x, 0, bytes, blocks, bytes);
            same(y[1], y[0], "copyBlocks", bytes);
            assertThat(y[1].asSlice(2, bytes).mismatch(x.asSlice(0, bytes))).isEqualTo(-1);
        }
    }

    @Test
    void marksOneOfEachRow() {
        MemorySegment index = indices(33);
        for (DType type : DType.values()) {
            MemorySegment[] y = {empty(type, 33 * ROWS), empty(type, 33 * ROWS)};
            SCALAR.oneHot(y[0], index, 33, ROWS, type);
            VECTOR.oneHot(y[1], index, 33, ROWS, type);
            same(y[1], y[0], "oneHot", type);
        }
    }
}
