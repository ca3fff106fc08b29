package dev.tenon.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.Golden;
import dev.tenon.dtype.DType;
import dev.tenon.kernel.OptimKernel;
import dev.tenon.kernel.Tolerances;
import dev.tenon.nn.Param;
import dev.tenon.tensor.TenonException;
import dev.tenon.tensor.Tensor;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.SequencedMap;
import java.util.Set;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.assertj.core.data.Offset;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// The optimizers against trajectories of PyTorch and Keras, and against themselves resumed.
class OptimizerTest {
    private static final Golden GOLDEN = Golden.resource("optimizer.json");

    /// The references computed in float32 and are themselves up to 5e-6 off their formulas.
    private static final double SCALE = 5;

    // ---- golden trajectories

    @TestFactory
    Stream<DynamicTest> followsPyTorch() {
        return GOLDEN.at("torch").list().stream()
                .map(run ->
                        DynamicTest.dynamicTest(
                                title(run, "arguments"), () -> follow(torch(run), run, null)));
    }

    @TestFactory
    Stream<DynamicTest> followsKeras() {
        return GOLDEN.at("keras").list().stream()
                .map(run ->
                        DynamicTest.dynamicTest(
                                title(run, "config"),
                                () -> follow(keras(run), run, clip(run.at("config")))));
    }

    private static String title(Golden run, String settings) {
        return run.at("optimizer").text() + " " + run.at(settings).value();
    }

    private static void follow(Optimizer optimizer, Golden run, @Nullable GradientClip clip) {
        List<Golden> trajectory = run.at("trajectory").list();
        for (int k = 0; k < trajectory.size(); k++) {
            setGradients(optimizer, GOLDEN.at("gradients").list().get(k).list());
            if (clip != null) {
                clip.apply(optimizer.params().values());
            }
            optimizer.step();
            List<Golden> expected = trajectory.get(k).list();
            int i = 0;
            for (Map.Entry<String, Param> entry : optimizer.params().entrySet()) {
                close(
                        entry.getValue().value(),
                        expected.get(i++),
                        entry.getKey() + " after step " + k);
            }
        }
        if (run.has("optimizer_variables")) {
            checkSlots(optimizer, run.at("optimizer_variables").list());
        }
    }

    private static void checkSlots(Optimizer optimizer, List<Golden> variables) {
        SequencedMap<String, Tensor> state = optimizer.state();
        Set<String> seen = new HashSet<>();
        for (Golden variable : variables.subList(1, variables.size())) {
            String keras = variable.at("name").text();
            if (keras.equals("learning_rate")) {
                continue;
            }
            String[] name = keras.split("_", 2);
            if (name[0].equals("variable")) { // Nadam's product of momenta, which ours works out
                double beta1 = ((Nadam) optimizer.rule()).beta1();
                double product = OptimKernel.NadamStep.product(beta1, 1, optimizer.steps());
                close(Tensor.scalar(DType.F64, product), variable.at("value"), "product");
                continue;
            }
            boolean factors = optimizer.rule() instanceof Adafactor;
            String parameter = name[0];
            boolean matrix = param(optimizer.params(), parameter).value().rank() == 2;
            if (factors && (name.length == 1 ? !matrix : matrix)) {
                continue; // a vector's means, which stay 0, and a matrix's v, which is not kept
            }
            String ours =
                    name.length == 2
                            ? GoldenRules.slot(optimizer.rule(), name[1], matrix)
                            : seen.add(parameter) ? "row" : "column";
            Tensor slot = state.get(parameter + "." + ours);
            assertThat(slot).as(keras).isNotNull();
            close(slot, variable.at("value"), keras);
        }
        assertThat(state.get("step").toLongs())
                .containsExactly((long) variables.get(0).at("value").doubles()[0]);
    }

    private static void close(Tensor actual, Golden expected, String what) {
        double[] values = actual.toDoubles();
        double[] wanted = expected.doubles();
        assertThat(values).as(what).hasSameSizeAs(wanted);
        for (int i = 0; i < wanted.length; i++) {
            Tolerances.assertClose(values[i], wanted[i], SCALE, DType.F32, what + "[" + i + "]");
        }
    }

