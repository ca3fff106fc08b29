package dev.tenon.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.Golden;
import dev.tenon.dtype.DType;
import dev.tenon.kernel.OptimKernel.AdadeltaStep;
import dev.tenon.kernel.OptimKernel.AdagradStep;
import dev.tenon.kernel.OptimKernel.AdamStep;
import dev.tenon.kernel.OptimKernel.AdamaxStep;
import dev.tenon.kernel.OptimKernel.Decay;
import dev.tenon.kernel.OptimKernel.FtrlStep;
import dev.tenon.kernel.OptimKernel.LionStep;
import dev.tenon.kernel.OptimKernel.NadamStep;
import dev.tenon.kernel.OptimKernel.RmsPropStep;
import dev.tenon.kernel.OptimKernel.ScheduleFreeStep;
import dev.tenon.kernel.OptimKernel.SgdStep;
import dev.tenon.kernel.scalar.ScalarOptim;
import dev.tenon.tensor.Backend;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Random;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OptimKernelTest {
    private static final long SEED = 20_251_117L;
    private static final OptimKernel SCALAR = new ScalarOptim();
    private static final OptimKernel VECTOR = Backend.kernels().optim();
    private static final Decay DECAY = new Decay(0.7, 0.01, 0.995);

    /// Weight, gradient and three states.
    private static final class Operands {
        final DType type;
        final long count;
        final MemorySegment w;
        final MemorySegment g;
        final MemorySegment[] states = new MemorySegment[3];

        Operands(DType type, double[] weights) {
            this.type = type;
            count = weights.length;
            w = segment(type, weights);
            g = segment(type, new double[weights.length]);
            for (int i = 0; i < states.length; i++) {
                states[i] = segment(type, new double[weights.length]);
            }
        }

        private Operands(Operands whole, long from, long to) {
            type = whole.type;
            count = to - from;
            w = whole.w.asSlice(type.bytes(from), type.bytes(count));
            g = whole.g.asSlice(type.bytes(from), type.bytes(count));
            for (int i = 0; i < states.length; i++) {
                states[i] = whole.states[i].asSlice(type.bytes(from), type.bytes(count));
            }
        }

        /// A part of these operands, in the same memory.
        Operands part(long from, long to) {
            return new Operands(this, from, to);
        }

        static Operands random(int count) {
            Random random = new Random(SEED);
            Operands operands = new Operands(DType.F32, random.doubles(count, -1, 1).toArray());
            fill(operands.g, DType.F32, random.doubles(count, -1, 1).toArray());
            for (MemorySegment state : operands.states) {
                fill(state, DType.F32, random.doubles(count, 0.01, 1).toArray());
            }
            return operands;
        }
    }

    private static MemorySegment segment(DType type, double[] values) {
        MemorySegment data = Arena.ofAuto().allocate(type.bytes(values.length), 64);
        fill(data, type, values);
        return data;
    }

    private static void fill(MemorySegment data, DType type, double[] values) {
        for (int i = 0; i < values.length; i++) {
            type.write(data, i, values[i]);
        }
    }

    private static void assertSame(Operands actual, Operands expected, String what) {
        String seed = what + ", seed " + SEED;
        Tolerances.assertClose(actual.w, expected.w, actual.count, 1, DType.F32, seed + ", w");
        for (int i = 0; i < 3; i++) {
            Tolerances.assertClose(
                    actual.states[i],
                    expected.states[i],
                    actual.count,
                    1,
                    DType.F32,
                    seed + ", state " + i);
        }
    }

    @FunctionalInterface
    private interface Step {
        void run(OptimKernel kernel, Operands o);
    }

    private static final List<Step> STEPS =
            List.of(
                    (k, o) -> k.sgd(o.w, o.g, null, o.count, SgdStep.plain(0.1), DECAY, o.type),
                    (k, o) -> {
                        SgdStep step = SgdStep.torch(0.1, 0.9, 0.2, true, false);
                        k.sgd(o.w, o.g, o.states[0], o.count, step, DECAY, o.type);
                    },
                    (k, o) -> {
                        AdamStep step = AdamStep.torch(0.1, 0.9, 0.999, 1e-8, 3);
                        k.adam(
                                o.w,
                                o.g,
                                o.states[0],
                                o.states[1],
                                null,
                                o.count,
                                step,
                                DECAY,
                                o.type);
                    },
                    (k, o) -> {
                        AdamStep step = AdamStep.keras(0.1, 0.9, 0.999, 1e-7, 3);
                        k.adam(
                                o.w,
                                o.g,
                                o.states[0],
                                o.states[1],
                                o.states[2],
                                o.count,
                                step,
                                Decay.NONE,
                                o.type);
                    },
                    (k, o) -> {
                        AdamaxStep step = AdamaxStep.torch(0.1, 0.9, 0.999, 1e-8, 3);
                        k.adamax(o.w, o.g, o.states[0], o.states[1], o.count, step, DECAY, o.type);
                    },
                    (k, o) -> k.lerp(o.w, o.g, o.count, 0.3, o.type),
                    (k, o) -> k.axpy(o.w, -0.7, o.g, o.count, o.type),
                    (k, o) -> k.scale(o.w, o.count, 0.37, o.type));

    /// Rules whose results differ where a square or the like is beyond F32.
    private static final List<Step> SQUARING =
            List.of(
                    (k, o) -> {
                        RmsPropStep step = RmsPropStep.torch(0.1, 0.9, 0.8, 1e-8);
                        MemorySegment[] s = o.states;
                        k.rmsProp(o.w, o.g, s[0], null, null, o.count, step, DECAY, o.type);
                    },
                    (k, o) -> {
                        RmsPropStep step = RmsPropStep.keras(0.1, 0.9, 0.8, 1e-3);
                        MemorySegment[] s = o.states;
                        k.rmsProp(o.w, o.g, s[0], null, s[1], o.count, step, DECAY, o.type);
                    },
                    (k, o) -> {
                        RmsPropStep step = RmsPropStep.keras(0.1, 0.9, 0.8, 1e-1);
                        MemorySegment[] s = o.states;
                        k.rmsProp(o.w, o.g, s[0], s[1], null, o.count, step, DECAY, o.type);
                    },
                    (k, o) -> {
                        RmsPropStep step = RmsPropStep.keras(0.1, 0.95, 0.8, 1e-1);
                        MemorySegment[] s = o.states;
                        k.rmsProp(o.w, o.g, s[0], s[1], s[2], o.count, step, Decay.NONE, o.type);
                    },
                    (k, o) -> {
                        AdagradStep step = AdagradStep.keras(0.1, 1e-7);
                        k.adagrad(o.w, o.g, o.states[0], o.count, step, DECAY, o.type);
                    },
                    (k, o) -> {
                        AdagradStep step = AdagradStep.torch(0.1, 0.2, 1e-10, 4);
                        k.adagrad(o.w, o.g, o.states[0], o.count, step, Decay.NONE, o.type);
                    },
                    (k, o) -> {
                        AdadeltaStep step = new AdadeltaStep(0.9, 0.7, 1e-6);
                        MemorySegment[] s = o.states;
                        k.adadelta(o.w, o.g, s[0], s[1], o.count, step, DECAY, o.type);
                    },
                    (k, o) -> {
                        NadamStep step = NadamStep.of(0.1, 0.9, 0.999, 1e-8, 0.004, false, 3);
                        MemorySegment[] s = o.states;
                        k.nadam(o.w, o.g, s[0], s[1], o.count, step, DECAY, o.type);
                    },
                    (k, o) -> {
                        LionStep step = new LionStep(0.9, 0.99, 0.1);
                        k.lion(o.w, o.g, o.states[0], o.count, step, DECAY, o.type);
                    },
                    (k, o) -> {
                        FtrlStep step = FtrlStep.keras(0.5, -0.5, 0.2, 0.1, 0.01, 0.3);
                        MemorySegment[] s = o.states;
                        k.ftrl(o.w, o.g, s[0], s[1], o.count, step, DECAY, o.type);
                    },
                    (k, o) -> {
                        FtrlStep step = FtrlStep.keras(0.5, -0.3, 0.2, 0.1, 0.01, 0.3);
                        MemorySegment[] s = o.states;
                        k.ftrl(o.w, o.g, s[0], s[1], o.count, step, Decay.NONE, o.type);
                    },
                    (k, o) -> {
                        ScheduleFreeStep step =
                                ScheduleFreeStep.keras(0.1, 0.9, 0.999, 1e-8, 10, 3);
                        MemorySegment[] s = o.states;
                        k.scheduleFree(o.w, o.g, s[0], s[1], o.count, step, DECAY, o.type);
                    });

    private static final List<Step> ALL = Stream.concat(STEPS.stream(), SQUARING.stream()).toList();

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 8, 31, 32, 33, 207, 4099, 16_384, 40_003})
    void vectorsAgreeWithTheDefinition(int count) {
        for (int i = 0; i < ALL.size(); i++) {
            Operands expected = Operands.random(count);
            Operands actual = Operands.random(count);
            ALL.get(i).run(SCALAR, expected);
            ALL.get(i).run(VECTOR, actual);
            assertSame(actual, expected, "step " + i + ", count " + count);
        }
    }

    @Test
    void anElementGetsTheSameBitsWhereverItLies() {
        for (int i = 0; i < ALL.size(); i++) {
            Operands whole = Operands.random(4099);
            Operands parts = Operands.random(4099);
            ALL.get(i).run(VECTOR, whole);
            long[] cuts = {0, 3, 1000, 1001, 4099};
            for (int p = 0; p + 1 < cuts.length; p++) {
                ALL.get(i).run(VECTOR, parts.part(cuts[p], cuts[p + 1]));
            }
            assertThat(parts.w.mismatch(whole.w)).as("step %d, seed %d", i, SEED).isEqualTo(-1);
        }
    }

    /// Every pairing of NaN, infinities, zeros and numbers in gradient, weight and states.
    @Test
    void extremesGoThroughAsTheDefinitionSays() {
        int count = 8 * 8 * 8;
        for (int i = 0; i < ALL.size(); i++) {
            double large = i < STEPS.size() ? 1e30 : 1e15;
            Operands expected = extremes(large, count);
            Operands actual = extremes(large, count);
            ALL.get(i).run(SCALAR, expected);
            ALL.get(i).run(VECTOR, actual);
            assertKinds(actual.w, expected.w, count, "step " + i + ", w");
            for (int k = 0; k < 3; k++) {
                assertKinds(actual.states[k], expected.states[k], count, "step " + i + ", " + k);
            }
        }
    }

    private static Operands extremes(double large, int count) {
        double[] values = {
            Double.NaN,
            Double.POSITIVE_INFINITY,
            Double.NEGATIVE_INFINITY,
            0,
            -0.0,
            1,
            -1e-30,
            large
        };
        Operands operands = new Operands(DType.F32, new double[count]);
        for (int i = 0; i < count; i++) {
            DType.F32.write(operands.w, i, values[i % 8]);
            DType.F32.write(operands.g, i, values[i / 8 % 8]);
            for (int k = 0; k < 3; k++) {
                DType.F32.write(operands.states[k], i, values[(i / 64 + k) % 8]);
            }
        }
        return operands;
    }

    /// NaN where NaN is expected, and close elsewhere unless a square in F32 overflows.
    private static void assertKinds(
            MemorySegment actual, MemorySegment expected, int count, String what) {
        for (int i = 0; i < count; i++) {
            double found = DType.F32.read(actual, i);
            double wanted = DType.F32.read(expected, i);
            assertThat(Double.isNaN(found))
                    .as("%s, element %d", what, i)
                    .isEqualTo(Double.isNaN(wanted));
            if (Double.isInfinite(wanted)) {
                assertThat(found).as("%s, element %d", what, i).isEqualTo(wanted);
            }
        }
    }

    private static double[] run(
            DType type,
            OptimKernel kernel,
            double[] w0,
            int steps,
            IntFunction<double[]> gradient,
            Rule rule) {
        Operands o = new Operands(type, w0);
        double[] trajectory = new double[w0.length * steps];
        for (int k = 0; k < steps; k++) {
            fill(o.g, type, gradient.apply(k));
            rule.step(kernel, o, k + 1);
            for (int i = 0; i < w0.length; i++) {
                trajectory[k * w0.length + i] = type.read(o.w, i);
            }
        }
        return trajectory;
    }

    @FunctionalInterface
    private interface Rule {
        void step(OptimKernel kernel, Operands o, int t);
    }

    @Test
    void followsPyTorch() {
        List<Golden> cases = Golden.resource("torch-optim.json").at("cases").list();
        for (Golden golden : cases) {
            Rule rule = torch(golden.at("optimizer").text(), golden.at("arguments"));
            for (DType type : List.of(DType.F64, DType.F32)) {
                double[] actual =
                        run(
                                type,
                                VECTOR,
                                Golden.sines(7, 0.37, 0.2, 1, 0),
                                5,
                                k -> Golden.sines(7, 0.7, 0.9 * k, 0.5 + k, 0),
                                rule);
                // five steps of division by roots near 0 in F32
                double scale = type == DType.F32 ? 10 : 1;
                Tolerances.assertClose(
                        actual,
                        golden.at("trajectory").doubles(),
                        scale,
                        type,
                        golden.path() + " " + type);
            }
        }
    }

    private static double or(Golden arguments, String name, double otherwise) {
        return arguments.has(name) ? arguments.at(name).number() : otherwise;
    }

    private static boolean is(Golden arguments, String name) {
        return arguments.has(name) && arguments.at(name).truth();
    }

    private static Rule torch(String optimizer, Golden a) {
        double rate = a.at("lr").number();
        double weightDecay = or(a, "weight_decay", 0);
        double eps = or(a, "eps", 1e-8);
        double[] betas = a.has("betas") ? a.at("betas").doubles() : new double[] {0.9, 0.999};
        Decay l2 = Decay.l2(weightDecay);
        return switch (optimizer) {
            case "SGD" -> {
                double momentum = or(a, "momentum", 0);
                double dampening = or(a, "dampening", 0);
                boolean nesterov = is(a, "nesterov");
                yield (kernel, o, t) -> {
                    SgdStep step =
                            momentum == 0
                                    ? SgdStep.plain(rate)
                                    : SgdStep.torch(rate, momentum, dampening, nesterov, t == 1);
                    MemorySegment v = momentum == 0 ? null : o.states[0];
                    kernel.sgd(o.w, o.g, v, o.count, step, l2, o.type);
                };
            }
            case "Adam", "AdamW" -> {
                Decay decay = optimizer.equals("AdamW") ? Decay.decoupled(rate, weightDecay) : l2;
                boolean amsgrad = is(a, "amsgrad");
                yield (kernel, o, t) ->
                        kernel.adam(
                                o.w,
                                o.g,
                                o.states[0],
                                o.states[1],
                                amsgrad ? o.states[2] : null,
                                o.count,
                                AdamStep.torch(rate, betas[0], betas[1], eps, t),
                                decay,
                                o.type);
            }
            case "Adamax" ->
                    (kernel, o, t) ->
                            kernel.adamax(
                                    o.w,
                                    o.g,
                                    o.states[0],
                                    o.states[1],
                                    o.count,
                                    AdamaxStep.torch(rate, betas[0], betas[1], eps, t),
                                    l2,
                                    o.type);
            default -> throw new IllegalArgumentException(optimizer);
        };
    }

    @Test
    void followsKeras() {
        Golden file = Golden.resource("keras-optim.json");
        List<Golden> gradients = file.at("gradients").list();
        for (Golden golden : file.at("cases").list()) {
            Rule rule = keras(golden.at("optimizer").text(), golden.at("config"));
            double[] actual =
                    run(
                            DType.F32,
                            VECTOR,
                            file.at("x0").doubles(),
                            gradients.size(),
                            k -> gradients.get(k).doubles(),
                            rule);
            // Keras itself computes in F32
            Tolerances.assertClose(
                    actual, golden.at("trajectory").doubles(), 5, DType.F32, golden.path());
        }
    }

    private static Rule keras(String optimizer, Golden c) {
        double rate = or(c, "learning_rate", optimizer.equals("SGD") ? 0.01 : 0.001);
        double weightDecay = or(c, "weight_decay", optimizer.equals("AdamW") ? 0.004 : 0);
        double beta1 = or(c, "beta_1", 0.9);
        double beta2 = or(c, "beta_2", 0.999);
        Decay decay = Decay.decoupled(rate, weightDecay);
        return switch (optimizer) {
            case "SGD" -> {
                SgdStep step = SgdStep.keras(rate, or(c, "momentum", 0), is(c, "nesterov"));
                yield (kernel, o, t) ->
                        kernel.sgd(o.w, o.g, o.states[0], o.count, step, decay, o.type);
            }
            case "Adam", "AdamW" -> {
                boolean amsgrad = is(c, "amsgrad");
                yield (kernel, o, t) ->
                        kernel.adam(
                                o.w,
                                o.g,
                                o.states[0],
                                o.states[1],
                                amsgrad ? o.states[2] : null,
                                o.count,
                                AdamStep.keras(rate, beta1, beta2, 1e-7, t),
                                decay,
                                o.type);
            }
            case "Adamax" ->
                    (kernel, o, t) ->
                            kernel.adamax(
                                    o.w,
                                    o.g,
                                    o.states[0],
                                    o.states[1],
                                    o.count,
                                    AdamaxStep.keras(rate, beta1, beta2, 1e-7, t),
                                    decay,
                                    o.type);
            default -> throw new IllegalArgumentException(optimizer);
        };
    }

    @Test
    void aWholeWeightCopies() {
        Operands o = Operands.random(33);
        VECTOR.lerp(o.w, o.g, o.count, 1, DType.F32);
        assertThat(o.w.mismatch(o.g)).isEqualTo(-1);
    }

    /// Matrices with several parts down and across, whole groups of rows and not.
    @ParameterizedTest
    @CsvSource({"1, 1", "3, 17", "5, 17000", "37, 8195", "1030, 33", "131, 64"})
    void adafactorsSumsAndStepAreTheDefinitions(int height, int width) {
        Random random = new Random(SEED);
        double[] gradients = random.doubles((long) height * width, -1, 1).toArray();
        MemorySegment g = segment(DType.F32, gradients);
        MemorySegment rows = segment(DType.F32, random.doubles(height, 0.5, 2).toArray());
        MemorySegment columns = segment(DType.F32, random.doubles(width, 0.5, 2).toArray());
        MemorySegment[][] results = new MemorySegment[2][];
        double[] sizes = new double[2];
        for (int i = 0; i < 2; i++) {
            OptimKernel kernel = i == 0 ? VECTOR : SCALAR;
            MemorySegment down = segment(DType.F64, new double[height]);
            MemorySegment across = segment(DType.F64, new double[width]);
            MemorySegment w = segment(DType.F32, gradients);
            kernel.adafactorSquares(down, across, g, height, width, DType.F32);
            sizes[i] = kernel.adafactorSize(g, rows, columns, 1.5, height, width, DType.F32);
            kernel.adafactorStep(w, g, rows, columns, 1.5, 0.1, 0.99, height, width, DType.F32);
            results[i] = new MemorySegment[] {down, across, w};
        }
        assertThat(sizes[0]).isCloseTo(sizes[1], Percentage.withPercentage(1e-4));
        String what = height + " x " + width + ", seed " + SEED;
        for (int i = 0; i < height; i++) {
            assertThat(DType.F64.read(results[0][0], i))
                    .as(what)
                    .isCloseTo(DType.F64.read(results[1][0], i), Percentage.withPercentage(1e-10));
        }
        for (int j = 0; j < width; j++) {
            assertThat(DType.F64.read(results[0][1], j))
                    .as(what)
                    .isCloseTo(DType.F64.read(results[1][1], j), Percentage.withPercentage(1e-4));
        }
        Tolerances.assertClose(
                results[0][2], results[1][2], (long) height * width, 1, DType.F32, what);
    }
}
