package dev.tenon.kernel.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tenon.dtype.BlockFormat;
import dev.tenon.dtype.DType;
import dev.tenon.kernel.QuantKernel;
import dev.tenon.kernel.Strided;
import dev.tenon.kernel.scalar.ScalarQuant;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// All ways of adding up that this processor can run, whichever it would choose.
class MachineQuantTest {
    private static final long SEED = 11;

    private static List<QuantKernel> ways() {
        assumeTrue(Cpu.isX86(), "needs x86-64");
        Cpu cpu = Cpu.detect();
        assumeTrue(cpu.avx2(), "needs AVX2");
        QuantKernel below = new ScalarQuant();
        List<QuantKernel> ways = new ArrayList<>();
        ways.add(new MachineQuant(new Isa(256, false), below));
        if (cpu.avx512()) {
            ways.add(new MachineQuant(new Isa(512, false), below));
        }
        if (cpu.vnni()) {
            ways.add(new MachineQuant(new Isa(512, true), below));
        }
        return ways;
    }

    private static MemorySegment normal(Random random, long count) {
        MemorySegment numbers = Arena.ofAuto().allocate(4 * count, 64);
        for (long i = 0; i < count; i++) {
            DType.F32.write(numbers, i, random.nextGaussian());
        }
        return numbers;
    }

    /// Integers are exact and the chain of multiply-adds has one order: nothing is left that could
    /// differ.
    @ParameterizedTest
    @EnumSource
    void everyWayGivesTheSameBytes(BlockFormat format) {
        List<QuantKernel> ways = ways();
        Random random = new Random(SEED);
        int n = 70;
        int k = 2144;
        MemorySegment blocks = Arena.ofAuto().allocate(n * format.bytes(k));
        format.quantise(blocks, normal(random, (long) n * k), (long) n * k);
        for (int m : new int[] {1, 2, 3, 5, 6, 7, 13, 16, 29}) {
            MemorySegment x = normal(random, (long) m * k);
            MemorySegment first = product(ways.getFirst(), blocks, format, x, m, n, k);
            for (QuantKernel way : ways) {
                MemorySegment y = product(way, blocks, format, x, m, n, k);
                assertThat(y.mismatch(first)).as("seed %d, m %d", SEED, m).isEqualTo(-1);
            }
        }
    }

    private static MemorySegment product(
            QuantKernel kernel,
            MemorySegment blocks,
            BlockFormat format,
            MemorySegment x,
            int m,
            int n,
            int k) {
        MemorySegment packed = Arena.ofAuto().allocate(kernel.packedBytes(format, n, k));
        MemorySegment y = Arena.ofAuto().allocate(4L * m * n);
        kernel.multiply(
                new Strided(y, DType.F32, 0, new int[] {m, n}, new long[] {n, 1}),
                new Strided(x, DType.F32, 0, new int[] {m, k}, new long[] {k, 1}),
                kernel.pack(packed, blocks, format, n, k));
        return y;
    }
}