    // ---- the cases of Keras's own tests

    @TestFactory
    Stream<DynamicTest> passesKerasOwnTests() {
        return GOLDEN.at("cases").list().stream()
                .filter(run -> run.has("optimizer"))
                .map(run ->
                        DynamicTest.dynamicTest(
                                title(run, "config") + " " + run.at("test").text(),
                                () -> kerasCase(run)));
    }

    /// Keras calls Muon's parts; ours are seen in a step from weights without decay.
    @Test
    void passesKerasOwnTestsOfMuon() {
        Muon plain = Muon.KERAS.withWeightDecay(0).withAdam(Adam.KERAS);
        for (Golden run : GOLDEN.at("muon").list()) {
            boolean matrix = run.at("kind").text().equals("muon_newton_schulz");
            Tensor gradient = tensor(run.at(matrix ? "input" : "grads"));
            Tensor start = matrix ? Tensor.zeros(2, 2) : tensor(run.at("x0"));
            Muon rule = matrix ? plain.withRmsRate(1 / Math.sqrt(2)) : plain;
            double rate = matrix ? 1 : run.at("lr").number();
            Optimizer optimizer =
                    new Optimizer(params("x", start), rule, LearningRate.constant(rate));
            Param x = param(optimizer.params(), "x");
            setGradient(x, gradient.toDoubles());
            optimizer.step();
            Tensor expected = tensor(run.at("expected")).mul(matrix ? -1 : 1);
            double atol = run.at("atol").number();
            near(x, expected.toDoubles(), run.at("rtol").number(), atol);
        }
    }

    /// Matrices and the rest decay each by their own share.
    @Test
    void decaysMatricesAndTheRestApart() {
        Muon rule = Muon.KERAS.withWeightDecay(0.1).withAdam(AdamW.KERAS.withWeightDecay(0.2));
        SequencedMap<String, Param> params = params("a", Tensor.ones(2, 2), "b", Tensor.ones(2));
        Optimizer optimizer = new Optimizer(params, rule, LearningRate.constant(0.5));
        params.values().forEach(p -> setGradient(p, new double[(int) p.count()]));
        optimizer.step();
        assertThat(param(params, "a").value().toFloats()).containsOnly(0.95f);
        assertThat(param(params, "b").value().toFloats()).containsOnly(0.9f);
    }

    private static void kerasCase(Golden run) {
        Tensor start = tensor(run.at("x0"));
        Optimizer optimizer = keras(run, params("x", start));
        Param x = optimizer.params().firstEntry().getValue();
        switch (run.at("kind").text()) {
            case "single_step" -> {
                setGradient(x, tensor(run.at("grads")).toDoubles());
                optimizer.step();
                near(
                        x,
                        tensor(run.at("expected")).toDoubles(),
                        run.at("rtol").number(),
                        run.at("atol").number());
            }
            case "weight_decay" -> {
                for (int i = 0; i < run.at("applications").integer(); i++) {
                    setGradient(x, new double[] {0});
                    optimizer.step();
                }
                near(x, new double[] {run.at("expected").number()}, 0, 1e-6);
            }
            case "golden_trajectory" -> {
                setGradient(x, run.at("first_grads").doubles());
                optimizer.step();
                List<Golden> golden = run.at("golden").list();
                List<Golden> exact = run.at("keras_float32").list();
                for (int i = 0; i < golden.size(); i++) {
                    near(
                            x,
                            golden.get(i).doubles(),
                            run.at("rtol").number(),
                            run.at("atol").number());
                    close(x.value(), exact.get(i), "step " + i);
                    setGradient(x, run.at("grads").doubles());
                    optimizer.step();
                }
            }
            default -> throw new IllegalArgumentException(run.at("kind").text());
        }
    }

