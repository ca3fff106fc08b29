package dev.tenon.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.tenon.Golden;
import dev.tenon.dtype.DType;
import dev.tenon.kernel.Tolerances;
import dev.tenon.nn.Param;
import dev.tenon.tensor.LossOps;
import dev.tenon.tensor.MatmulOps;
import dev.tenon.tensor.TenonException;
import dev.tenon.tensor.Tensor;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.slf4j.LoggerFactory;

/// The options of keras.optimizers, against runs of Keras and the cases of its own tests.
class OptimizerOptionsTest {
    private static final Golden GOLDEN = Golden.resource("optimizer-options.json");
    private static final Golden START = Golden.resource("optimizer.json");

    // ---- runs of Keras

    @TestFactory
    Stream<DynamicTest> followsKeras() {
        return GOLDEN.at("runs").list().stream()
                .map(run ->
                        DynamicTest.dynamicTest(
                                run.at("optimizer").text()
                                        + " "
                                        + run.at("config").value()
                                        + (run.has("constraint")
                                                ? " " + run.at("constraint").value()
                                                : ""),
                                () -> follow(run)));
    }

    private static void follow(Golden run) {
        Optimizer optimizer = new Optimizer(start(), GoldenRules.kerasSettings(run));
        List<Golden> trajectory = run.at("trajectory").list();
        for (int k = 0; k < trajectory.size(); k++) {
            List<Golden> gradients = START.at("gradients").list().get(k).list();
            List<Golden> expected = trajectory.get(k).list();
            int i = 0;
            for (Param param : optimizer.params().values()) {
                OptimizerTest.setGradient(param, gradients.get(i++).doubles());
            }
            optimizer.step();
            i = 0;
            for (Map.Entry<String, Param> entry : optimizer.params().entrySet()) {
                close(
                        entry.getValue().value(),
                        expected.get(i++),
                        entry.getKey() + " after step " + k);
            }
        }
        SequencedMap<String, Tensor> state = optimizer.state();
        for (Golden variable : run.at("optimizer_variables").list()) {
            String name = variable.at("name").text().replaceFirst("_(gradient_)?(?=a)", ".");
            close(Objects.requireNonNull(state.get(name), name), variable.at("value"), name);
        }
    }

    private static void close(Tensor actual, Golden expected, String what) {
        double[] values = actual.toDoubles();
        double[] wanted = expected.doubles();
        assertThat(values).as(what).hasSameSizeAs(wanted);
        for (int i = 0; i < wanted.length; i++) {
            Tolerances.assertClose(values[i], wanted[i], 5, DType.F32, what + "[" + i + "]");
        }
    }

    // ---- the cases of Keras's own tests

