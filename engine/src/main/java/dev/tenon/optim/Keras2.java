package dev.tenon.optim;

import dev.tenon.nn.Param;
import dev.tenon.tensor.TenonException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/// Optimizers as Keras 2 had them, whose arguments, defaults and formulas differ from Keras 3 under
/// the same names: for programs and files of that time.
///
/// ```java
/// Optimizer optimizer = Keras2.adam().lr(0.001).decay(1e-6).build(model.params());
/// var settings = Keras2.of("RMSprop", Map.of("lr", 0.01, "clipnorm", 1.0)).settings();
/// ```
///
/// | | Keras 2 | Keras 3 |
/// |---|---|---|
/// | `lr` | another name of `learning_rate` | unknown |
/// | `decay` d | `η_s = η / (1 + d s)`, s steps before this one | ignored |
/// | `clipnorm` | of all gradients together; `clipvalue` may follow | of each gradient |
/// | RMSprop, Adagrad | ε beside the root, `η g / (√v + ε)` | below it, `η g / √(v + ε)` |
/// | Adagrad | sum of squares from 0, η 0.01 | from 0.1, η 0.001 |
/// | Adadelta, Adamax | η 1, η 0.002 | η 0.001 |
/// | Nadam | η 0.002, momentum by `0.96^(0.004 t)` (`schedule_decay`), no `decay` | η 0.001, by `0.96^t` |
/// | `epsilon` None | 1e-7 | not allowed |
///
/// SGD and Adam have the same formulas in both. Where a norm is not finite all gradients become NaN
/// ([GradientClip]); Keras 2 lets finite ones become 0.
///
/// Source: keras 2.3.1, keras/optimizers.py.
public final class Keras2 {
    private static final List<String> NAMES =
            List.of("SGD", "RMSprop", "Adagrad", "Adadelta", "Adam", "Adamax", "Nadam");
    private static final Object NONE = KerasArguments.NONE;
    private static final double EPSILON = 1e-7; // keras.backend.epsilon()

    private final String className;
    private final SequencedMap<String, Object> given;

    private Keras2(String className, SequencedMap<String, Object> given) {
        this.className = className;
        this.given = Collections.unmodifiableSequencedMap(given);
    }

    /// Returns an optimizer by its class name, in any case.
    ///
    /// @param arguments by name, null for None
    /// @throws TenonException if there is no such class
    public static Keras2 of(String identifier, Map<String, ?> arguments) {
        String name =
                NAMES.stream()
                        .filter(known -> known.equalsIgnoreCase(identifier))
                        .findFirst()
                        .orElseThrow(() ->
                                new TenonException(
                                        "keras 2: Could not interpret optimizer identifier: "
                                                + identifier
                                                + ". There are "
                                                + String.join(", ", NAMES)));
        return new Keras2(name, new LinkedHashMap<>(arguments));
    }

    /// Returns `SGD()`.
    public static Keras2 sgd() {
        return of("SGD", Map.of());
    }

    /// Returns `RMSprop()`.
    public static Keras2 rmsProp() {
        return of("RMSprop", Map.of());
    }

    /// Returns `Adagrad()`.
    public static Keras2 adagrad() {
        return of("Adagrad", Map.of());
    }

    /// Returns `Adadelta()`.
    public static Keras2 adadelta() {
        return of("Adadelta", Map.of());
    }

    /// Returns `Adam()`.
    public static Keras2 adam() {
        return of("Adam", Map.of());
    }

    /// Returns `Adamax()`.
    public static Keras2 adamax() {
        return of("Adamax", Map.of());
    }

    /// Returns `Nadam()`.
    public static Keras2 nadam() {
        return of("Nadam", Map.of());
    }

    /// Returns this with another value of an argument, such as `momentum`, null for None.
    public Keras2 with(String name, @Nullable Object value) {
        SequencedMap<String, Object> more = new LinkedHashMap<>(given);
        more.put(name, value == null ? NONE : value);
        return new Keras2(className, more);
    }

    /// Returns this with another learning rate.
    public Keras2 lr(double value) {
        return with("lr", value);
    }

    /// Returns this with a learning rate that falls.
    public Keras2 decay(double value) {
        return with("decay", value);
    }

    /// Returns this with gradients clipped by the norm of all of them together.
    public Keras2 clipnorm(double value) {
        return with("clipnorm", value);
    }

