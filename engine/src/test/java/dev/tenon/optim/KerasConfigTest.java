package dev.tenon.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.tenon.checkpoint.Json;
import dev.tenon.tensor.TenonException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.slf4j.LoggerFactory;

/// Configs of optimizers against those that Keras writes.
class KerasConfigTest {
    private static final Map<String, Object> GOLDEN = golden();
    private static final Object NONE = KerasArguments.NONE;
    private static final String NAME = ",?\\s+\"name\" : \"[a-z_0-9]*\",?";

    private static Map<String, Object> golden() {
        try (InputStream in =
                KerasConfigTest.class.getResourceAsStream("/golden/optimizer-config.json")) {
            byte[] bytes = Objects.requireNonNull(in).readAllBytes();
            return Json.readWithNulls(new String(bytes, StandardCharsets.UTF_8), "golden");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<SequencedMap<String, Object>> all(String... sections) {
        return Stream.of(sections)
                .flatMap(
                        section -> ((List<?>) Objects.requireNonNull(GOLDEN.get(section))).stream())
                .map(KerasConfigTest::object)
                .toList();
    }

    @SuppressWarnings("unchecked") // keys of JSON objects are text
    private static SequencedMap<String, Object> object(Object value) {
        return (SequencedMap<String, Object>) value;
    }

    // ---- round trips

    /// Read and written again, to the letter: order, number types and F32 learning rates included.
    @TestFactory
    Stream<DynamicTest> writesWhatKerasWrites() {
        return all("serialized_configs", "more").stream()
                .map(golden ->
                        DynamicTest.dynamicTest(
                                Json.text(golden).replaceAll("\\s+", " "),
                                () -> roundTrip(golden)));
    }

    private static void roundTrip(SequencedMap<String, Object> golden) {
        String text = Json.text(golden);
        KerasConfig config = KerasConfig.read(Json.readWithNulls(text, "optimizer"));
        assertThat(Json.text(config.toMap())).isEqualTo(text);
        KerasConfig again = KerasConfig.of(config.settings());
        assertThat(again.settings()).isEqualTo(config.settings());
        boolean decays = !config.arguments().getOrDefault("weight_decay", NONE).equals(NONE);
        String expected = decays ? text.replace("\"Adam\"", "\"AdamW\"") : text; // the same
        assertThat(withoutNames(again.toMap())).isEqualTo(expected.replaceAll(NAME, ""));
    }

    private static String withoutNames(SequencedMap<String, Object> serialized) {
        return Json.text(serialized).replaceAll(NAME, "");
    }

    @Test
    void writesSchedulesAsKerasDoes() {
        for (SequencedMap<String, Object> schedule : all("schedules")) {
            KerasConfig config = KerasConfig.of("SGD", Map.of("learning_rate", schedule));
            assertThat(config.arguments().get("learning_rate")).isEqualTo(schedule);
            assertThat(KerasConfig.of(config.settings()).arguments().get("learning_rate"))
                    .isEqualTo(schedule);
        }
    }

    @Test
    void numbersNamesAsKerasDoes() {
        List<SequencedMap<String, Object>> naming =
                all("cases").stream().filter(run -> run.get("kind").equals("auto_naming")).toList();
        assertThat(naming).hasSize(1);
        KerasNames names = new KerasNames();
        assertThat(
                        Stream.of("Adam", "Adam", "SGD", "SGD", "AdamW", "AdamW")
                                .map(names::next)
                                .toList())
                .isEqualTo(naming.getFirst().get("names"));
        assertThat(new KerasNames().next("Adam")).isEqualTo("adam");
    }

    /// The arguments of Keras's own tests come back from a config, and all others have defaults.
    @Test
    void keepsArguments() {
        int cases = 0;
        for (SequencedMap<String, Object> run : all("cases")) {
            if (run.get("kind").equals("auto_naming")) {
                continue;
            }
            String name = (String) run.get("optimizer");
            SequencedMap<String, Object> arguments = object(run.get("config"));
            KerasConfig config = KerasConfig.of(name, arguments);
            KerasConfig again =
                    KerasConfig.read(Json.readWithNulls(Json.text(config.toMap()), "optimizer"));
            SequencedMap<String, Object> expected =
                    new LinkedHashMap<>(KerasConfig.get(name).arguments());
            arguments.forEach((key, value) -> expected.put(key, narrow(key, value)));
            assertThat(again.arguments()).isEqualTo(expected).isEqualTo(config.arguments());
            assertThat(again.settings()).isEqualTo(config.settings());
            cases++;
        }
        assertThat(cases).isEqualTo(9);
    }

    private static Object narrow(String key, Object value) {
        return key.equals("learning_rate")
                ? (Double) (double) ((Double) value).floatValue()
                : value;
    }

    /// What the config says is what trains.
    @Test
    void saysWhatTrains() {
        Map<String, Object> arguments =
                Map.of(
                        "learning_rate",
                        0.5,
                        "beta_1",
                        0.75f,
                        "amsgrad",
                        true,
                        "weight_decay",
                        0.25,
                        "global_clipnorm",
                        2,
                        "use_ema",
                        true,
                        "ema_momentum",
                        0.5,
                        "ema_overwrite_frequency",
                        3,
                        "loss_scale_factor",
                        4.0,
                        "gradient_accumulation_steps",
                        5);
        assertThat(KerasConfig.of("adam", arguments).settings())
                .isEqualTo(
                        OptimizerSettings.of(
                                        new Adam(
                                                0.75, 0.999, 1e-7, 0.25, true, true, Flavour.KERAS),
                                        0.5)
                                .withGlobalClipnorm(2)
                                .withAverage(new Average(0.5, 3))
                                .withLossScaleFactor(4)
                                .withAccumulation(5));
        assertThat(KerasConfig.get("muon").settings())
                .isEqualTo(OptimizerSettings.of(Muon.KERAS, (double) 0.001f));
        assertThat(KerasConfig.get("LAMB").settings())
                .isEqualTo(OptimizerSettings.of(Lamb.KERAS, (double) 0.001f));
    }

    /// Every rule of Keras's flavour has a config that says the same rule.
    @Test
    void hasAConfigForEveryRule() {
        List<UpdateRule> rules =
                List.of(
                        Sgd.KERAS.withMomentum(0.5).withNesterov().withWeightDecay(0.1),
                        RmsProp.KERAS.withMomentum(0.5).withCentered(),
                        Adam.KERAS.withAmsgrad(),
                        AdamW.KERAS.withEpsilon(1e-3),
                        Adadelta.KERAS.withRho(0.5).withWeightDecay(0.1),
                        Adagrad.KERAS.withInitialSum(0.5),
                        Adamax.KERAS.withBetas(0.5, 0.75),
                        Adafactor.KERAS.withClipThreshold(2).withEpsilon2(0.5),
                        Nadam.KERAS.withEpsilon(0.5),
                        Ftrl.KERAS.withL1(0.5).withL2(0.25).withL2Shrinkage(0.125).withBeta(1),
                        Lion.KERAS.withBetas(0.5, 0.75),
                        Lamb.KERAS.withWeightDecay(0.5),
                        Muon.KERAS
                                .withWeightDecay(0)
                                .withAdam(Adam.KERAS.withBetas(0.5, 0.25).withEpsilon(0.125))
                                .withExcluded(List.of("head", "tail"))
                                .withRmsRate(0.5),
                        ScheduleFreeAdamW.KERAS.withWarmupSteps(7));
        for (UpdateRule rule : rules) {
            OptimizerSettings settings = OptimizerSettings.of(rule, 0.5);
            assertThat(KerasConfig.of(settings).settings()).isEqualTo(settings);
        }
        assertThat(rules.stream().map(r -> KerasConfig.of(OptimizerSettings.of(r, 1)).className()))
                .containsExactlyElementsOf(KerasRules.NAMES);
    }

    /// Keras takes a target without a warm-up too: the fall begins there.
    @Test
    void writesATargetWithoutAWarmUp() {
        CosineDecay rate = CosineDecay.of(0.05, 8).withWarmup(0.1, 0);
        OptimizerSettings settings = OptimizerSettings.of(Sgd.KERAS, rate);
        assertThat(KerasConfig.read(KerasConfig.of(settings).toMap()).settings())
                .isEqualTo(settings);
    }

    @Test
    void muonWithoutARateIsNone() {
        OptimizerSettings settings = OptimizerSettings.of(Muon.KERAS.withRmsRate(null), 0.5);
        KerasConfig config = KerasConfig.of(settings);
        assertThat(config.arguments()).containsEntry("rms_rate", NONE);
        assertThat(KerasConfig.read(config.toMap()).settings()).isEqualTo(settings);
    }

    // ---- messages

    @Test
    void saysWhatIsWrong() {
        assertMessage(
                () -> KerasConfig.get("adan"),
                "keras: Could not interpret optimizer identifier: adan. There are SGD, RMSprop, Adam,"
                        + " AdamW, Adadelta, Adagrad, Adamax, Adafactor, Nadam, Ftrl, Lion, Lamb, Muon,"
                        + " ScheduleFreeAdamW, LossScaleOptimizer, MultiOptimizer");
        SequencedMap<String, Object> unknown = KerasArguments.map("lr", 1.0, "foo", "x");
        unknown.put("bar", Optional.empty());
        assertMessage(
                () -> KerasConfig.of("SGD", unknown),
                "keras: Argument(s) not recognized: {'lr': 1.0, 'foo': 'x', 'bar': None}. SGD has name,"
                        + " learning_rate, weight_decay, clipnorm, global_clipnorm, clipvalue, use_ema,"
                        + " ema_momentum, ema_overwrite_frequency, loss_scale_factor,"
                        + " gradient_accumulation_steps, momentum, nesterov");
        assertMessage(
                () -> adam("learning_rate", 1),
                "keras: Argument `learning_rate` should be float, or an instance of"
                        + " LearningRateSchedule, or a callable (that takes in the current iteration value"
                        + " and returns the corresponding learning rate value). Received instead:"
                        + " learning_rate=1");
        assertMessage(
                () -> KerasConfig.of("Adam", Map.of("clipnorm", 1.0, "clipvalue", 0.5)),
                "optimizer: Only one of `clipnorm`, `clipvalue` and `global_clipnorm` can be set."
                        + " Received: clipnorm=1.0, clipvalue=0.5, global_clipnorm=None");
        assertMessage(() -> adam("beta_1", "x"), "keras: Adam: beta_1 must be a number; got 'x'");
        assertMessage(
                () -> adam("amsgrad", 1), "keras: Adam: amsgrad must be True or False; got 1");
        assertMessage(
                () -> adam("gradient_accumulation_steps", 2.5),
                "keras: Adam: gradient_accumulation_steps must be a whole number; got 2.5");
        assertMessage(
                () -> KerasConfig.of("AdamW", KerasArguments.map("weight_decay", Optional.empty())),
                "keras: Argument `weight_decay` must be a float. Received: weight_decay=None");
        assertMessage(
                () -> KerasConfig.of("SGD", Map.of("momentum", 2.0)),
                "keras: `momentum` must be a float between [0, 1]. Received: momentum=2.0");
        assertMessage(
                () -> KerasConfig.of("Lion", Map.of("beta_1", 0.0)),
                "keras: Argument `beta_1` must be in the [0, 1] range. Otherwise, the optimizer"
                        + " degenerates to SignSGD. Received: beta_1=0.0.");
        assertMessage(
                () -> KerasConfig.of("Ftrl", Map.of("learning_rate_power", 0.5)),
                "keras: `learning_rate_power` needs to be negative or zero. Received:"
                        + " learning_rate_power=0.5.");
        assertMessage(
                () -> KerasConfig.of("Ftrl", Map.of("l1_regularization_strength", -1.0)),
                "keras: `l1_regularization_strength` needs to be positive or zero. Received:"
                        + " l1_regularization_strength=-1.0.");
        assertMessage(
                () -> KerasConfig.read(Map.of("class_name", "Adam")),
                "keras: a serialized object needs class_name and config; got [class_name]");
    }

    @Test
    void saysWhatIsWrongWithSchedules() {
        assertMessage(
                () -> adam("learning_rate", Map.of("class_name", "Foo", "config", Map.of())),
                "keras: a learning rate must be a number or one of ExponentialDecay, InverseTimeDecay,"
                        + " PolynomialDecay, PiecewiseConstantDecay, CosineDecay, CosineDecayRestarts; got"
                        + " Foo");
        assertMessage(
                () ->
                        adam(
                                "learning_rate",
                                Map.of(
                                        "class_name",
                                        "CosineDecay",
                                        "config",
                                        Map.of("initial_learning_rate", 1.0))),
                "keras: CosineDecay needs decay_steps; got [initial_learning_rate]");
        assertMessage(
                () ->
                        KerasConfig.of(
                                OptimizerSettings.of(
                                        Sgd.KERAS, LearningRate.warmupCosine(1, 2, 3))),
                "keras: a learning rate must be a number or one of ExponentialDecay, InverseTimeDecay,"
                        + " PolynomialDecay, PiecewiseConstantDecay, CosineDecay, CosineDecayRestarts; got"
                        + " WarmupCosine[start=0.0, peak=1.0, end=0.0, warmupSteps=2, totalSteps=3]");
        assertMessage(
                () -> KerasConfig.of(OptimizerSettings.of(Adamax.PYTORCH, 1)),
                "keras: a rule must be one of Keras to have a config; got " + Adamax.PYTORCH);
    }

    @Test
    void saysWhatIsWrongWithOptimizersAroundOthers() {
        Map<String, ?> sgd = KerasConfig.get("sgd").toMap();
        assertMessage(
                () -> lossScale(sgd, "clipnorm", 1.0),
                "keras: LossScaleOptimizer does not support `clipnorm`. Instead, set `clipnorm` on the"
                        + " `inner_optimizer`.");
        assertMessage(
                () -> lossScale(sgd, "foo", 1.0),
                "keras: LossScaleOptimizer does not support arguments: `foo`.");
        assertMessage(
                () -> lossScale(sgd, "dynamic", false),
                "keras: LossScaleOptimizer no longer supports `dynamic=False`. Instead, simply set"
                        + " `loss_scale_factor` directly on the `inner_optimizer`.");
        assertThat(lossScale(sgd, "clipnorm", Optional.empty()).settings())
                .isEqualTo(LossScale.of(OptimizerSettings.of(Sgd.KERAS, (double) 0.01f)));
        for (String inner : List.of("LossScaleOptimizer", "MultiOptimizer")) {
            Map<String, Object> map =
                    Map.of(
                            "config",
                            Map.of(
                                    "default_optimizer",
                                    Map.of("class_name", inner, "config", Map.of())));
            assertMessage(
                    () -> KerasConfig.of("MultiOptimizer", Map.of("optimizer_map", map)),
                    "keras: " + inner + " cannot be used inside an MultiOptimizer.");
        }
    }

    private static KerasConfig lossScale(Map<String, ?> inner, String name, Object value) {
        return KerasConfig.of("LossScaleOptimizer", Map.of("inner_optimizer", inner, name, value));
    }

    @Test
    void warnsOfDecay() {
        ListAppender<ILoggingEvent> heard = new ListAppender<>();
        heard.start();
        Logger log = (Logger) LoggerFactory.getLogger(KerasConfig.class);
        log.addAppender(heard);
        try {
            assertThat(adam("decay", 0.5).settings()).isEqualTo(KerasConfig.get("adam").settings());
        } finally {
            log.detachAppender(heard);
        }
        assertThat(heard.list.stream().map(ILoggingEvent::getFormattedMessage))
                .containsExactly("Argument `decay` is no longer supported and will be ignored.");
    }

    private static KerasConfig adam(String name, Object value) {
        return KerasConfig.of("Adam", Map.of(name, value));
    }

    private static void assertMessage(ThrowingCallable body, String message) {
        assertThatThrownBy(body).isInstanceOf(TenonException.class).hasMessage(message);
    }
}
