package dev.tenon.bench;

import dev.tenon.bench.peer.Task;
import dev.tenon.bench.peer.TaskRun;
import dev.tenon.dtype.DType;
import dev.tenon.kernel.OptimKernel;
import dev.tenon.kernel.OptimKernel.AdadeltaStep;
import dev.tenon.kernel.OptimKernel.AdagradStep;
import dev.tenon.kernel.OptimKernel.AdamStep;
import dev.tenon.kernel.OptimKernel.Decay;
import dev.tenon.kernel.OptimKernel.FtrlStep;
import dev.tenon.kernel.OptimKernel.LionStep;
import dev.tenon.kernel.OptimKernel.NadamStep;
import dev.tenon.kernel.OptimKernel.RmsPropStep;
import dev.tenon.kernel.OptimKernel.ScheduleFreeStep;
import dev.tenon.tensor.Backend;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/// A step of each rule and of the moving average over ten million parameters.
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
                rule(
                        "rmsprop step 10M",
                        1,
                        (k, w, g, s, n) -> {
                            RmsPropStep step = RmsPropStep.torch(RATE, 0.99, 0, EPSILON);
                            k.rmsProp(w, g, s[0], null, null, n, step, Decay.NONE, DType.F32);
                        }),
                rule(
                        "rmsprop step 10M, centered, momentum",
                        3,
                        (k, w, g, s, n) -> {
                            RmsPropStep step = RmsPropStep.keras(RATE, 0.9, 0.9, 1e-7);
                            k.rmsProp(w, g, s[0], s[1], s[2], n, step, Decay.NONE, DType.F32);
                        }),
                rule(
                        "adagrad step 10M",
                        1,
                        (k, w, g, s, n) -> {
                            AdagradStep step = AdagradStep.torch(RATE, 0, 1e-10, 1);
                            k.adagrad(w, g, s[0], n, step, Decay.NONE, DType.F32);
                        }),
                rule(
                        "adadelta step 10M",
                        2,
                        (k, w, g, s, n) -> {
                            AdadeltaStep step = new AdadeltaStep(0.9, RATE, 1e-6);
                            k.adadelta(w, g, s[0], s[1], n, step, Decay.NONE, DType.F32);
                        }),
                rule(
                        "nadam step 10M",
                        2,
                        (k, w, g, s, n) -> {
                            NadamStep step =
                                    NadamStep.of(RATE, BETA1, BETA2, EPSILON, 0.004, false, 1);
                            k.nadam(w, g, s[0], s[1], n, step, Decay.NONE, DType.F32);
                        }),
                rule(
                        "lion step 10M",
                        1,
                        (k, w, g, s, n) -> {
                            LionStep step = new LionStep(BETA1, 0.99, RATE);
                            k.lion(w, g, s[0], n, step, Decay.NONE, DType.F32);
                        }),
                rule(
                        "ftrl step 10M",
                        2,
                        (k, w, g, s, n) -> {
                            FtrlStep step = FtrlStep.keras(RATE, -0.5, 0, 0, 0, 0);
                            k.ftrl(w, g, s[0], s[1], n, step, Decay.NONE, DType.F32);
                        }),
                rule(
                        "schedule-free adamw step 10M",
                        2,
                        (k, w, g, s, n) -> {
                            ScheduleFreeStep step =
                                    ScheduleFreeStep.keras(RATE, BETA1, BETA2, EPSILON, 0, 2);
                            k.scheduleFree(w, g, s[0], s[1], n, step, Decay.NONE, DType.F32);
                        }),
                average());
    }

    /// A step on a weight, its gradient and the rule's states.
    @FunctionalInterface
    private interface Rule {
        void step(
                OptimKernel kernel,
                MemorySegment w,
                MemorySegment g,
                MemorySegment[] states,
                int count);
    }

    /// @param states how many the rule has; they begin at numbers that are not negative. With more
    ///   than two the peak is that of two, the most that it is measured with
    private static Trial rule(String name, int states, Rule rule) {
        return Trial.of(
                name,
                Work.inPlace(Math.min(4, 2 + states), Math.min(3, 1 + states)),
                4.0 * COUNT * (3 + 2 * states), // all are read, all but g are written
                () -> {
                    OptimKernel kernel = Backend.kernels().optim();
                    MemorySegment w = Operands.numbers(COUNT);
                    MemorySegment g = Operands.numbers(COUNT, 1);
                    MemorySegment[] kept = new MemorySegment[states];
                    MemorySegment[] sample = new MemorySegment[states];
                    for (int i = 0; i < states; i++) {
                        kept[i] = squares(2 + i);
                        sample[i] = Operands.empty(SAMPLE).copyFrom(last(kept[i]));
                    }
                    MemorySegment expected = Operands.empty(SAMPLE).copyFrom(last(w));
                    rule.step(Operands.DEFINITION.optim(), expected, last(g), sample, SAMPLE);
                    Runnable run = () -> rule.step(kernel, w, g, kept, COUNT);
                    run.run();
                    Operands.check(name, last(w), expected, 1e-5);
                    return run;
                });
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

    private static MemorySegment squares(int seed) {
        MemorySegment squares = Operands.numbers(COUNT, seed);
        for (int i = 0; i < COUNT; i++) {
            float x = squares.getAtIndex(ValueLayout.JAVA_FLOAT, i);
            squares.setAtIndex(ValueLayout.JAVA_FLOAT, i, x * x);
        }
        return squares;
    }

    private static MemorySegment zeros(int count) {
        return Operands.empty(count).fill((byte) 0);
    }

    private static MemorySegment last(MemorySegment all) {
        return Operands.part(all, COUNT - SAMPLE, SAMPLE);
    }
}
