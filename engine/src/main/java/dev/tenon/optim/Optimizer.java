package dev.tenon.optim;

import dev.tenon.dtype.DType;
import dev.tenon.nn.Formula;
import dev.tenon.nn.Param;
import dev.tenon.nn.State;
import dev.tenon.tensor.Autograd;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Changes parameters by their gradients, step by step, by an [UpdateRule] and a [LearningRate].
///
/// ```java
/// Optimizer optimizer = AdamW.pytorch(model.params(), 3e-4);
/// optimizer.clearGradients();
/// loss.backward();
/// GradientClip.byNorm(1).apply(optimizer.params().values());
/// optimizer.step();
/// ```
///
/// Keras's options are [OptimizerSettings]; several rules for one model are an [OptimizerMap], and
/// a loss scale that finds itself is a [LossScale]:
///
/// ```java
/// var settings = OptimizerSettings.of(AdamW.KERAS, 1e-3).withGlobalClipnorm(1).withAverage(0.999);
/// var optimizer = new Optimizer(model.params(), settings);
/// ```
///
/// A step does, of the following, what the settings ask for. s counts steps before this one, n is
/// [OptimizerSettings#accumulationSteps()], and `t = s / n + 1` is what rules of Keras's flavour
/// count by.
///
/// | | what | formula |
/// |---|---|---|
/// | 1 | leaves parameters without gradient and frozen ones out | |
/// | 2 | stops, if the loss scale c finds itself and a gradient is not finite | `c = c / 2` |
/// | 3 | undoes loss scales | `g = g / (c f)` |
/// | 4 | adds gradients up, and goes to 10 unless `s + 1` is a multiple of n | `a = a + g; g = a / n` |
/// | 5 | clips gradients | [GradientClip] |
/// | 6 | asks for the learning rate, by steps, not updates | `η = η_s` |
/// | 7 | decays weights but those excluded; PyTorch's flavour adds `λ w` to g instead | `w = w - η λ w` |
/// | 8 | follows the rule | [UpdateRule#formula()] |
/// | 9 | moves averages, and takes them over now and then | `a = μ a + (1-μ) w` |
/// | 10 | sees to constraints | [Constraint] |
///
/// That is the order of keras.optimizers. It differs in three points: Keras moves averages on every
/// step while it adds up; it forgets gradients of a parameter that has none in the last of n steps;
/// and there a map's optimizers count their steps each on its own.
///
/// Where the rule is an [ElementwiseRule], points 3 and 7 cost no pass of their own, and 5 only one
/// over the gradients for a norm: one pass over memory reads gradient, state and parameter and
/// writes the last two, for all parameters of a group in one parallel region.
///
/// [#state()] holds all that the next steps depend on besides parameters and gradients: training
/// that goes on from a saved state goes on with the same bytes.
public final class Optimizer {
    private static final Logger LOG = LoggerFactory.getLogger(Optimizer.class);

    private final SequencedMap<String, Param> params;
    private final List<ParamState> states = new ArrayList<>();
    private final List<ParamGroup> groups = new ArrayList<>();
    private final OptimizerConfig config;
    private final double scaleFactor; // of the loss, without what finds itself
    private final @Nullable LossScaling scaling;
    private long steps;
    private boolean warned;

    /// Returns an optimizer that has made no step, without options.
    ///
    /// @param params the parameters to change, by the names that [#state()] uses; those of
    ///   [dev.tenon.nn.Layer#params()]
    /// @param rule how they change
    /// @param learningRate η, by step
    /// @throws TenonException if there are no parameters
    public Optimizer(
            SequencedMap<String, Param> params, UpdateRule rule, LearningRate learningRate) {
        this(params, OptimizerSettings.of(rule, learningRate));
    }