    /// Returns this with every element of gradients clipped, after `clipnorm` if there is one.
    public Keras2 clipvalue(double value) {
        return with("clipvalue", value);
    }

    /// Returns an optimizer of these parameters.
    ///
    /// @throws TenonException if an argument is unknown or wrong
    public Optimizer build(SequencedMap<String, Param> params) {
        return new Optimizer(params, settings());
    }

    /// Returns what trains.
    ///
    /// @throws TenonException if an argument is unknown or wrong
    public OptimizerSettings settings() {
        SequencedMap<String, Object> defaults = defaults();
        for (String name : given.keySet()) {
            if (!defaults.containsKey(name)) {
                throw new TenonException(
                        "keras 2: Unexpected keyword argument passed to optimizer: "
                                + name
                                + ". "
                                + className
                                + " has "
                                + String.join(", ", defaults.keySet()));
            }
        }
        KerasArguments a = KerasArguments.of(className, given, defaults);
        double rate = a.number("lr", a.number("learning_rate"));
        double decay = defaults.containsKey("decay") ? a.number("decay") : 0;
        LearningRate schedule =
                decay > 0
                        ? new InverseTimeDecay(rate, 1, decay, false)
                        : LearningRate.constant(rate);
        return OptimizerSettings.of(rule(a), schedule).withClip(clip(a));
    }

    private SequencedMap<String, Object> defaults() {
        SequencedMap<String, Object> all = KerasArguments.map("learning_rate", rate(), "lr", NONE);
        switch (className) {
            case "SGD" -> {
                all.put("momentum", 0.0);
                all.put("nesterov", false);
            }
            case "RMSprop" -> all.put("rho", 0.9);
            case "Adagrad" -> {}
            case "Adadelta" -> all.put("rho", 0.95);
            default -> {
                all.put("beta_1", 0.9);
                all.put("beta_2", 0.999);
            }
        }
        if (!className.equals("SGD")) {
            all.put("epsilon", NONE);
        }
        if (className.equals("Adam")) {
            all.put("amsgrad", false);
        }
        if (className.equals("Nadam")) {
            all.put("schedule_decay", 0.004);
        } else {
            all.put("decay", 0.0);
        }
        all.put("clipnorm", NONE);
        all.put("clipvalue", NONE);
        return all;
    }

    private double rate() {
        return switch (className) {
            case "SGD", "Adagrad" -> 0.01;
            case "Adadelta" -> 1;
            case "Adamax", "Nadam" -> 0.002;
            default -> 0.001;
        };
    }

    private UpdateRule rule(KerasArguments a) {
        if (className.equals("SGD")) {
            return new Sgd(a.number("momentum"), 0, a.flag("nesterov"), 0, Flavour.KERAS);
        }
        double epsilon = a.number("epsilon", EPSILON);
        return switch (className) {
            // without momentum and weight decay PyTorch's flavour is that of Keras 2
            case "RMSprop" -> new RmsProp(a.number("rho"), 0, epsilon, false, 0, Flavour.PYTORCH);
            case "Adagrad" -> new Adagrad(0, 0, epsilon, 0, Flavour.PYTORCH);
            case "Adadelta" -> new Adadelta(a.number("rho"), epsilon, 0, Flavour.KERAS);
            default -> byMoments(a.number("beta_1"), a.number("beta_2"), epsilon, a);
        };
    }

    private UpdateRule byMoments(double beta1, double beta2, double epsilon, KerasArguments a) {
        return switch (className) {
            case "Adam" ->
                    new Adam(beta1, beta2, epsilon, 0, true, a.flag("amsgrad"), Flavour.KERAS);
            case "Adamax" -> new Adamax(beta1, beta2, epsilon, 0, Flavour.KERAS);
            default ->
                    new Nadam(
                            beta1,
                            beta2,
                            epsilon,
                            a.number("schedule_decay"),
                            false,
                            0,
                            true,
                            Flavour.KERAS);
        };
    }

    private static @Nullable GradientClip clip(KerasArguments a) {
        double norm = a.number("clipnorm", 0);
        double value = a.number("clipvalue", 0);
        if (norm > 0 && value > 0) {
            return GradientClip.inTurn(GradientClip.byNorm(norm), GradientClip.byValue(value));
        }
        if (norm > 0) {
            return GradientClip.byNorm(norm);
        }
        return value > 0 ? GradientClip.byValue(value) : null;
    }
}