    private static void near(Param x, double[] expected, double rtol, double atol) {
        double[] actual = x.value().toDoubles();
        for (int i = 0; i < expected.length; i++) {
            assertThat(Math.abs(actual[i] - expected[i]))
                    .as("element %d", i)
                    .isLessThanOrEqualTo(atol + rtol * Math.abs(expected[i]));
        }
    }

    // ---- laws

    private static final List<UpdateRule> RULES =
            List.of(
                    AdamW.PYTORCH,
                    Adam.KERAS.withAmsgrad(),
                    Adamax.PYTORCH,
                    RmsProp.PYTORCH.withMomentum(0.9).withCentered(),
                    RmsProp.KERAS,
                    Adagrad.PYTORCH.withRateDecay(0.1),
                    Adagrad.KERAS,
                    Adadelta.KERAS,
                    Nadam.PYTORCH,
                    Nadam.KERAS,
                    Lion.KERAS.withWeightDecay(0.1),
                    Ftrl.KERAS.withL1(0.1),
                    ScheduleFreeAdamW.KERAS.withWarmupSteps(5),
                    Lamb.KERAS.withWeightDecay(0.1),
                    Adafactor.KERAS,
                    Muon.KERAS,
                    Radam.PYTORCH.withBetas(0.5, 0.9).withWeightDecay(0.1),
                    Asgd.PYTORCH.withStart(1).withLambd(0.5).withWeightDecay(0.1),
                    Sgd.PYTORCH.withMomentum(0.9).withDampening(0.3),
                    Sgd.KERAS.withMomentum(0.9));

    /// A rule does in F32, by machine code, what the definition does in F64.
    @Test
    void comesToTheSameInBothTypes() {
        long seed = 11;
        for (UpdateRule rule : RULES) {
            double[] start = new Random(seed).doubles(60, -1, 1).toArray();
            SequencedMap<String, Param> narrow = params("a", Tensor.of(floats(start), 6, 10));
            SequencedMap<String, Param> wide =
                    params("a", Tensor.of(param(narrow, "a").value().toDoubles(), 6, 10));
            Optimizer one = new Optimizer(narrow, rule, LearningRate.constant(0.05));
            Optimizer two = new Optimizer(wide, rule, LearningRate.constant(0.05));
            for (int step = 0; step < 4; step++) {
                float[] gradient = floats(new Random(seed + step).doubles(60, -1, 1).toArray());
                Tensor g = Tensor.of(gradient, 6, 10);
                one.clearGradients();
                param(narrow, "a").value().mul(g).sum().backward();
                two.clearGradients();
                param(wide, "a").value().mul(g.to(DType.F64)).sum().backward();
                one.step();
                two.step();
            }
            double[] actual = param(narrow, "a").value().toDoubles();
            double[] expected = param(wide, "a").value().toDoubles();
            for (int i = 0; i < 60; i++) {
                assertThat(actual[i])
                        .as("%s, element %d, seed %d", rule, i, seed)
                        .isCloseTo(expected[i], Offset.offset(5e-5));
            }
        }
    }

    @Test
    void resumesExactly() {
        long seed = 7;
        for (UpdateRule rule : RULES) {
            LearningRate schedule = LearningRate.warmupCosine(0.1, 3, 12);
            SequencedMap<String, Param> whole = params("a", Tensor.ones(5), "b", Tensor.ones(2, 3));
            Optimizer straight = new Optimizer(whole, rule, schedule);
            train(straight, 0, 9, seed);

            Optimizer first =
                    new Optimizer(
                            params("a", Tensor.ones(5), "b", Tensor.ones(2, 3)), rule, schedule);
            train(first, 0, 4, seed);
            SequencedMap<String, Param> copies = new LinkedHashMap<>();
            first.params()
                    .forEach((name, p) ->
                            copies.put(
                                    name,
                                    Param.of(Tensor.of(p.value().toFloats(), p.shape().sizes()))));
            Optimizer second = new Optimizer(copies, rule, schedule);
            second.load(first.state());
            train(second, 4, 9, seed);

            assertThat(second.steps()).isEqualTo(9);
            whole.forEach((name, p) ->
                    assertThat(copies.get(name).value().toFloats())
                            .as("%s of %s, seed %d", name, rule, seed)
                            .isEqualTo(p.value().toFloats()));
        }
    }

