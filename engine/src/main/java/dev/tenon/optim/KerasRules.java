package dev.tenon.optim;

import static dev.tenon.optim.KerasArguments.map;

import dev.tenon.tensor.TenonException;
import java.util.List;
import java.util.SequencedMap;
import java.util.stream.Stream;

/// The classes of keras.optimizers that are an [UpdateRule] here: their arguments besides those
/// that all have, and what these say.
final class KerasRules {
    /// All that keras.optimizers has. Lamb is missing from the table of its `get`, not here.
    static final List<String> NAMES =
            List.of(
                    "SGD",
                    "RMSprop",
                    "Adam",
                    "AdamW",
                    "Adadelta",
                    "Adagrad",
                    "Adamax",
                    "Adafactor",
                    "Nadam",
                    "Ftrl",
                    "Lion",
                    "Lamb",
                    "Muon",
                    "ScheduleFreeAdamW");

    private static final Flavour KERAS = Flavour.KERAS;
    private static final String EMBEDDINGS = Muon.KERAS.excluded().getFirst();

    private KerasRules() {}

    /// Returns the default learning rate of a class.
    static double learningRate(String name) {
        return switch (name) {
            case "SGD" -> 0.01;
            case "ScheduleFreeAdamW" -> 0.0025;
            default -> 0.001;
        };
    }

    /// Returns the default weight decay of a class.
    static Object weightDecay(String name) {
        return switch (name) {
            case "AdamW", "Muon" -> 0.004;
            default -> KerasArguments.NONE;
        };
    }

    /// Returns the arguments of a class with their defaults, in the order of its config.
    static SequencedMap<String, Object> defaults(String name) {
        return switch (name) {
            case "SGD" -> map("momentum", 0.0, "nesterov", false);
            case "RMSprop" -> map("rho", 0.9, "momentum", 0.0, "epsilon", 1e-7, "centered", false);
            case "Adam", "AdamW" ->
                    map("beta_1", 0.9, "beta_2", 0.999, "epsilon", 1e-7, "amsgrad", false);
            case "Adadelta" -> map("rho", 0.95, "epsilon", 1e-7);
            case "Adagrad" -> map("initial_accumulator_value", 0.1, "epsilon", 1e-7);
            case "Adamax", "Nadam", "Lamb" -> map("beta_1", 0.9, "beta_2", 0.999, "epsilon", 1e-7);
            case "Adafactor" -> arguments(Adafactor.KERAS);
            case "Ftrl" -> arguments(Ftrl.KERAS);
            case "Lion" -> map("beta_1", 0.9, "beta_2", 0.99);
            case "Muon" -> arguments(Muon.KERAS);
            case "ScheduleFreeAdamW" -> arguments(ScheduleFreeAdamW.KERAS);
            default -> throw new IllegalArgumentException(name);
        };
    }

    /// Returns what the arguments of a class say.
    static UpdateRule rule(String name, KerasArguments a) {
        double decay = a.number("weight_decay", 0);
        return switch (name) {
            case "SGD" -> sgd(a, decay);
            case "RMSprop" ->
                    new RmsProp(
                            a.number("rho"),
                            a.number("momentum"),
                            a.number("epsilon"),
                            a.flag("centered"),
                            decay,
                            KERAS);
            case "Adam" -> adam(a, decay);
            case "AdamW" -> adamW(a, decay);
            case "Adadelta" -> new Adadelta(a.number("rho"), a.number("epsilon"), decay, KERAS);
            case "Adagrad" -> {
                double sum = a.number("initial_accumulator_value");
                yield new Adagrad(sum, 0, a.number("epsilon"), decay, KERAS);
            }
            case "Adamax" ->
                    new Adamax(
                            a.number("beta_1"),
                            a.number("beta_2"),
                            a.number("epsilon"),
                            decay,
                            KERAS);
            case "Adafactor" ->
                    new Adafactor(
                            a.number("beta_2_decay"),
                            a.number("epsilon_1"),
                            a.number("epsilon_2"),
                            a.number("clip_threshold"),
                            decay);
            case "Nadam" ->
                    Nadam.KERAS
                            .withBetas(a.number("beta_1"), a.number("beta_2"))
                            .withEpsilon(a.number("epsilon"))
                            .withWeightDecay(decay);
            case "Ftrl" -> ftrl(a, decay);
            case "Lion" -> lion(a, decay);
            case "Lamb" ->
                    new Lamb(a.number("beta_1"), a.number("beta_2"), a.number("epsilon"), decay);
            case "Muon" -> muon(a, decay);
            case "ScheduleFreeAdamW" ->
                    new ScheduleFreeAdamW(
                            a.number("beta_1"),
                            a.number("beta_2"),
                            a.number("epsilon"),
                            a.whole("warmup_steps"),
                            decay);
            default -> throw new IllegalArgumentException(name);
        };
    }