    private static Golden the(String kind) {
        return GOLDEN.at("cases").list().stream()
                .filter(run -> run.at("kind").text().equals(kind))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void averages() {
        Golden run = the("ema");
        Param x = param(run.at("x0"));
        Optimizer optimizer = new Optimizer(params("x", x), GoldenRules.kerasSettings(run));
        for (Golden step : run.at("steps").list()) {
            OptimizerTest.setGradient(x, run.at("grads").doubles());
            optimizer.step();
            close(x.value(), step.at("x"), "x");
            close(state(optimizer, "x.average"), step.at("ema"), "average");
        }
    }

    @Test
    void asksACallableForTheRate() {
        Golden run = the("callable_lr");
        Param x = param(run.at("x0"));
        Optimizer optimizer = new Optimizer(params("x", x), Sgd.KERAS, _ -> 0.1);
        OptimizerTest.setGradient(x, run.at("grads").doubles());
        optimizer.step();
        close(x.value(), run.at("expected"), "x");
    }

    @Test
    void clipsByTheNormOfAll() {
        Golden run = the("clip");
        Param x = Param.of(Tensor.zeros(1, 2));
        OptimizerSettings settings =
                OptimizerSettings.of(Sgd.KERAS, 1)
                        .withGlobalClipnorm(run.at("config").at("global_clipnorm").number());
        Optimizer optimizer = new Optimizer(params("x", x), settings);
        OptimizerTest.setGradient(x, run.at("grads").doubles());
        optimizer.step();
        double[] expected = Arrays.stream(run.at("expected").doubles()).map(v -> -v).toArray();
        assertThat(x.value().toDoubles()).containsExactly(expected, Offset.offset(1e-7));
        assertThat(Objects.requireNonNull(x.gradient()).toFloats()).containsExactly(50, 100);
    }

    @Test
    void overwritesWithGradients() {
        Golden run = the("overwrite_with_gradient");
        Param marked = param(run.at("x0"));
        Param normal = param(run.at("x0"));
        Optimizer optimizer =
                new Optimizer(params("marked", marked, "normal", normal), overwriting(1));
        for (Param param : optimizer.params().values()) {
            OptimizerTest.setGradient(param, run.at("grads").doubles());
        }
        optimizer.step();
        close(marked.value(), run.at("expected_marked"), "marked");
        close(normal.value(), run.at("expected_normal"), "normal");
    }

    @Test
    void overwritesWithTheLargestOfSomeGradients() {
        Golden run = the("overwrite_with_gradient_accumulation");
        Param marked = param(run.at("x0"));
        Param normal = param(run.at("x0"));
        Optimizer optimizer =
                new Optimizer(params("marked", marked, "normal", normal), overwriting(2));
        int i = 0;
        for (Golden step : run.at("steps").list()) {
            double gradient = run.at("grads_by_step").doubles()[i++];
            for (Param param : optimizer.params().values()) {
                double[] all = new double[(int) param.count()];
                Arrays.fill(all, gradient);
                OptimizerTest.setGradient(param, all);
            }
            optimizer.step();
            close(marked.value(), step.at("marked"), "marked");
            close(normal.value(), step.at("normal"), "normal");
            for (String name : List.of("marked", "normal")) {
                assertThat(state(optimizer, name + ".accumulator").toDoubles())
                        .containsOnly(step.at("acc_" + name).number());
            }
        }
    }

    private static OptimizerSettings overwriting(int turns) {
        OptimizerSettings settings =
                OptimizerSettings.of(Sgd.KERAS, 1).withOverwritten(ParamFilter.named("marked"));
        return turns == 1 ? settings : settings.withAccumulation(turns);
    }

    @TestFactory
    Stream<DynamicTest> scalesLosses() {
        return GOLDEN.at("cases").list().stream()
                .filter(run -> run.at("kind").text().equals("loss_scale"))
                .map(run -> DynamicTest.dynamicTest(run.at("test").text(), () -> lossScale(run)));
    }

    private static void lossScale(Golden run) {
        LossScale scale = LossScale.of(OptimizerSettings.of(Sgd.KERAS, 0.5));
        if (run.has("config")) {
            Golden config = run.at("config");
            scale =
                    new LossScale(
                            scale.inner(),
                            config.at("initial_scale").number(),
                            config.has("dynamic_growth_steps")
                                    ? config.at("dynamic_growth_steps").integer()
                                    : scale.growthSteps());
        }
        Param x = run.has("x0") ? param(run.at("x0")) : Param.of(Tensor.ones(4));
        Optimizer optimizer = new Optimizer(params("x", x), scale);
        double[] gradient = new double[4];
        Arrays.fill(gradient, run.has("grads") ? Double.POSITIVE_INFINITY : 1);
        if (run.has("grads_times_scale")) {
            gradient = run.at("grads_times_scale").doubles();
            for (int i = 0; i < gradient.length; i++) {
                gradient[i] *= scale.initialScale();
            }
        }
        int times = run.has("applications") ? run.at("applications").integer() : 1;
        for (int i = 0; i < times; i++) {
            OptimizerTest.setGradient(x, gradient);
            optimizer.step();
        }
        if (run.has("expected")) {
            assertThat(x.value().toDoubles())
                    .containsExactly(run.at("expected").doubles(), Offset.offset(1e-6));
        }
        if (run.has("scale_loss_of_1")) {
            assertThat(optimizer.scaleLoss(Tensor.scalar(DType.F32, 1)).item())
                    .isEqualTo(run.at("scale_loss_of_1").number());
        }
        assertThat(optimizer.steps()).isEqualTo(run.has("grads") ? 0 : times);
    }

    /// Two parameters of which one is excluded, by name and by itself.
    @Test
    void excludesFromWeightDecay() {
        for (Golden run : GOLDEN.at("cases").list()) {
            if (!run.at("kind").text().equals("weight_decay")) {
                continue;
            }
            Param x = Param.of(Tensor.of(new float[] {2}));
            Param y = Param.of(Tensor.of(new float[] {2}));
            OptimizerSettings settings = GoldenRules.kerasSettings(run);
            decayOnce(settings, params("x", x));
            decayOnce(settings.withoutWeightDecayOn("exclude"), params("x", x, "exclude_me", y));
            decayOnce(settings.withoutWeightDecayOn(y), params("x", x, "y", y));
            assertThat(x.value().item())
                    .as("%s", settings.rule())
                    .isCloseTo(run.at("expected").number(), Offset.offset(1e-6));
            assertThat(y.value().item()).as("%s", settings.rule()).isEqualTo(2);
        }
    }

    private static void decayOnce(OptimizerSettings settings, SequencedMap<String, Param> params) {
        params.values().forEach(p -> OptimizerTest.setGradient(p, new double[] {0}));
        new Optimizer(params, settings).step();
    }

    /// A layer with ones, three epochs of four batches of four, mean squared error.
    @Test
    void trainsByASchedule() {
        Golden run = the("schedule_in_fit");
        Golden rate = run.at("lr");
        LearningRate schedule =
                ExponentialDecay.of(
                        rate.at("initial_learning_rate").number(),
                        rate.at("decay_steps").number(),
                        rate.at("decay_rate").number());
        Param kernel = Param.of(Tensor.ones(2, 2));
        Param bias = Param.of(Tensor.ones(2));
        Optimizer optimizer =
                new Optimizer(params("kernel", kernel, "bias", bias), Adam.KERAS, schedule);
        double[] losses = run.at("losses").doubles();
        for (double expected : losses) {
            double sum = 0;
            for (int batch = 0; batch < 4; batch++) {
                float[] numbers = new float[8];
                for (int i = 0; i < 8; i++) {
                    numbers[i] = 8 * batch + i;
                }
                Tensor x = Tensor.of(numbers, 4, 2);
                optimizer.clearGradients();
                Tensor y = MatmulOps.matmul(x, kernel.value()).add(bias.value());
                Tensor loss = LossOps.mse(y, x);
                loss.backward();
                optimizer.step();
                sum += loss.item();
            }
            assertThat(sum / 4).isCloseTo(expected, Offset.offset(expected * 5e-5));
        }
    }

    // ---- what Keras's tests do not show

    /// Both parameters follow one rule each, by their names.
    @Test
    void mapsParametersToSettings() {
        OptimizerSettings sgd = OptimizerSettings.of(Sgd.KERAS, 0.5);
        OptimizerSettings lion = OptimizerSettings.of(Lion.KERAS, 0.125);
        OptimizerMap map = OptimizerMap.of(sgd).with("encoder/.*", lion).with("encoder/exact", sgd);
        Optimizer optimizer =
                new Optimizer(
                        params(
                                "encoder/x", Param.of(Tensor.ones(1)),
                                "encoder/exact", Param.of(Tensor.ones(1)),
                                "my/encoder/x", Param.of(Tensor.ones(1))),
                        map);
        optimizer.params().values().forEach(p -> OptimizerTest.setGradient(p, new double[] {2}));
        optimizer.step();
        assertThat(optimizer.params().values().stream().map(p -> p.value().item()))
                .containsExactly(0.875, 0.0, 0.0);
        assertThat(optimizer.groups().stream().map(g -> g.pattern() + " " + g.params().keySet()))
                .containsExactly(
                        " [my/encoder/x]",
                        "encoder/.* [encoder/x]",
                        "encoder/exact [encoder/exact]");
        assertMessage(
                optimizer::learningRate,
                "optimizer: Learning rate cannot be accessed on a MultiOptimizer. Access the learning"
                        + " rate on the individual sub-optimizers instead. They are in groups()");
        assertMessage(
                () -> optimizer.learningRate(1.0),
                "optimizer: Learning rate cannot be set on a MultiOptimizer. Set the learning rate on"
                        + " the individual sub-optimizers instead. They are in groups()");
        assertMessage(
                () -> map.with("encoder/exact", lion),
                "optimizer: 'encoder/exact' already exists in the OptimizerMap with value "
                        + sgd
                        + ". Please make sure to not use duplicated keys.");
        assertMessage(
                () ->
                        new Optimizer(
                                params("encoder/x", Param.of(Tensor.ones(1))),
                                map.with(".*x", sgd)),
                "optimizer: Multiple optimizers assigned to variable encoder/x. Its name matches"
                        + " encoder/.* and .*x");
    }

    /// What Keras counts: a plain SGD has its step and nothing else.
    @Test
    void keepsNothingThatItDoesNotNeed() {
        SequencedMap<String, Param> params = params("x", Param.of(Tensor.ones(1)));
        assertThat(Sgd.keras(params, 1, 0).state().keySet()).containsExactly("step", "x.step");
    }

    /// A gradient of half a window counts, where Keras would forget it.
    @Test
    void keepsGradientsOfAParameterThatHasNoneInTheLastStep() {
        Param a = Param.of(Tensor.ones(1));
        Param b = Param.of(Tensor.ones(1));
        Optimizer optimizer =
                new Optimizer(
                        params("a", a, "b", b),
                        OptimizerSettings.of(Sgd.KERAS, 1).withAccumulation(2).withAverage(0.5));
        OptimizerTest.setGradient(a, new double[] {1});
        OptimizerTest.setGradient(b, new double[] {1});
        optimizer.step();
        assertThat(state(optimizer, "a.average").item()).isZero();
        b.clearGradient();
        optimizer.step();
        assertThat(a.value().item()).isEqualTo(0);
        assertThat(b.value().item()).isEqualTo(0.5);
        assertThat(state(optimizer, "b.average").item()).isEqualTo(0.5);
        assertThat(optimizer.steps()).isEqualTo(2);
        assertThat(optimizer.iterations()).isEqualTo(1);
    }

    @Test
    void takesAveragesAtTheEnd() {
        Param x = Param.of(Tensor.zeros(1));
        Optimizer optimizer =
                new Optimizer(params("x", x), OptimizerSettings.of(Sgd.KERAS, 1).withAverage(0.75));
        for (double gradient : new double[] {-1, -4}) {
            OptimizerTest.setGradient(x, new double[] {gradient});
            optimizer.step();
        }
        assertThat(x.value().item()).isEqualTo(5);
        optimizer.finalizeValues();
        assertThat(x.value().item()).isEqualTo(0.75 * 1 + 0.25 * 5);
    }

    @Test
    void setsTheRateAsKerasDoes() {
        SequencedMap<String, Param> params = params("x", Param.of(Tensor.ones(1)));
        Optimizer optimizer = new Optimizer(params, Sgd.KERAS, LearningRate.constant(1));
        optimizer.learningRate(0.25);
        assertThat(optimizer.learningRate()).isEqualTo(0.25);
        Optimizer other = new Optimizer(params, Sgd.KERAS, LearningRate.constant(1));
        other.load(optimizer.state());
        assertThat(other.learningRate()).isEqualTo(0.25);
        other.load(new Optimizer(params, Sgd.KERAS, LearningRate.constant(1)).state());
        assertThat(other.learningRate()).isEqualTo(1);
        assertMessage(
                () ->
                        new Optimizer(params, Sgd.KERAS, ExponentialDecay.of(1, 2, 0.5))
                                .learningRate(0.5),
                "optimizer: This optimizer was created with a `LearningRateSchedule` object as its"
                        + " `learning_rate` constructor argument, hence its learning rate is not"
                        + " settable. If you need the learning rate to be settable, you should"
                        + " instantiate the optimizer with a float `learning_rate` argument. Got "
                        + ExponentialDecay.of(1, 2, 0.5)
                        + " and 0.5");
    }

    @Test
    void warnsOnceOfMissingGradients() {
        ListAppender<ILoggingEvent> heard = new ListAppender<>();
        heard.start();
        Logger log = (Logger) LoggerFactory.getLogger(Optimizer.class);
        log.addAppender(heard);
        try {
            Param x = Param.of(Tensor.ones(1));
            Param frozen = Param.of(Tensor.ones(1));
            frozen.freeze();
            Optimizer optimizer =
                    Sgd.keras(params("x", x, "y", Param.of(Tensor.ones(1)), "z", frozen), 1, 0);
            OptimizerTest.setGradient(x, new double[] {1});
            optimizer.step();
            optimizer.step();
        } finally {
            log.detachAppender(heard);
        }
        assertThat(heard.list.stream().map(ILoggingEvent::getFormattedMessage))
                .containsExactly(
                        "Gradients do not exist for variables [y] when minimizing the loss.");
    }

    /// Numbers of Keras 3.15.1: constraints hold after each step, also of those that only add
    /// gradients up; a rate below 1 tells the difference.
    @Test
    void constrainsWhileGradientsAddUp() {
        Param w = Param.of(Tensor.of(new float[] {-1, 2, 4}, 3));
        Constraint norm = ((Constraint.MinMaxNorm) Constraint.minMaxNorm(0, 1, 0)).withRate(0.5);
        Optimizer optimizer =
                new Optimizer(
                        params("w", w),
                        OptimizerSettings.of(Sgd.KERAS, 0.1)
                                .withAccumulation(2)
                                .withConstraint("w", norm));
        double[][] gradients = {{1, 0, 0}, {0, 1, 0}, {1, 1, 1}};
        double[][] expected = {
            {-0.6091089248657227, 1.2182178497314453, 2.4364356994628906},
            {-0.4480457901954651, 0.7941253185272217, 1.6562280654907227},
            {-0.34251418709754944, 0.607079029083252, 1.2661242485046387}
        };
        for (int k = 0; k < gradients.length; k++) {
            OptimizerTest.setGradient(w, gradients[k]);
            optimizer.step();
            assertThat(w.value().toDoubles())
                    .as("step " + k)
                    .containsExactly(expected[k], Offset.offset(1e-6));
        }
    }

    @Test
    void saysWhatIsWrong() {
        OptimizerSettings settings = OptimizerSettings.of(Sgd.KERAS, 1);
        assertMessage(
                () -> settings.withClipnorm(1).withClipvalue(0.5),
                "optimizer: Only one of `clipnorm`, `clipvalue` and `global_clipnorm` can be set."
                        + " Received: clipnorm=1.0, clipvalue=0.5, global_clipnorm=None");
        assertMessage(
                () -> settings.withAverage(1.5),
                "optimizer: `ema_momentum` must be in the range [0, 1]. Received: ema_momentum=1.5");
        assertMessage(
                () -> Average.of(0.5).overwritingEvery(0),
                "optimizer: `ema_overwrite_frequency` must be an integer >= 1 or None. Received:"
                        + " ema_overwrite_frequency=0");
        assertMessage(
                () -> settings.withAccumulation(1),
                "optimizer: `gradient_accumulation_steps` must be an integer >= 2. Received:"
                        + " gradient_accumulation_steps=1");
        assertMessage(
                () -> settings.withLossScaleFactor(0),
                "optimizer: loss_scale_factor must be more than 0; got 0.0");
        assertMessage(
                () -> settings.withoutWeightDecayOn("a", "("),
                "optimizer: names of parameters must be regular expressions; got (");
        assertMessage(
                () -> LossScale.of(LossScale.of(settings)),
                "optimizer: a LossScale must not be around another; the inner one has its own scale");
        assertMessage(
                () -> new LossScale(settings, 1, 0),
                "optimizer: dynamic_growth_steps must be at least 1; got 0");
        assertMessage(
                () -> Constraint.minMaxNorm(2, 1, 0),
                "MinMaxNorm: min must be at most max; got 2.0 and 1.0");
        assertMessage(
                () -> Constraint.unitNorm(), "UnitNorm: a norm must be of some axes; got none");
        assertMessage(
                () -> GradientClip.inTurn(), "GradientClip.inTurn: there must be clips; got none");
    }

    // ---- building

    private static void assertMessage(ThrowingCallable body, String message) {
        assertThatThrownBy(body).isInstanceOf(TenonException.class).hasMessage(message);
    }

    private static Tensor state(Optimizer optimizer, String name) {
        return Objects.requireNonNull(optimizer.state().get(name), name);
    }

    private static Param param(Golden values) {
        double[] all = values.doubles();
        float[] floats = new float[all.length];
        for (int i = 0; i < all.length; i++) {
            floats[i] = (float) all[i];
        }
        boolean matrix =
                ((List<?>) Objects.requireNonNull(values.value())).getFirst() instanceof List;
        return Param.of(matrix ? Tensor.of(floats, 2, all.length / 2) : Tensor.of(floats));
    }

    private static SequencedMap<String, Param> params(Object... namesAndParams) {
        SequencedMap<String, Param> params = new LinkedHashMap<>();
        for (int i = 0; i < namesAndParams.length; i += 2) {
            params.put((String) namesAndParams[i], (Param) namesAndParams[i + 1]);
        }
        return params;
    }

    private static SequencedMap<String, Param> start() {
        Golden x0 = START.at("x0");
        Param kernel = param(x0.at("kernel"));
        return params(
                "kernel",
                Param.of(kernel.value().detach().reshape(x0.at("kernel_shape").ints())),
                "bias",
                param(x0.at("bias")));
    }
}
