package dev.tenon.optim;

import dev.tenon.tensor.TenonException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/// The optimizers of keras.optimizers that are made of others.
final class KerasWrappers {
    static final String LOSS_SCALE = "LossScaleOptimizer";
    static final String MULTI = "MultiOptimizer";
    static final List<String> NAMES = List.of(LOSS_SCALE, MULTI);

    private static final String MODULE = "keras.optimizers";
    private static final String INNER = "inner_optimizer";
    private static final String FACTOR = "loss_scale_factor";
    private static final String MAP = "optimizer_map";
    private static final String DEFAULT = "default_optimizer";

    private KerasWrappers() {}

    // ---- loss scale

    static KerasConfig lossScale(Map<String, ?> given) {
        KerasArguments arguments =
                KerasArguments.of(
                        LOSS_SCALE,
                        withoutOptions(given),
                        KerasArguments.map(
                                "name",
                                KerasConfig.snakeCase(LOSS_SCALE),
                                INNER,
                                KerasArguments.NEEDED,
                                "initial_scale",
                                32768.0,
                                "dynamic_growth_steps",
                                2000L));
        KerasConfig inner = read(arguments.object(INNER), null);
        arguments.values().put(INNER, inner.toMap());
        LossScale settings =
                new LossScale(
                        inner.settings(),
                        arguments.number("initial_scale"),
                        arguments.whole("dynamic_growth_steps"));
        return new KerasConfig(LOSS_SCALE, arguments.values(), settings);
    }

    /// Options belong to the inner optimizer; older files of Keras have them, at their defaults.
    private static Map<String, Object> withoutOptions(Map<String, ?> given) {
        Map<String, Object> rest = new LinkedHashMap<>(given);
        if (Boolean.FALSE.equals(rest.remove("dynamic"))) {
            throw new TenonException(
                    "keras: LossScaleOptimizer no longer supports `dynamic=False`. Instead, simply set"
                            + " `loss_scale_factor` directly on the `inner_optimizer`.");
        }
        KerasOptions.defaults()
                .forEach((name, otherwise) -> {
                    Object value = rest.remove(name);
                    if (value != null && !value.equals(otherwise)) {
                        throw new TenonException(
                                "keras: LossScaleOptimizer does not support `"
                                        + name
                                        + "`. Instead, set `"
                                        + name
                                        + "` on the `inner_optimizer`.");
                    }
                });
        List<String> known = List.of("name", INNER, "initial_scale", "dynamic_growth_steps");
        List<String> unknown = rest.keySet().stream().filter(n -> !known.contains(n)).toList();
        if (!unknown.isEmpty()) {
            throw new TenonException(
                    "keras: LossScaleOptimizer does not support arguments: `"
                            + String.join("`, `", unknown)
                            + "`.");
        }
        return rest;
    }

    static KerasConfig write(LossScale settings) {
        return lossScale(
                KerasArguments.map(
                        INNER,
                        KerasConfig.of(settings.inner()).toMap(),
                        "initial_scale",
                        settings.initialScale(),
                        "dynamic_growth_steps",
                        settings.growthSteps()));
    }

    /// Reads an optimizer, its own loss scale factor replaced by another.
    private static KerasConfig read(Map<String, ?> serialized, @Nullable Object factor) {
        Map<String, Object> config = new LinkedHashMap<>(KerasConfig.config(serialized));
        String name = String.valueOf(serialized.get("class_name"));
        if (!name.equalsIgnoreCase(LOSS_SCALE)) {
            config.put(FACTOR, factor == null ? KerasArguments.NONE : factor);
        }
        return KerasConfig.of(name, config);
    }

    // ---- map

    static KerasConfig multi(Map<String, ?> given) {
        KerasArguments arguments =
                KerasArguments.of(
                        MULTI,
                        given,
                        KerasArguments.map(
                                MAP,
                                KerasArguments.NEEDED,
                                FACTOR,
                                KerasArguments.NONE,
                                "name",
                                KerasConfig.snakeCase(MULTI)));
        Object factor = arguments.value(FACTOR);
        KerasArguments map =
                KerasArguments.of(
                        "OptimizerMap",
                        KerasConfig.config(arguments.object(MAP)),
                        KerasArguments.map(DEFAULT, KerasArguments.NEEDED, MAP, Map.of()));
        KerasConfig otherwise = one(map.object(DEFAULT), factor);
        map.values().put(DEFAULT, otherwise.toMap());
        SequencedMap<String, Object> patterns = new LinkedHashMap<>();
        OptimizerMap settings = OptimizerMap.of((OptimizerSettings) otherwise.settings());
        for (String pattern : map.object(MAP).keySet()) {
            KerasConfig some =
                    one(new KerasArguments(MAP, map.object(MAP)).object(pattern), factor);
            patterns.put(pattern, some.toMap());
            settings = settings.with(pattern, (OptimizerSettings) some.settings());
        }
        map.values().put(MAP, patterns);
        arguments.values().put(MAP, KerasConfig.wrap(MODULE, "OptimizerMap", map.values()));
        return new KerasConfig(
                MULTI,
                arguments.values(),
                settings.withLossScaleFactor(arguments.number(FACTOR, 1)));
    }

    private static KerasConfig one(Map<String, ?> serialized, Object factor) {
        String name = String.valueOf(serialized.get("class_name"));
        if (name.equalsIgnoreCase(LOSS_SCALE)) {
            throw new TenonException(
                    "keras: LossScaleOptimizer cannot be used inside an MultiOptimizer.");
        }
        if (name.equalsIgnoreCase(MULTI)) {
            throw new TenonException(
                    "keras: MultiOptimizer cannot be used inside an MultiOptimizer.");
        }
        return read(serialized, factor);
    }

    static KerasConfig write(OptimizerMap settings) {
        SequencedMap<String, Object> patterns = new LinkedHashMap<>();
        settings.patterns()
                .forEach((pattern, some) -> patterns.put(pattern, KerasConfig.of(some).toMap()));
        SequencedMap<String, Object> map =
                KerasArguments.map(
                        DEFAULT, KerasConfig.of(settings.otherwise()).toMap(), MAP, patterns);
        SequencedMap<String, Object> arguments =
                KerasArguments.map(MAP, KerasConfig.wrap(MODULE, "OptimizerMap", map));
        if (settings.lossScaleFactor() != 1) {
            arguments.put(FACTOR, settings.lossScaleFactor());
        }
        return multi(arguments);
    }
}