    private static Sgd sgd(KerasArguments a, double decay) {
        double momentum = a.number("momentum");
        if (!(momentum >= 0 && momentum <= 1)) {
            throw wrong(
                    "`momentum` must be a float between [0, 1]. Received: momentum=" + momentum);
        }
        return new Sgd(momentum, 0, a.flag("nesterov"), decay, KERAS);
    }

    private static Adam adam(KerasArguments a, double decay) {
        return new Adam(
                a.number("beta_1"),
                a.number("beta_2"),
                a.number("epsilon"),
                decay,
                true,
                a.flag("amsgrad"),
                KERAS);
    }

    private static Adam adamW(KerasArguments a, double decay) {
        if (a.isNone("weight_decay")) {
            throw wrong("Argument `weight_decay` must be a float. Received: weight_decay=None");
        }
        return adam(a, decay);
    }

    private static Ftrl ftrl(KerasArguments a, double decay) {
        for (String name :
                List.of(
                        "initial_accumulator_value",
                        "l1_regularization_strength",
                        "l2_regularization_strength",
                        "l2_shrinkage_regularization_strength")) {
            if (!(a.number(name) >= 0)) {
                throw wrong(
                        "`"
                                + name
                                + "` needs to be positive or zero. Received: "
                                + name
                                + "="
                                + a.number(name)
                                + ".");
            }
        }
        double power = a.number("learning_rate_power");
        if (!(power <= 0)) {
            throw wrong(
                    "`learning_rate_power` needs to be negative or zero. Received:"
                            + " learning_rate_power="
                            + power
                            + ".");
        }
        return new Ftrl(
                power,
                a.number("initial_accumulator_value"),
                a.number("l1_regularization_strength"),
                a.number("l2_regularization_strength"),
                a.number("l2_shrinkage_regularization_strength"),
                a.number("beta"),
                decay);
    }

    private static Lion lion(KerasArguments a, double decay) {
        double beta1 = a.number("beta_1");
        if (!(beta1 > 0 && beta1 <= 1)) {
            throw wrong(
                    "Argument `beta_1` must be in the [0, 1] range. Otherwise, the optimizer"
                            + " degenerates to SignSGD. Received: beta_1="
                            + beta1
                            + ".");
        }
        return new Lion(beta1, a.number("beta_2"), decay);
    }

    private static Muon muon(KerasArguments a, double decay) {
        Adam adam =
                Adam.KERAS
                        .withBetas(a.number("adam_beta_1"), a.number("adam_beta_2"))
                        .withEpsilon(a.number("epsilon"))
                        .withWeightDecay(a.number("adam_weight_decay", 0));
        Stream<String> embeddings =
                a.flag("exclude_embeddings") ? Stream.of(EMBEDDINGS) : Stream.of();
        return new Muon(
                a.number("momentum"),
                a.flag("nesterov"),
                Math.toIntExact(a.whole("ns_steps")),
                a.number("muon_a"),
                a.number("muon_b"),
                a.number("muon_c"),
                a.isNone("rms_rate") ? null : a.number("rms_rate"),
                decay,
                adam,
                a.number("adam_lr_ratio"),
                Stream.concat(embeddings, a.texts("exclude_layers").stream()).toList());
    }

    // ---- from rules

    /// Returns the class that a rule is. Adam with weight decay is AdamW, which is the same.
    ///
    /// @throws TenonException if Keras has no such rule
    static String nameOf(UpdateRule rule) {
        String name =
                switch (rule) {
                    case Sgd r when r.flavour() == KERAS -> "SGD";
                    case RmsProp r when r.flavour() == KERAS -> "RMSprop";
                    case Adam r when r.flavour() == KERAS ->
                            r.weightDecay() == 0 ? "Adam" : "AdamW";
                    case Adadelta r when r.flavour() == KERAS -> "Adadelta";
                    case Adagrad r when r.flavour() == KERAS -> "Adagrad";
                    case Adamax r when r.flavour() == KERAS -> "Adamax";
                    case Adafactor _ -> "Adafactor";
                    case Nadam r when r.equals(kerasOnly(r)) -> "Nadam";
                    case Ftrl _ -> "Ftrl";
                    case Lion _ -> "Lion";
                    case Lamb _ -> "Lamb";
                    case Muon r when r.adam().flavour() == KERAS && !r.adam().amsgrad() -> "Muon";
                    case ScheduleFreeAdamW _ -> "ScheduleFreeAdamW";
                    default -> "";
                };
        if (name.isEmpty()) {
            throw wrong("a rule must be one of Keras to have a config; got " + rule);
        }
        return name;
    }

    private static Nadam kerasOnly(Nadam r) {
        return Nadam.KERAS
                .withBetas(r.beta1(), r.beta2())
                .withEpsilon(r.epsilon())
                .withWeightDecay(r.weightDecay());
    }

