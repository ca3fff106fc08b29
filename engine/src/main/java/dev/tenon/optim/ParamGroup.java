package dev.tenon.optim;

import dev.tenon.nn.Param;
import dev.tenon.tensor.Memory;
import dev.tenon.tensor.TenonException;
import dev.tenon.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/// Parameters that an optimizer trains by the same settings: all of them, or those that a pattern
/// of an [OptimizerMap] takes.
public final class ParamGroup {
    private final String pattern;
    private final OptimizerSettings settings;
    private final List<ParamState> states;
    private final SequencedMap<String, Param> params = new LinkedHashMap<>();
    private LearningRate learningRate;

    ParamGroup(String pattern, OptimizerSettings settings, List<ParamState> states) {
        this.pattern = pattern;
        this.settings = settings;
        this.states = states;
        states.forEach(state -> params.put(state.name(), state.param()));
        learningRate = settings.learningRate();
    }

    /// Returns the pattern of the [OptimizerMap] that took these parameters, or the empty string
    /// where none did.
    public String pattern() {
        return pattern;
    }

    /// Returns how they are trained; the learning rate as it was at first.
    public OptimizerSettings settings() {
        return settings;
    }

    /// Returns the parameters, by name.
    public SequencedMap<String, Param> params() {
        return Collections.unmodifiableSequencedMap(params);
    }

    /// Returns the learning rate.
    public LearningRate learningRate() {
        return learningRate;
    }

    /// Sets η of the next steps; a schedule is asked with [Optimizer#steps()], which goes on
    /// counting.
    public void learningRate(LearningRate schedule) {
        learningRate = schedule;
    }

    /// Sets η of the next steps to a number, as Keras's setter does.
    ///
    /// @throws TenonException if a schedule says what η is
    public void learningRate(double value) {
        if (!(learningRate instanceof LearningRate.Constant)) {
            throw new TenonException(
                    "optimizer: This optimizer was created with a `LearningRateSchedule` object as its"
                            + " `learning_rate` constructor argument, hence its learning rate is not"
                            + " settable. If you need the learning rate to be settable, you should"
                            + " instantiate the optimizer with a float `learning_rate` argument. Got "
                            + learningRate
                            + " and "
                            + value);
        }
        learningRate = LearningRate.constant(value);
    }

    // ---- a step

    /// Does what a step does to these parameters, in the order that [Optimizer] states.
    ///
    /// @param steps how many steps were made before
    /// @param lossScale what the loss was multiplied by, besides the settings' own factor
    void step(long steps, double lossScale) {
        double unscale = 1 / (lossScale * settings.lossScaleFactor());
        int turns = settings.accumulationSteps();
        if (turns == 1) {
            update(gradients(unscale), steps, steps);
            return;
        }
        accumulate(unscale);
        if ((steps + 1) % turns == 0) {
            update(accumulated(turns), steps, steps / turns);
            states.forEach(state -> accumulatorOf(state).clear());
        } else {
            states.stream()
                    .filter(state -> state.gradient() != null)
                    .forEach(state -> Memory.tidy(state::constrain));
        }
    }

    private List<ScaledGradient> gradients(double unscale) {
        List<ScaledGradient> found = new ArrayList<>();
        for (ParamState state : states) {
            Tensor gradient = state.gradient();
            if (gradient != null) {
                found.add(new ScaledGradient(state, gradient, state.isOverwritten() ? 1 : unscale));
            }
        }
        return found;
    }

    private void accumulate(double unscale) {
        for (ParamState state : states) {
            Tensor gradient = state.gradient();
            if (gradient == null) {
                continue;
            }
            if (state.isOverwritten()) {
                accumulatorOf(state).raise(gradient);
            } else {
                accumulatorOf(state).add(gradient, unscale);
            }
        }
    }

    private List<ScaledGradient> accumulated(int turns) {
        List<ScaledGradient> found = new ArrayList<>();
        for (ParamState state : states) {
            Accumulator accumulator = accumulatorOf(state);
            if (accumulator.gradients() > 0 && !state.param().isFrozen()) {
                double scale = state.isOverwritten() ? 1 : 1.0 / turns;
                found.add(new ScaledGradient(state, accumulator.sum(), scale));
            }
        }
        return found;
    }

    private static Accumulator accumulatorOf(ParamState state) {
        return Objects.requireNonNull(state.accumulator());
    }

    /// @param iterations how many updates were made before
    private void update(List<ScaledGradient> gradients, long steps, long iterations) {
        ScaledGradient.clip(
                settings.clip(),
                gradients.stream().filter(g -> !g.state().isOverwritten()).toList());
        double rate = learningRate.at(steps);
        ElementwiseStep together = new ElementwiseStep();
        for (ScaledGradient gradient : gradients) {
            ParamState state = gradient.state();
            if (state.rule() instanceof ElementwiseRule rule) {
                together.add(rule, state.update(gradient, rate, iterations + 1));
            } else { // some of these make temporaries
                Memory.tidy(
                        () -> state.rule().update(state.update(gradient, rate, iterations + 1)));
            }
        }
        together.run();
        Average average = settings.average();
        if (average != null) {
            double momentum = iterations == 0 ? 0 : average.momentum();
            states.forEach(state -> state.moveAverage(momentum));
            if (average.overwriteEvery() > 0 && (iterations + 1) % average.overwriteEvery() == 0) {
                takeAverages();
            }
        }
        gradients.forEach(gradient -> Memory.tidy(() -> gradient.state().constrain()));
    }

    /// `w = a` for all parameters that have an average.
    void takeAverages() {
        states.forEach(ParamState::takeAverage);
    }

    // ---- state

    /// Returns the learning rate that a caller set since the beginning, or null: then the settings
    /// say all about it.
    @Nullable Double chosenRate() {
        return learningRate instanceof LearningRate.Constant chosen
                        && !learningRate.equals(settings.learningRate())
                ? (Double) chosen.value()
                : null;
    }

    /// Returns the name of that learning rate in the state.
    String rateName() {
        return pattern.isEmpty() ? "learning_rate" : "learning_rate." + pattern;
    }

    /// Takes the learning rate that a caller had set, or the settings' where none had and one has
    /// here.
    void readFrom(Map<String, Tensor> state) {
        Tensor rate = state.get(rateName());
        if (rate != null) {
            learningRate = LearningRate.constant(rate.item());
        } else if (chosenRate() != null) {
            learningRate = settings.learningRate();
        }
    }
}
