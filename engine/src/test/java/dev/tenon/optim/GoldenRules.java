package dev.tenon.optim;

import dev.tenon.Golden;
import java.util.List;
import java.util.Map;

/// Rules with the settings that golden files have for PyTorch's and Keras's optimizers.
final class GoldenRules {
    private GoldenRules() {}

    // ---- PyTorch

    static UpdateRule torch(Golden run) {
        Golden a = run.at("arguments");
        String name = torchName(run);
        double decay = number(a, "weight_decay", name.equals("AdamW") ? 0.01 : 0);
        return switch (name) {
            case "SGD" ->
                    new Sgd(
                            number(a, "momentum", 0),
                            number(a, "dampening", 0),
                            flag(a, "nesterov"),
                            decay,
                            Flavour.PYTORCH);
            case "Adam", "AdamW" -> {
                Adam adam = name.equals("AdamW") ? AdamW.PYTORCH : Adam.PYTORCH;
                adam = adam.withWeightDecay(decay);
                yield flag(a, "amsgrad") ? adam.withAmsgrad() : adam;
            }
            case "Adamax" -> Adamax.PYTORCH.withWeightDecay(decay);
            case "RMSprop" -> {
                RmsProp rule = RmsProp.PYTORCH.withMomentum(number(a, "momentum", 0));
                yield flag(a, "centered") ? rule.withCentered() : rule;
            }
            case "Adagrad" -> Adagrad.PYTORCH;
            case "NAdam" -> Nadam.PYTORCH_1; // as the file
            case "RAdam" -> {
                double[] betas =
                        a.has("betas") ? a.at("betas").doubles() : new double[] {0.9, 0.999};
                boolean decoupled = flag(a, "decoupled_weight_decay");
                yield new Radam(betas[0], betas[1], number(a, "eps", 1e-8), decay, decoupled);
            }
            case "ASGD" ->
                    new Asgd(
                            number(a, "lambd", 1e-4),
                            number(a, "alpha", 0.75),
                            number(a, "t0", 1e6),
                            decay);
            default -> throw new IllegalArgumentException(name);
        };
    }

    private static String torchName(Golden run) {
        return run.at("optimizer").text().replace("torch.optim.", "");
    }

    static LearningRate torchRate(Golden run) {
        double otherwise =
                switch (torchName(run)) {
                    case "Adamax", "NAdam" -> 0.002;
                    case "RMSprop", "Adagrad", "ASGD" -> 0.01;
                    default -> 0.001;
                };
        return LearningRate.constant(number(run.at("arguments"), "lr", otherwise));
    }

    // ---- Keras

    static UpdateRule keras(Golden run) {
        Golden c = run.at("config");
        String name = run.at("optimizer").text();
        double decay = number(c, "weight_decay", name.equals("AdamW") ? 0.004 : 0);
        double epsilon = number(c, "epsilon", 1e-7);
        double beta1 = number(c, "beta_1", 0.9);
        double beta2 = number(c, "beta_2", name.equals("Lion") ? 0.99 : 0.999);
        return switch (name) {
            case "SGD" ->
                    new Sgd(number(c, "momentum", 0), 0, flag(c, "nesterov"), decay, Flavour.KERAS);
            case "Adam", "AdamW" ->
                    new Adam(beta1, beta2, epsilon, decay, true, flag(c, "amsgrad"), Flavour.KERAS);
            case "Adamax" -> new Adamax(beta1, beta2, epsilon, decay, Flavour.KERAS);
            case "RMSprop" ->
                    new RmsProp(
                            number(c, "rho", 0.9),
                            number(c, "momentum", 0),
                            epsilon,
                            flag(c, "centered"),
                            decay,
                            Flavour.KERAS);
            case "Adagrad" ->
                    new Adagrad(
                            number(c, "initial_accumulator_value", 0.1),
                            0,
                            epsilon,
                            decay,
                            Flavour.KERAS);
            case "Adadelta" -> new Adadelta(number(c, "rho", 0.95), epsilon, decay, Flavour.KERAS);
            case "Nadam" -> new Nadam(beta1, beta2, epsilon, 1, false, decay, true, Flavour.KERAS);
            case "Lion" -> new Lion(beta1, beta2, decay);
            case "Ftrl" ->
                    new Ftrl(
                            number(c, "learning_rate_power", -0.5),
                            number(c, "initial_accumulator_value", 0.1),
                            number(c, "l1_regularization_strength", 0),
                            number(c, "l2_regularization_strength", 0),
                            number(c, "l2_shrinkage_regularization_strength", 0),
                            number(c, "beta", 0),
                            decay);
            case "ScheduleFreeAdamW" ->
                    new ScheduleFreeAdamW(
                            beta1,
                            beta2,
                            number(c, "epsilon", 1e-8),
                            (long) number(c, "warmup_steps", 0),
                            decay);
            case "Lamb" -> new Lamb(beta1, beta2, epsilon, decay);
            case "Adafactor" ->
                    new Adafactor(
                            number(c, "beta_2_decay", -0.8),
                            number(c, "epsilon_1", 1e-30),
                            number(c, "epsilon_2", 1e-3),
                            number(c, "clip_threshold", 1),
                            decay);
            case "Muon" -> muon(c);
            default -> throw new IllegalArgumentException(name);
        };
    }