    /// Returns an optimizer that has made no step.
    ///
    /// @param params the parameters to change, by the names that [#state()] uses; those of
    ///   [dev.tenon.nn.Layer#params()]
    /// @param config how they change
    /// @throws TenonException if there are no parameters, or a parameter's name matches several
    ///   patterns of a map
    public Optimizer(SequencedMap<String, Param> params, OptimizerConfig config) {
        if (params.isEmpty()) {
            throw new TenonException("optimizer: there must be parameters to train; got none");
        }
        this.params = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(params));
        this.config = config;
        OptimizerConfig inner = config instanceof LossScale around ? around.inner() : config;
        scaling = config instanceof LossScale around ? new LossScaling(around) : null;
        scaleFactor =
                switch (inner) {
                    case OptimizerSettings one -> {
                        group(one);
                        yield one.lossScaleFactor();
                    }
                    case OptimizerMap map -> {
                        group(map);
                        yield map.lossScaleFactor();
                    }
                    case LossScale _ -> throw new AssertionError("a loss scale around another");
                };
    }

    private void group(OptimizerSettings settings) {
        params.forEach((name, param) -> states.add(new ParamState(name, param, settings)));
        groups.add(new ParamGroup("", settings, states));
    }

    private void group(OptimizerMap map) {
        SequencedMap<String, List<ParamState>> members = new LinkedHashMap<>();
        members.put("", new ArrayList<>());
        map.patterns().keySet().forEach(pattern -> members.put(pattern, new ArrayList<>()));
        params.forEach((name, param) -> {
            String pattern = map.patternOf(name);
            ParamState state = new ParamState(name, param, map.settings(pattern));
            states.add(state);
            Objects.requireNonNull(members.get(pattern)).add(state);
        });
        members.forEach((pattern, some) ->
                groups.add(new ParamGroup(pattern, map.settings(pattern), some)));
    }

    /// Changes every parameter by its gradient, in the order stated above. Parameters without one
    /// and frozen ones stay as they are, and so do their slots. The first time that one which is
    /// not frozen has none a line of log says so: usually the loss does not depend on it.
    ///
    /// @throws TenonException if no parameter has a gradient
    public void step() {
        List<Tensor> gradients =
                states.stream().map(ParamState::gradient).filter(Objects::nonNull).toList();
        if (gradients.isEmpty()) {
            throw new TenonException(
                    "optimizer: No gradients provided for any variable. Got none for "
                            + states.size()
                            + " parameters; call backward() on the loss first");
        }
        warnOfMissing();
        if (scaling != null && !LossScaling.areFinite(gradients)) {
            scaling.shrink();
            return;
        }
        double scale = scaling == null ? 1 : scaling.scale();
        Autograd.noGrad(() -> Memory.tidy(() -> groups.forEach(group -> group.step(steps, scale))));
        if (scaling != null) {
            scaling.grow();
        }
        steps++;
    }

    private void warnOfMissing() {
        if (warned) {
            return;
        }
        List<String> missing =
                states.stream()
                        .filter(s -> s.gradient() == null && !s.param().isFrozen())
                        .map(ParamState::name)
                        .toList();
        if (!missing.isEmpty()) {
            warned = true;
            LOG.warn("Gradients do not exist for variables {} when minimizing the loss.", missing);
        }
    }

    /// Returns the loss times the scale that gradients are divided by; call it before backward
    /// where the settings have a loss scale. Without one it returns the loss itself.
    public Tensor scaleLoss(Tensor loss) {
        double scale = scaling == null ? scaleFactor : scaling.scale();
        return scale == 1 ? loss : loss.mul(scale);
    }

    /// Sets parameters to their moving averages, where the settings ask for them: call it at the
    /// end of training, as Keras's `fit` calls `finalize_variable_values`.
    public void finalizeValues() {
        Autograd.noGrad(() -> groups.forEach(ParamGroup::takeAverages));
    }

    /// Forgets the gradients of all parameters; call it before each backward unless gradients are
    /// to add up. While the optimizer adds them up itself, call it before each backward too.
    public void clearGradients() {
        params.values().forEach(Param::clearGradient);
    }

    // ---- what it is

    /// Returns η of the next step.
    ///
    /// @throws TenonException if the optimizer is of an [OptimizerMap]
    public double learningRate() {
        return only("Learning rate cannot be accessed on a MultiOptimizer. Access the learning"
                        + " rate on the individual sub-optimizers instead.")
                .learningRate()
                .at(steps);
    }

    /// Sets η of the next steps; the schedule is asked with [#steps()], which goes on counting.
    ///
    /// @throws TenonException if the optimizer is of an [OptimizerMap]
    public void learningRate(LearningRate schedule) {
        settable().learningRate(schedule);
    }

    /// Sets η of the next steps to a number, as Keras's setter does.
    ///
    /// @throws TenonException if a schedule says what η is, or the optimizer is of an
    ///   [OptimizerMap]
    public void learningRate(double value) {
        settable().learningRate(value);
    }

    private ParamGroup settable() {
        return only(
                "Learning rate cannot be set on a MultiOptimizer. Set the learning rate on the"
                        + " individual sub-optimizers instead.");
    }

    private ParamGroup only(String otherwise) {
        if (isMap()) {
            throw new TenonException("optimizer: " + otherwise + " They are in groups()");
        }
        return groups.getFirst();
    }

    private boolean isMap() {
        return config instanceof OptimizerMap
                || config instanceof LossScale around && around.inner() instanceof OptimizerMap;
    }

    /// Returns how many steps were made; a step that a loss scale left out is none.
    public long steps() {
        return steps;
    }

    /// Returns how many updates those steps made: Keras's `iterations`. It is less where gradients
    /// are added up.
    ///
    /// @throws TenonException if the optimizer is of an [OptimizerMap]
    public long iterations() {
        return steps
                / only("Updates of an OptimizerMap are counted by its settings.")
                        .settings()
                        .accumulationSteps();
    }

    /// Returns the parameters, by name.
    public SequencedMap<String, Param> params() {
        return params;
    }

    /// Returns the groups of parameters, each with its settings: one, or for an [OptimizerMap] one
    /// for the default and one for each pattern.
    public List<ParamGroup> groups() {
        return Collections.unmodifiableList(groups);
    }

    /// Returns what it was built from.
    public OptimizerConfig config() {
        return config;
    }

    /// Returns how the parameters change.
    ///
    /// @throws TenonException if the optimizer is of an [OptimizerMap]
    public UpdateRule rule() {
        return only("Rules of an OptimizerMap differ.").settings().rule();
    }

    /// Returns the formula of the rule.
    ///
    /// @throws TenonException if the optimizer is of an [OptimizerMap]
    public Formula formula() {
        return rule().formula();
    }

    // ---- state

    /// Returns what a checkpoint of this optimizer holds. The tensors of parameters are the
    /// optimizer's own, not copies.
    ///
    /// | name | what |
    /// |---|---|
    /// | `step` | the number of steps, an I64 scalar |
    /// | `<parameter>.step` | the number of its updates, an I64 scalar |
    /// | `<parameter>.<slot>` | each slot of its rule |
    /// | `<parameter>.average` | its moving average |
    /// | `<parameter>.accumulator`, `<parameter>.accumulated` | the sum of gradients and their number, an I64 scalar |
    /// | `loss_scale`, `loss_scale.step` | the scale, an F64 scalar, and how long it held, an I64 scalar |
    /// | `learning_rate`, `learning_rate.<pattern>` | an F64 scalar, only where a caller set a number by hand |
    ///
    /// Otherwise the learning rate is not among them: it is a setting, and the schedule's place is
    /// the step.
    public SequencedMap<String, Tensor> state() {
        SequencedMap<String, Tensor> state = new LinkedHashMap<>();
        state.put("step", ParamState.count(steps));
        states.forEach(one -> one.putInto(state));
        if (scaling != null) {
            scaling.putInto(state);
        }
        for (ParamGroup group : groups) {
            Double rate = group.chosenRate();
            if (rate != null) {
                state.put(group.rateName(), Tensor.scalar(DType.F64, rate));
            }
        }
        return state;
    }

    /// Overwrites [#state()] with `values`, so that the next step is the one that would have come.
    ///
    /// @throws TenonException naming all that is missing, unexpected or of another shape; nothing
    ///   is overwritten then
    public void load(Map<String, Tensor> values) {
        SequencedMap<String, Tensor> state = state();
        for (ParamGroup group : groups) { // there or not, whatever this optimizer has
            if (values.containsKey(group.rateName())) {
                state.put(group.rateName(), Tensor.scalar(DType.F64, 0));
            } else {
                state.remove(group.rateName());
            }
        }
        State.load("optimizer", state, values, true);
        steps = ParamState.counted(state, "step");
        states.forEach(one -> one.readFrom(state));
        if (scaling != null) {
            scaling.readFrom(state);
        }
        groups.forEach(group -> group.readFrom(state));
    }
}