    /// Parameter b has a gradient in every second step only.
    private static void train(Optimizer optimizer, int from, int to, long seed) {
        for (int step = from; step < to; step++) {
            Random random = new Random(seed + step);
            optimizer.clearGradients();
            for (Map.Entry<String, Param> entry : optimizer.params().entrySet()) {
                double[] gradient = random.doubles(entry.getValue().count(), -1, 1).toArray();
                if (entry.getKey().equals("a") || step % 2 == 0) {
                    setGradient(entry.getValue(), gradient);
                }
            }
            optimizer.step();
        }
    }

    @Test
    void leavesParametersWithoutGradientAndFrozenOnesAlone() {
        SequencedMap<String, Param> params =
                params("a", Tensor.ones(2), "b", Tensor.ones(2), "c", Tensor.ones(2));
        Optimizer optimizer = AdamW.pytorch(params, 0.1);
        for (String name : List.of("a", "c")) {
            setGradient(param(params, name), new double[] {1, 1});
        }
        param(params, "c").freeze();
        optimizer.step();
        assertThat(param(params, "a").value().at(0)).isLessThan(1);
        assertThat(param(params, "b").value().toFloats()).containsExactly(1, 1);
        assertThat(param(params, "c").value().toFloats()).containsExactly(1, 1);
        assertThat(optimizer.state().get("b.step").toLongs()).containsExactly(0);
    }

    /// A parameter that joins late is corrected as if new in PyTorch's flavour.
    @Test
    void countsUpdatesPerParameterAsPyTorchDoes() {
        SequencedMap<String, Param> params = params("a", Tensor.ones(1), "b", Tensor.ones(1));
        Optimizer optimizer = Adam.pytorch(params, 0.1);
        for (int i = 0; i < 3; i++) {
            optimizer.clearGradients();
            setGradient(param(params, "a"), new double[] {1});
            optimizer.step();
        }
        setGradient(param(params, "b"), new double[] {1});
        optimizer.step();
        assertThat(param(params, "b").value().item()).isCloseTo(0.9, Offset.offset(1e-6));
    }

    /// The mean is the weight itself at first and then that of the updates since the start. Numbers
    /// of PyTorch 2.13 with `decoupled_weight_decay=True`.
    @Test
    void decaysApartFromNadamsGradientWhereAsked() {
        Tensor w = Tensor.of(new double[] {1, -2, 0.5}, 3);
        Optimizer optimizer =
                new Optimizer(
                        params("w", w),
                        Nadam.PYTORCH.withDecoupledWeightDecay(0.1),
                        LearningRate.constant(0.1));
        double[][] gradients = {{1, -0.5, 0.25}, {0.5, 2, -1}, {-1, 1, 0}};
        for (double[] gradient : gradients) {
            optimizer.clearGradients();
            w.mul(Tensor.of(gradient, 3)).sum().backward();
            optimizer.step();
        }
        assertThat(w.toDoubles())
                .containsExactly(
                        new double[] {0.8833328050033561, -1.990137030049695, 0.48596395825266864},
                        Offset.offset(1e-6)); // PyTorch keeps the product of momenta in F32
    }

    @Test
    void averagesDescent() {
        SequencedMap<String, Param> params = params("a", Tensor.zeros(1));
        Optimizer optimizer =
                new Optimizer(
                        params, Asgd.PYTORCH.withLambd(0).withStart(1), LearningRate.constant(1));
        double[] means = {-1, -2, -3, (-3 - 4) / 2.0, (-3 - 4 - 5) / 3.0};
        for (double mean : means) {
            setGradient(param(params, "a"), new double[] {1});
            optimizer.step();
            Tensor slot = Objects.requireNonNull(optimizer.state().get("a.mean"));
            assertThat(slot.item()).isCloseTo(mean, Offset.offset(1e-6));
        }
    }

