package dev.tenon.optim;

import dev.tenon.tensor.TenonException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.Stream;

/// An optimizer as Keras writes it down: the name of its class and all arguments of its
/// constructor.
///
/// ```java
/// KerasConfig.of("Adam", Map.of("learning_rate", 0.01, "clipnorm", 1.0)); // Adam(learning_rate=...)
/// KerasConfig.get("adamw");                                               // keras.optimizers.get
/// KerasConfig.read(Json.readWithNulls(text, "optimizer"));                 // deserialize
/// Json.text(config.toMap());                                              // serialize
/// new Optimizer(params, config.settings());
/// ```
///
/// What is read is written again with nothing lost. Maps hold what [dev.tenon.checkpoint.Json]
/// reads and writes: text, Long, Double, Boolean, lists, maps, and an empty Optional for null.
///
/// Differences from keras.optimizers: names are not made unique within the process (`adam`, never
/// `adam_1`); `lamb` is found by name; a config has no place for excluded parameters, constraints
/// and parameters that become their gradients, here as there.
///
/// Source: keras.optimizers, `serialize`, `deserialize`, `get`, and `get_config` of each class.
public final class KerasConfig {
    private static final String MODULE = "keras.optimizers";

    private final String className;
    private final SequencedMap<String, Object> arguments;
    private final OptimizerConfig settings;

    KerasConfig(
            String className, SequencedMap<String, Object> arguments, OptimizerConfig settings) {
        this.className = className;
        this.arguments = Collections.unmodifiableSequencedMap(arguments);
        this.settings = settings;
    }

    // ---- making

    /// Returns an optimizer with default arguments.
    ///
    /// @param identifier its class name, in any case
    /// @throws TenonException naming all there are, if there is none of that name
    public static KerasConfig get(String identifier) {
        return of(identifier, Map.of());
    }

    /// Returns the optimizer that a constructor of Keras makes.
    ///
    /// @param identifier its class name, in any case
    /// @param arguments by name; those left out have Keras's defaults
    /// @throws TenonException if there is no such class or argument, or an argument is wrong
    public static KerasConfig of(String identifier, Map<String, ?> arguments) {
        String name = className(identifier);
        return switch (name) {
            case KerasWrappers.LOSS_SCALE -> KerasWrappers.lossScale(arguments);
            case KerasWrappers.MULTI -> KerasWrappers.multi(arguments);
            default -> KerasOptions.read(name, arguments);
        };
    }

    /// Reads the serialized form: `{"module": "keras.optimizers", "class_name": "Adam", "config":
    /// {...}, "registered_name": null}`. Members besides class name and config are not looked at.
    ///
    /// @throws TenonException if there is no such class or argument, or an argument is wrong
    public static KerasConfig read(Map<String, ?> serialized) {
        return of(String.valueOf(serialized.get("class_name")), config(serialized));
    }

    /// Returns what Keras would write down for settings of Tenon's. Adam with weight decay is
    /// written as AdamW; weight decay of 0 as None where that is the default.
    ///
    /// @throws TenonException if Keras has no such rule, learning rate or clip
    public static KerasConfig of(OptimizerConfig settings) {
        return switch (settings) {
            case OptimizerSettings one -> KerasOptions.write(one);
            case OptimizerMap map -> KerasWrappers.write(map);
            case LossScale around -> KerasWrappers.write(around);
        };
    }

    // ---- what it is

    /// Returns the class name, such as `Adam`.
    public String className() {
        return className;
    }

    /// Returns all arguments, in the order of Keras's config.
    public SequencedMap<String, Object> arguments() {
        return arguments;
    }

    /// Returns what Tenon trains by.
    public OptimizerConfig settings() {
        return settings;
    }

    /// Returns the serialized form.
    public SequencedMap<String, Object> toMap() {
        return wrap(MODULE, className, arguments);
    }

    /// Returns class name and arguments as Python prints them.
    @Override
    public String toString() {
        return className + "(" + KerasArguments.repr(arguments) + ")";
    }

    // ---- form

    static SequencedMap<String, Object> wrap(
            String module, String className, SequencedMap<String, Object> config) {
        SequencedMap<String, Object> map = KerasArguments.map("module", module);
        map.put("class_name", className);
        map.put("config", config);
        map.put("registered_name", KerasArguments.NONE);
        return map;
    }

    /// Returns the member `config` of a serialized form.
    static Map<String, ?> config(Map<String, ?> serialized) {
        if (!(serialized.get("config") instanceof Map<?, ?> config)) {
            throw new TenonException(
                    "keras: a serialized object needs class_name and config; got "
                            + serialized.keySet());
        }
        Map<String, Object> typed = new LinkedHashMap<>();
        config.forEach((key, value) -> typed.put(String.valueOf(key), value));
        return typed;
    }

    private static String className(String identifier) {
        return Stream.concat(KerasRules.NAMES.stream(), KerasWrappers.NAMES.stream())
                .filter(name -> name.equalsIgnoreCase(identifier))
                .findFirst()
                .orElseThrow(() ->
                        new TenonException(
                                "keras: Could not interpret optimizer identifier: "
                                        + identifier
                                        + ". There are "
                                        + String.join(", ", KerasRules.NAMES)
                                        + ", "
                                        + String.join(", ", KerasWrappers.NAMES)));
    }

    /// Returns the name that Keras gives an optimizer of a class, such as `adam_w`.
    static String snakeCase(String className) {
        return className
                .replaceAll("(.)([A-Z][a-z]+)", "$1_$2")
                .replaceAll("([a-z])([A-Z])", "$1_$2")
                .toLowerCase(Locale.ROOT);
    }
}
