package dev.tenon.optim;

import dev.tenon.nn.Param;
import dev.tenon.tensor.TenonException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// All that an optimizer is made of besides parameters: a rule, a learning rate, and the options
/// that every optimizer of Keras takes. [Optimizer] says in which order a step uses them.
///
/// ```java
/// OptimizerSettings.of(AdamW.KERAS, 1e-3)
///         .withGlobalClipnorm(1)
///         .withAverage(0.999)
///         .withoutWeightDecayOn("bias", "norm")
/// ```
///
/// @param rule how parameters change
/// @param learningRate η, by step
/// @param clip keeps gradients from being too large, or null
/// @param undecayed the parameters whose weights do not decay, by `exclude_from_weight_decay` in
///   Keras
/// @param average a moving average of the parameters, or null
/// @param accumulationSteps how many calls of [Optimizer#step()] make one update, of the mean of
///   their gradients: Keras's `gradient_accumulation_steps`; 1 for an update each time
/// @param lossScaleFactor what [Optimizer#scaleLoss] multiplies by and gradients are divided by,
///   more than 0; 1 for nothing
/// @param constraints what some parameters must be after each step; all that take a parameter
///   apply, in this order
/// @param overwritten the parameters that become their gradients instead of following the rule:
///   Keras's `overwrite_with_gradient`, for numbers that ride along such as the scales of 8-bit
///   formats
public record OptimizerSettings(
        UpdateRule rule,
        LearningRate learningRate,
        @Nullable GradientClip clip,
        ParamFilter undecayed,
        @Nullable Average average,
        int accumulationSteps,
        double lossScaleFactor,
        List<Constrained> constraints,
        ParamFilter overwritten)
        implements OptimizerConfig {
    /// A constraint and who is under it.
    ///
    /// @param params those under it
    /// @param constraint what they must be
    public record Constrained(ParamFilter params, Constraint constraint) {}

    /// Copies the constraints and checks the numbers.
    ///
    /// @throws TenonException if one is out of its range
    public OptimizerSettings {
        if (accumulationSteps < 1) {
            throw accumulation(accumulationSteps);
        }
        Settings.factor("loss_scale_factor", lossScaleFactor);
        constraints = List.copyOf(constraints);
    }

    /// Returns settings without options.
    public static OptimizerSettings of(UpdateRule rule, LearningRate learningRate) {
        return new OptimizerSettings(
                rule,
                learningRate,
                null,
                ParamFilter.NONE,
                null,
                1,
                1,
                List.of(),
                ParamFilter.NONE);
    }

    /// Returns settings without options whose learning rate stays.
    public static OptimizerSettings of(UpdateRule rule, double learningRate) {
        return of(rule, LearningRate.constant(learningRate));
    }

    /// Returns this with gradients clipped, each by its own norm.
    ///
    /// @throws TenonException if gradients are clipped already, or max is not more than 0
    public OptimizerSettings withClipnorm(double max) {
        return withOnly(GradientClip.byEachNorm(max));
    }

    /// Returns this with every element of gradients clipped.
    ///
    /// @throws TenonException if gradients are clipped already, or max is not more than 0
    public OptimizerSettings withClipvalue(double max) {
        return withOnly(GradientClip.byValue(max));
    }

    /// Returns this with gradients clipped by the norm of all of them together.
    ///
    /// @throws TenonException if gradients are clipped already, or max is not more than 0
    public OptimizerSettings withGlobalClipnorm(double max) {
        return withOnly(GradientClip.byNorm(max));
    }

    private OptimizerSettings withOnly(GradientClip one) {
        if (clip != null && clip.getClass() != one.getClass()) {
            throw clips(
                    received(clip, one, GradientClip.ByEachNorm.class),
                    received(clip, one, GradientClip.ByValue.class),
                    received(clip, one, GradientClip.ByNorm.class));
        }
        return withClip(one);
    }

    private static @Nullable Double received(
            GradientClip a, GradientClip b, Class<? extends GradientClip> kind) {
        GradientClip found = kind.isInstance(a) ? a : kind.isInstance(b) ? b : null;
        return switch (found) {
            case null -> null;
            case GradientClip.ByEachNorm each -> each.max();
            case GradientClip.ByNorm all -> all.max();
            case GradientClip.ByValue value -> value.max();
            case GradientClip.InTurn _ -> null;
        };
    }

    /// Returns Keras's complaint of more than one clip; null stands for one that is not set.
    static TenonException clips(
            @Nullable Double clipnorm,
            @Nullable Double clipvalue,
            @Nullable Double globalClipnorm) {
        return new TenonException(
                "optimizer: Only one of `clipnorm`, `clipvalue` and `global_clipnorm` can be set."
                        + " Received: clipnorm="
                        + python(clipnorm)
                        + ", clipvalue="
                        + python(clipvalue)
                        + ", global_clipnorm="
                        + python(globalClipnorm));
    }

    private static String python(@Nullable Double number) {
        return number == null ? "None" : number.toString();
    }

    /// Returns this with gradients clipped in another way, or not.
    public OptimizerSettings withClip(@Nullable GradientClip value) {
        return new OptimizerSettings(
                rule,
                learningRate,
                value,
                undecayed,
                average,
                accumulationSteps,
                lossScaleFactor,
                constraints,
                overwritten);
    }

    /// Returns this without weight decay on parameters whose names have a match with one of these
    /// regular expressions, in place of those excluded so far.
    public OptimizerSettings withoutWeightDecayOn(String... names) {
        return withoutWeightDecayOn(ParamFilter.named(names));
    }

    /// Returns this without weight decay on these parameters, in place of those excluded so far.
    public OptimizerSettings withoutWeightDecayOn(Param... params) {
        return withoutWeightDecayOn(ParamFilter.of(params));
    }

    /// Returns this without weight decay on some parameters, in place of those excluded so far.
    public OptimizerSettings withoutWeightDecayOn(ParamFilter params) {
        return new OptimizerSettings(
                rule,
                learningRate,
                clip,
                params,
                average,
                accumulationSteps,
                lossScaleFactor,
                constraints,
                overwritten);
    }

    /// Returns this with a moving average of the parameters.
    public OptimizerSettings withAverage(double momentum) {
        return withAverage(Average.of(momentum));
    }

    /// Returns this with a moving average of the parameters, or without.
    public OptimizerSettings withAverage(@Nullable Average value) {
        return new OptimizerSettings(
                rule,
                learningRate,
                clip,
                undecayed,
                value,
                accumulationSteps,
                lossScaleFactor,
                constraints,
                overwritten);
    }

    /// Returns this with an update of the mean gradient of so many steps.
    ///
    /// @param steps at least 2
    /// @throws TenonException if it is less
    public OptimizerSettings withAccumulation(int steps) {
        if (steps < 2) {
            throw accumulation(steps);
        }
        return new OptimizerSettings(
                rule,
                learningRate,
                clip,
                undecayed,
                average,
                steps,
                lossScaleFactor,
                constraints,
                overwritten);
    }

    private static TenonException accumulation(int steps) {
        return new TenonException(
                "optimizer: `gradient_accumulation_steps` must be an integer >= 2. Received:"
                        + " gradient_accumulation_steps="
                        + steps);
    }

    /// Returns this with another loss scale factor.
    public OptimizerSettings withLossScaleFactor(double factor) {
        return new OptimizerSettings(
                rule,
                learningRate,
                clip,
                undecayed,
                average,
                accumulationSteps,
                factor,
                constraints,
                overwritten);
    }

    /// Returns this with one more constraint, on parameters whose names have a match with `name`, a
    /// regular expression.
    public OptimizerSettings withConstraint(String name, Constraint constraint) {
        return withConstraint(ParamFilter.named(name), constraint);
    }

    /// Returns this with one more constraint.
    public OptimizerSettings withConstraint(ParamFilter params, Constraint constraint) {
        List<Constrained> more = new ArrayList<>(constraints);
        more.add(new Constrained(params, constraint));
        return new OptimizerSettings(
                rule,
                learningRate,
                clip,
                undecayed,
                average,
                accumulationSteps,
                lossScaleFactor,
                more,
                overwritten);
    }

    /// Returns this with parameters that become their gradients.
    public OptimizerSettings withOverwritten(ParamFilter params) {
        return new OptimizerSettings(
                rule,
                learningRate,
                clip,
                undecayed,
                average,
                accumulationSteps,
                lossScaleFactor,
                constraints,
                params);
    }
}