    /// Returns the rule, the learning rate and the options of a run of Keras.
    static OptimizerSettings kerasSettings(Golden run) {
        Golden c = run.at("config");
        OptimizerSettings settings = OptimizerSettings.of(keras(run), kerasRate(run));
        if (c.has("clipnorm")) {
            settings = settings.withClipnorm(c.at("clipnorm").number());
        }
        if (c.has("clipvalue")) {
            settings = settings.withClipvalue(c.at("clipvalue").number());
        }
        if (c.has("global_clipnorm")) {
            settings = settings.withGlobalClipnorm(c.at("global_clipnorm").number());
        }
        if (flag(c, "use_ema")) {
            long every = (long) number(c, "ema_overwrite_frequency", 0);
            settings = settings.withAverage(new Average(number(c, "ema_momentum", 0.99), every));
        }
        if (c.has("gradient_accumulation_steps")) {
            settings = settings.withAccumulation(c.at("gradient_accumulation_steps").integer());
        }
        if (run.has("exclude_from_weight_decay")) {
            settings =
                    settings.withoutWeightDecayOn(
                            run.at("exclude_from_weight_decay").list().stream()
                                    .map(Golden::text)
                                    .toArray(String[]::new));
        }
        if (run.has("constraint")) {
            settings = settings.withConstraint("kernel", constraint(run.at("constraint")));
        }
        return settings.withLossScaleFactor(number(c, "loss_scale_factor", 1));
    }

    private static Constraint constraint(Golden golden) {
        Golden c = golden.at("config");
        int[] axes = {0};
        if (c.has("axis")) {
            axes =
                    c.at("axis").value() instanceof List<?>
                            ? c.at("axis").ints()
                            : new int[] {c.at("axis").integer()};
        }
        return switch (golden.at("class_name").text()) {
            case "NonNeg" -> Constraint.nonNeg();
            case "MaxNorm" -> Constraint.maxNorm(c.at("max_value").number(), axes);
            case "UnitNorm" -> Constraint.unitNorm(axes);
            case "MinMaxNorm" ->
                    ((Constraint.MinMaxNorm)
                                    Constraint.minMaxNorm(
                                            c.at("min_value").number(),
                                            c.at("max_value").number(),
                                            axes))
                            .withRate(c.at("rate").number());
            default -> throw new IllegalArgumentException(golden.path());
        };
    }

    private static Muon muon(Golden c) {
        double adamDecay = number(c, "adam_weight_decay", 0.004);
        List<String> excluded =
                c.has("exclude_layers")
                        ? c.at("exclude_layers").list().stream().map(Golden::text).toList()
                        : Muon.KERAS.excluded();
        return Muon.KERAS
                .withMomentum(number(c, "momentum", 0.95))
                .withNesterov(!c.has("nesterov") || flag(c, "nesterov"))
                .withSteps((int) number(c, "ns_steps", 5))
                .withRmsRate(number(c, "rms_rate", 0.2))
                .withWeightDecay(number(c, "weight_decay", 0.004))
                .withAdam(AdamW.KERAS.withWeightDecay(adamDecay))
                .withAdamRateRatio(number(c, "adam_lr_ratio", 1))
                .withExcluded(excluded);
    }

    static LearningRate kerasRate(Golden run) {
        Golden config = run.at("config");
        if (config.has("learning_rate") && config.at("learning_rate").has("schedule")) {
            Golden schedule = config.at("learning_rate");
            return LearningRateTest.keras(schedule.at("schedule").text(), schedule);
        }
        double otherwise =
                switch (run.at("optimizer").text()) {
                    case "SGD" -> 0.01;
                    case "ScheduleFreeAdamW" -> 0.0025;
                    default -> 0.001;
                };
        return LearningRate.constant(number(config, "learning_rate", otherwise));
    }

    /// Returns our name of a variable of Keras's optimizer, such as `momentum`.
    ///
    /// @param matrix whether it is of the kernel
    static String slot(UpdateRule rule, String keras, boolean matrix) {
        Map<String, String> ours =
                switch (rule) {
                    case Adamax ignored -> Map.of("momentum", "m", "norm", "u");
                    case Sgd ignored -> Map.of("momentum", "momentum");
                    case RmsProp ignored ->
                            Map.of(
                                    "velocity", "v",
                                    "momentum", "momentum",
                                    "average_gradient", "mean");
                    case Adagrad ignored -> Map.of("accumulator", "sum");
                    case Adadelta ignored ->
                            Map.of("accumulated_grad", "v", "accumulated_delta_var", "d");
                    case Muon muon when matrix && !muon.excluded().contains("kernel") ->
                            Map.of("momentum", "momentum");
                    case Ftrl ignored -> Map.of("accumulator", "sum", "linear", "z");
                    case ScheduleFreeAdamW ignored -> Map.of("momentum", "z", "velocity", "v");
                    default -> Map.of("momentum", "m", "velocity", "v", "velocity_hat", "v_max");
                };
        return ours.getOrDefault(keras, keras);
    }

    private static double number(Golden settings, String name, double otherwise) {
        return settings.has(name) ? settings.at(name).number() : otherwise;
    }

    private static boolean flag(Golden settings, String name) {
        return settings.has(name) && settings.at(name).truth();
    }
}
