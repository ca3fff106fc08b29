package dev.tenon.bench;

import dev.tenon.bench.peer.Task;
import dev.tenon.bench.peer.TaskRun;
import dev.tenon.dtype.DType;
import dev.tenon.kernel.OptimKernel;
import dev.tenon.kernel.OptimKernel.AdamStep;
import dev.tenon.kernel.OptimKernel.Decay;
import dev.tenon.tensor.Backend;
import java.lang.foreign.MemorySegment;
import java.util.List;

/// A step of Adam and of the moving average over ten million parameters.
final class OptimBenchmark {
    private static final int COUNT = 10_000_000;
    private static final int SAMPLE = 1 << 12;
    private static final double RATE = 1e-3;
    private static final double BETA1 = 0.9;
    private static final double BETA2 = 0.999;
    private static final double EPSILON = 1e-8;
    private static final AdamStep STEP = AdamStep.torch(RATE, BETA1, BETA2, EPSILON, 1);

    private OptimBenchmark() {}

    static List<Trial> trials() {
        return List.of(
                adam("adam step 10M", false),
                adam("adam step 10M, beside a fused one", true),
                average());
    }

    /// @param fused whether the peer's fused kernel takes part instead of its optimizer
    private static Trial adam(String name, boolean fused) {
        return Trial.of(
                name,
                Work.inPlace(4, 3),
                28.0 * COUNT, // reads w, g, m and v; writes w, m and v
                () -> {
                    OptimKernel kernel = Backend.kernels().optim();
                    MemorySegment w = Operands.numbers(COUNT);
                    MemorySegment g = Operands.numbers(COUNT);
                    MemorySegment m = zeros(COUNT);
                    MemorySegment v = zeros(COUNT);
                    MemorySegment expected = Operands.empty(SAMPLE);
                    expected.copyFrom(last(w));
                    Operands.DEFINITION
                            .optim()
                            .adam(
                                    expected,
                                    last(g),
                                    zeros(SAMPLE),
                                    zeros(SAMPLE),
                                    null,
                                    SAMPLE,
                                    STEP,
                                    Decay.NONE,
                                    DType.F32);
                    Runnable run =
                            () -> kernel.adam(w, g, m, v, null, COUNT, STEP, Decay.NONE, DType.F32);
                    run.run();
                    Operands.check(name, last(w), expected, 1e-6);
                    MemorySegment after = Operands.empty(COUNT).copyFrom(w);
                    return new TaskRun(
                            new Task.Adam(
                                    after,
                                    Operands.numbers(COUNT),
                                    g,
                                    RATE,
                                    BETA1,
                                    BETA2,
                                    EPSILON,
                                    fused),
                            run);
                });
    }

    private static Trial average() {
        String name = "moving average 10M";
        double weight = 0.01;
        return Trial.of(
                name,
                Work.inPlace(2, 1),
                12.0 * COUNT,
                () -> {
                    OptimKernel kernel = Backend.kernels().optim();
                    MemorySegment y = Operands.numbers(COUNT);
                    MemorySegment x = Operands.numbers(COUNT, 1);
                    MemorySegment expected = Operands.empty(SAMPLE);
                    expected.copyFrom(last(y));
                    Operands.DEFINITION.optim().lerp(expected, last(x), SAMPLE, weight, DType.F32);
                    kernel.lerp(y, x, COUNT, weight, DType.F32);
                    Operands.check(name, last(y), expected, 1e-6);
                    return () -> kernel.lerp(y, x, COUNT, weight, DType.F32);
                });
    }

    private static MemorySegment zeros(int count) {
        return Operands.empty(count).fill((byte) 0);
    }

    private static MemorySegment last(MemorySegment all) {
        return Operands.part(all, COUNT - SAMPLE, SAMPLE);
    }
}