    @Test
    void asksTheScheduleByStep() {
        SequencedMap<String, Param> params = params("a", Tensor.zeros(1));
        Optimizer optimizer = new Optimizer(params, Sgd.PYTORCH, step -> step + 1);
        for (int i = 0; i < 3; i++) {
            optimizer.clearGradients();
            setGradient(param(params, "a"), new double[] {1});
            optimizer.step();
        }
        assertThat(param(params, "a").value().item()).isEqualTo(-6);
        assertThat(optimizer.learningRate()).isEqualTo(4);
        optimizer.learningRate(LearningRate.constant(0.5));
        assertThat(optimizer.learningRate()).isEqualTo(0.5);
    }

    /// With steps that undo each other z comes back to where it was, and the average lies between.
    @Test
    void averagesWithoutSchedule() {
        SequencedMap<String, Param> params = params("a", Tensor.ones(1));
        Optimizer optimizer =
                new Optimizer(params, ScheduleFreeAdamW.KERAS.withBetas(0.9, 0), step -> 0.5);
        for (double gradient : new double[] {1, -1}) {
            setGradient(param(params, "a"), new double[] {gradient});
            optimizer.step();
        }
        Tensor z = Objects.requireNonNull(optimizer.state().get("a.z"));
        assertThat(z.item()).isCloseTo(1, Offset.offset(1e-6));
        ScheduleFreeAdamW rule = (ScheduleFreeAdamW) optimizer.rule();
        assertThat(rule.average(param(params, "a").value(), z).item())
                .isCloseTo(0.75, Offset.offset(1e-6));
    }

    @Test
    void followsNoLeaderAtLearningRateZero() {
        Optimizer optimizer = Ftrl.keras(params("a", Tensor.ones(1)), 0);
        setGradient(param(optimizer.params(), "a"), new double[] {1});
        optimizer.step();
        assertThat(param(optimizer.params(), "a").value().item()).isEqualTo(1);
        assertThat(optimizer.state().get("a.z").item()).isZero();
    }

    /// Where neither row nor column has a gradient, the product of their means is below F32.
    @Test
    void leavesDeadRowsAndColumnsAlone() {
        Optimizer optimizer = Adafactor.keras(params("a", Tensor.ones(2, 2)), 0.1);
        setGradient(param(optimizer.params(), "a"), new double[] {1, 0, 0, 0});
        optimizer.step();
        double[] w = param(optimizer.params(), "a").value().toDoubles();
        assertThat(w[0]).isLessThan(1);
        assertThat(w).endsWith(1, 1, 1);
    }

    /// Muon keeps a momentum of matrices and Adam's means of the rest.
    @Test
    void tellsMatricesFromTheRest() {
        SequencedMap<String, Param> params =
                params(
                        "linear.weight",
                        Tensor.ones(4, 2),
                        "tokenEmbedding.weight",
                        Tensor.ones(2, 3),
                        "bias",
                        Tensor.ones(3));
        assertThat(Muon.keras(params, 0.1).state().keySet())
                .containsExactly(
                        "step",
                        "linear.weight.step",
                        "linear.weight.momentum",
                        "tokenEmbedding.weight.step",
                        "tokenEmbedding.weight.m",
                        "tokenEmbedding.weight.v",
                        "bias.step",
                        "bias.m",
                        "bias.v");
    }

    /// A tall matrix steps as its transpose does.
    @Test
    void stepsAlikeWhicheverWayAMatrixLies() {
        double[] gradient = new Random(5).doubles(12, -1, 1).toArray();
        double[] turned = new double[12];
        for (int i = 0; i < 12; i++) {
            turned[i % 4 * 3 + i / 4] = gradient[i];
        }
        SequencedMap<String, Param> params = params("a", Tensor.ones(3, 4), "b", Tensor.ones(4, 3));
        Optimizer optimizer = Muon.keras(params, 0.1);
        setGradient(param(params, "a"), gradient);
        setGradient(param(params, "b"), turned);
        optimizer.step();
        double[] wide = param(params, "a").value().toDoubles();
        double[] tall = param(params, "b").value().transpose(0, 1).toDoubles();
        for (int i = 0; i < 12; i++) {
            assertThat(tall[i]).isCloseTo(wide[i], Offset.offset(1e-6));
        }
    }