    /// Returns the arguments of a rule, without weight decay.
    static SequencedMap<String, Object> arguments(UpdateRule rule) {
        return switch (rule) {
            case Sgd r -> map("momentum", r.momentum(), "nesterov", r.nesterov());
            case RmsProp r -> {
                SequencedMap<String, Object> map =
                        map("rho", r.rho(), "momentum", r.momentum(), "epsilon", r.epsilon());
                map.put("centered", r.centered());
                yield map;
            }
            case Adam r -> {
                SequencedMap<String, Object> map = betas(r.beta1(), r.beta2(), r.epsilon());
                map.put("amsgrad", r.amsgrad());
                yield map;
            }
            case Adadelta r -> map("rho", r.rho(), "epsilon", r.epsilon());
            case Adagrad r ->
                    map("initial_accumulator_value", r.initialSum(), "epsilon", r.epsilon());
            case Adamax r -> betas(r.beta1(), r.beta2(), r.epsilon());
            case Nadam r -> betas(r.beta1(), r.beta2(), r.epsilon());
            case Lamb r -> betas(r.beta1(), r.beta2(), r.epsilon());
            case Lion r -> map("beta_1", r.beta1(), "beta_2", r.beta2());
            case ScheduleFreeAdamW r -> {
                SequencedMap<String, Object> map = betas(r.beta1(), r.beta2(), r.epsilon());
                map.put("warmup_steps", r.warmupSteps());
                yield map;
            }
            case Adafactor r -> adafactor(r);
            case Ftrl r -> ftrl(r);
            case Muon r -> muon(r);
            default -> throw new IllegalArgumentException(rule.toString());
        };
    }

    /// Returns the weight decay of a rule, or None for 0 where that is the default, which means the
    /// same.
    static Object weightDecay(UpdateRule rule) {
        double decay =
                switch (rule) {
                    case Sgd r -> r.weightDecay();
                    case RmsProp r -> r.weightDecay();
                    case Adam r -> r.weightDecay();
                    case Adadelta r -> r.weightDecay();
                    case Adagrad r -> r.weightDecay();
                    case Adamax r -> r.weightDecay();
                    case Adafactor r -> r.weightDecay();
                    case Nadam r -> r.weightDecay();
                    case Ftrl r -> r.weightDecay();
                    case Lion r -> r.weightDecay();
                    case Lamb r -> r.weightDecay();
                    case Muon r -> r.weightDecay();
                    case ScheduleFreeAdamW r -> r.weightDecay();
                    default -> throw new IllegalArgumentException(rule.toString());
                };
        return decay == 0 && weightDecay(nameOf(rule)).equals(KerasArguments.NONE)
                ? KerasArguments.NONE
                : (Object) decay;
    }

    private static SequencedMap<String, Object> betas(double beta1, double beta2, double epsilon) {
        return map("beta_1", beta1, "beta_2", beta2, "epsilon", epsilon);
    }

    /// `relative_step` changes nothing in Keras, and a rule here does not know it.
    private static SequencedMap<String, Object> adafactor(Adafactor r) {
        SequencedMap<String, Object> map =
                map("beta_2_decay", r.decayPower(), "epsilon_1", r.epsilon1());
        map.put("epsilon_2", r.epsilon2());
        map.put("clip_threshold", r.clipThreshold());
        map.put("relative_step", true);
        return map;
    }

    private static SequencedMap<String, Object> ftrl(Ftrl r) {
        SequencedMap<String, Object> map = map("learning_rate_power", r.learningRatePower());
        map.put("initial_accumulator_value", r.initialSum());
        map.put("l1_regularization_strength", r.l1());
        map.put("l2_regularization_strength", r.l2());
        map.put("l2_shrinkage_regularization_strength", r.l2Shrinkage());
        map.put("beta", r.beta());
        return map;
    }

    private static SequencedMap<String, Object> muon(Muon r) {
        SequencedMap<String, Object> map =
                map("adam_beta_1", r.adam().beta1(), "adam_beta_2", r.adam().beta2());
        map.put("epsilon", r.adam().epsilon());
        map.put(
                "exclude_layers",
                r.excluded().stream().filter(e -> !e.equals(EMBEDDINGS)).toList());
        map.put("muon_a", r.a());
        map.put("muon_b", r.b());
        map.put("muon_c", r.c());
        map.put("adam_lr_ratio", KerasArguments.count(r.adamRateRatio()));
        map.put("momentum", r.momentum());
        map.put("ns_steps", (long) r.steps());
        map.put("nesterov", r.nesterov());
        map.put("exclude_embeddings", r.excluded().contains(EMBEDDINGS));
        map.put("adam_weight_decay", r.adam().weightDecay());
        map.put("rms_rate", r.rmsRate() == null ? KerasArguments.NONE : r.rmsRate());
        return map;
    }

    private static TenonException wrong(String what) {
        return new TenonException("keras: " + what);
    }
}
