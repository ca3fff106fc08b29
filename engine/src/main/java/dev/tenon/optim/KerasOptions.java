package dev.tenon.optim;

import dev.tenon.tensor.TenonException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The arguments that all of keras.optimizers share, and their place in [OptimizerSettings].
final class KerasOptions {
    private static final Logger LOG = LoggerFactory.getLogger(KerasConfig.class);
    private static final String RATE = "learning_rate";
    private static final Object NONE = KerasArguments.NONE;

    private KerasOptions() {}

    /// Returns the shared arguments besides name and learning rate, with their defaults.
    static SequencedMap<String, Object> defaults() {
        SequencedMap<String, Object> map = KerasArguments.map("weight_decay", NONE);
        map.put("clipnorm", NONE);
        map.put("global_clipnorm", NONE);
        map.put("clipvalue", NONE);
        map.put("use_ema", false);
        map.put("ema_momentum", 0.99);
        map.put("ema_overwrite_frequency", NONE);
        map.put("loss_scale_factor", NONE);
        map.put("gradient_accumulation_steps", NONE);
        return map;
    }

    /// Returns the optimizer of a rule.
    static KerasConfig read(String name, Map<String, ?> given) {
        Map<String, Object> known = new LinkedHashMap<>(given);
        Object decay = known.remove("decay");
        if (decay != null && !decay.equals(NONE)) {
            LOG.warn("Argument `decay` is no longer supported and will be ignored.");
        }
        SequencedMap<String, Object> defaults =
                KerasArguments.map(
                        "name", KerasConfig.snakeCase(name), RATE, KerasRules.learningRate(name));
        defaults.putAll(defaults());
        defaults.put("weight_decay", KerasRules.weightDecay(name));
        defaults.putAll(KerasRules.defaults(name));
        KerasArguments arguments = KerasArguments.of(name, known, defaults);
        LearningRate rate = learningRate(arguments);
        OptimizerSettings settings =
                OptimizerSettings.of(KerasRules.rule(name, arguments), rate)
                        .withLossScaleFactor(arguments.number("loss_scale_factor", 1));
        return new KerasConfig(name, arguments.values(), options(settings, arguments));
    }

    /// Reads the learning rate, and has the arguments hold it as Keras does: a number in F32, a
    /// schedule with all its arguments.
    private static LearningRate learningRate(KerasArguments arguments) {
        return switch (arguments.value(RATE)) {
            case Double number -> {
                double narrow = number.floatValue();
                arguments.values().put(RATE, narrow);
                yield LearningRate.constant(narrow);
            }
            case Map<?, ?> _ -> {
                KerasSchedules.Schedule read = KerasSchedules.read(arguments.object(RATE));
                arguments.values().put(RATE, read.serialized());
                yield read.rate();
            }
            default ->
                    throw new TenonException(
                            "keras: Argument `learning_rate` should be float, or an instance of"
                                    + " LearningRateSchedule, or a callable (that takes in the current"
                                    + " iteration value and returns the corresponding learning rate"
                                    + " value). Received instead: learning_rate="
                                    + KerasArguments.repr(arguments.value(RATE)));
        };
    }

    private static OptimizerSettings options(OptimizerSettings settings, KerasArguments a) {
        checkClips(a);
        OptimizerSettings all = settings;
        if (a.number("clipnorm", 0) > 0) { // Keras takes others for none
            all = all.withClipnorm(a.number("clipnorm"));
        }
        if (a.number("clipvalue", 0) > 0) {
            all = all.withClipvalue(a.number("clipvalue"));
        }
        if (a.number("global_clipnorm", 0) > 0) {
            all = all.withGlobalClipnorm(a.number("global_clipnorm"));
        }
        if (a.flag("use_ema")) {
            Average average = Average.of(a.number("ema_momentum"));
            all =
                    all.withAverage(
                            a.isNone("ema_overwrite_frequency")
                                    ? average
                                    : average.overwritingEvery(a.whole("ema_overwrite_frequency")));
        }
        return a.isNone("gradient_accumulation_steps")
                ? all
                : all.withAccumulation(Math.toIntExact(a.whole("gradient_accumulation_steps")));
    }

    private static void checkClips(KerasArguments a) {
        long set =
                Stream.of("clipnorm", "clipvalue", "global_clipnorm")
                        .filter(name -> !a.isNone(name))
                        .count();
        if (set > 1) {
            throw OptimizerSettings.clips(
                    a.isNone("clipnorm") ? null : (Double) a.number("clipnorm"),
                    a.isNone("clipvalue") ? null : (Double) a.number("clipvalue"),
                    a.isNone("global_clipnorm") ? null : (Double) a.number("global_clipnorm"));
        }
    }

    /// Returns what Keras would write down for settings.
    static KerasConfig write(OptimizerSettings settings) {
        UpdateRule rule = settings.rule();
        String name = KerasRules.nameOf(rule);
        SequencedMap<String, Object> arguments = new LinkedHashMap<>();
        arguments.put(
                RATE,
                settings.learningRate() instanceof LearningRate.Constant constant
                        ? constant.value()
                        : KerasSchedules.write(settings.learningRate()));
        arguments.put("weight_decay", KerasRules.weightDecay(rule));
        switch (settings.clip()) {
            case null -> {}
            case GradientClip.ByEachNorm each -> arguments.put("clipnorm", each.max());
            case GradientClip.ByNorm all -> arguments.put("global_clipnorm", all.max());
            case GradientClip.ByValue value -> arguments.put("clipvalue", value.max());
            case GradientClip.InTurn some ->
                    throw new TenonException("keras: a config has room for one clip; got " + some);
        }
        Average average = settings.average();
        if (average != null) {
            arguments.put("use_ema", true);
            arguments.put("ema_momentum", average.momentum());
            if (average.overwriteEvery() > 0) {
                arguments.put("ema_overwrite_frequency", average.overwriteEvery());
            }
        }
        if (settings.lossScaleFactor() != 1) {
            arguments.put("loss_scale_factor", settings.lossScaleFactor());
        }
        if (settings.accumulationSteps() > 1) {
            arguments.put("gradient_accumulation_steps", settings.accumulationSteps());
        }
        arguments.putAll(KerasRules.arguments(rule));
        return read(name, arguments);
    }
}