    // ---- messages

    @Test
    void saysWhatIsWrong() {
        SequencedMap<String, Param> params = params("a", Tensor.ones(2));
        assertMessage(
                () -> AdamW.pytorch(params, 0.1).step(),
                "optimizer: No gradients provided for any variable. Got none for 1 parameters; call"
                        + " backward() on the loss first");
        assertMessage(
                () -> AdamW.pytorch(new LinkedHashMap<>(), 0.1),
                "optimizer: there must be parameters to train; got none");
        SequencedMap<String, Tensor> state = AdamW.pytorch(params, 0.1).state();
        state.remove("a.v");
        state.put("a.u", Tensor.ones(2));
        state.put("a.m", Tensor.ones(3));
        assertMessage(
                () -> AdamW.pytorch(params, 0.1).load(state),
                "load: names and shapes must be those of the optimizer; got missing a.v; unexpected a.u;"
                        + " shape a.m [3] for [2]");
    }

    private static void assertMessage(ThrowingCallable body, String message) {
        assertThatThrownBy(body).isInstanceOf(TenonException.class).hasMessage(message);
    }

    // ---- building

    private static SequencedMap<String, Param> params(Object... namesAndValues) {
        SequencedMap<String, Param> params = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            params.put((String) namesAndValues[i], Param.of((Tensor) namesAndValues[i + 1]));
        }
        return params;
    }

    private static Param param(Map<String, Param> params, String name) {
        return Objects.requireNonNull(params.get(name));
    }

    private static SequencedMap<String, Param> start() {
        Golden x0 = GOLDEN.at("x0");
        return params(
                "kernel",
                Tensor.of(floats(x0.at("kernel").doubles()), x0.at("kernel_shape").ints()),
                "bias",
                Tensor.of(floats(x0.at("bias").doubles())));
    }

    private static float[] floats(double[] values) {
        float[] floats = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            floats[i] = (float) values[i];
        }
        return floats;
    }

    /// A number, a list of them or a list of such lists.
    private static Tensor tensor(Golden golden) {
        if (!(golden.value() instanceof List<?> rows)) {
            return Tensor.of(new float[] {(float) golden.number()});
        }
        if (!(rows.getFirst() instanceof List<?>)) {
            return Tensor.of(floats(golden.doubles()));
        }
        double[] all =
                golden.list().stream().flatMapToDouble(r -> DoubleStream.of(r.doubles())).toArray();
        return Tensor.of(floats(all), rows.size(), all.length / rows.size());
    }

    private static void setGradients(Optimizer optimizer, List<Golden> gradients) {
        int i = 0;
        for (Param param : optimizer.params().values()) {
            setGradient(param, gradients.get(i++).doubles());
        }
    }

    static void setGradient(Param param, double[] gradient) {
        param.clearGradient();
        Tensor g = Tensor.of(floats(gradient), param.shape().sizes());
        param.value().mul(g).sum().backward();
    }

    private static Optimizer torch(Golden run) {
        return new Optimizer(start(), GoldenRules.torch(run), GoldenRules.torchRate(run));
    }

    private static Optimizer keras(Golden run) {
        return keras(run, start());
    }

    private static Optimizer keras(Golden run, SequencedMap<String, Param> params) {
        return new Optimizer(params, GoldenRules.keras(run), GoldenRules.kerasRate(run));
    }

    private static @Nullable GradientClip clip(Golden config) {
        if (config.has("clipnorm")) {
            return GradientClip.byEachNorm(config.at("clipnorm").number());
        }
        return config.has("global_clipnorm")
                ? GradientClip.byNorm(config.at("global_clipnorm").number())
                : null;
    }
}
