package dev.tenon.bench;

import dev.tenon.dtype.DType;
import dev.tenon.kernel.RandomKernel;
import dev.tenon.tensor.Backend;
import java.lang.foreign.MemorySegment;
import java.util.List;

/// 16,777,216 random numbers. Backends agree in every bit, so the check allows no difference.
final class RandomBenchmark {
    private static final int COUNT = 1 << 24;
    private static final int SAMPLE = 1 << 12;
    private static final long KEY = 1;
    private static final long STREAM = 2;

    private RandomBenchmark() {}

    static List<Trial> trials() {
        return List.of(uniform(), normal());
    }

    private static Trial uniform() {
        String name = "random uniform 16M";
        return Trial.of(
                name,
                Work.WRITING,
                4.0 * COUNT,
                () -> {
                    RandomKernel kernel = Backend.kernels().random();
                    MemorySegment y = Operands.empty(COUNT);
                    kernel.uniform(y, 0, COUNT, KEY, STREAM, 0, 1, DType.F32);
                    MemorySegment expected = Operands.empty(SAMPLE);
                    Operands.DEFINITION
                            .random()
                            .uniform(
                                    expected, COUNT - SAMPLE, SAMPLE, KEY, STREAM, 0, 1, DType.F32);
                    Operands.check(name, Operands.part(y, COUNT - SAMPLE, SAMPLE), expected, 0);
                    return () -> kernel.uniform(y, 0, COUNT, KEY, STREAM, 0, 1, DType.F32);
                });
    }

    private static Trial normal() {
        String name = "random normal 16M";
        return Trial.of(
                name,
                Work.WRITING,
                4.0 * COUNT,
                () -> {
                    RandomKernel kernel = Backend.kernels().random();
                    MemorySegment y = Operands.empty(COUNT);
                    kernel.normal(y, 0, COUNT, KEY, STREAM, 0, 1, DType.F32);
                    MemorySegment expected = Operands.empty(SAMPLE);
                    Operands.DEFINITION
                            .random()
                            .normal(expected, COUNT - SAMPLE, SAMPLE, KEY, STREAM, 0, 1, DType.F32);
                    Operands.check(name, Operands.part(y, COUNT - SAMPLE, SAMPLE), expected, 0);
                    return () -> kernel.normal(y, 0, COUNT, KEY, STREAM, 0, 1, DType.F32);
                });
    }
}
