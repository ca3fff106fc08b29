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
import java.util.SequencedMap;

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
/// [#state()] holds all that the next steps depend on besides parameters and gradients: training
/// that goes on from a saved state goes on with the same bytes.
public final class Optimizer {
    private final SequencedMap<String, Param> params;
    private final UpdateRule rule;
    private final List<Slot> slots = new ArrayList<>();
    private LearningRate learningRate;
    private long steps;

    private static final class Slot {
        final String name;
        final Param param;
        final List<String> names;
        final List<Tensor> tensors;
        long updates;

        Slot(String name, Param param, List<UpdateRule.Slot> kept) {
            this.name = name;
            this.param = param;
            names = kept.stream().map(UpdateRule.Slot::name).toList();
            tensors = kept.stream().map(slot -> slot.start().keep()).toList();
        }
    }

    /// Returns an optimizer that has made no step.
    ///
    /// @param params the parameters to change, by the names that [#state()] uses; those of
    ///   [dev.tenon.nn.Layer#params()]
    /// @param rule how they change
    /// @param learningRate η, by step
    /// @throws TenonException if there are no parameters
    public Optimizer(
            SequencedMap<String, Param> params, UpdateRule rule, LearningRate learningRate) {
        if (params.isEmpty()) {
            throw new TenonException("optimizer: there must be parameters to train; got none");
        }
        this.params = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(params));
        this.rule = rule;
        this.learningRate = learningRate;
        params.forEach(
                (name, param) -> slots.add(new Slot(name, param, rule.slots(name, param.value()))));
    }

    /// Changes every parameter by its gradient. Parameters without one and frozen ones stay as they
    /// are, and so do their slots.
    ///
    /// @throws TenonException if no parameter has a gradient
    public void step() {
        double rate = learningRate();
        long changed = Autograd.noGrad(() -> slots.stream().filter(s -> update(s, rate)).count());
        if (changed == 0) {
            throw new TenonException(
                    "optimizer: a step needs gradients; got none for "
                            + slots.size()
                            + " parameters. Call backward() on the loss first");
        }
        steps++;
    }

    private boolean update(Slot slot, double rate) {
        Tensor gradient = slot.param.gradient();
        if (gradient == null || slot.param.isFrozen()) {
            return false;
        }
        slot.updates++;
        UpdateRule.Update update =
                new UpdateRule.Update(
                        slot.param.value(), gradient, slot.tensors, rate, slot.updates, steps + 1);
        Memory.tidy(() -> rule.update(update)); // some rules make temporaries
        return true;
    }

    /// Forgets the gradients of all parameters; call it before each backward unless gradients are
    /// to add up.
    public void clearGradients() {
        params.values().forEach(Param::clearGradient);
    }

    /// Returns η of the next step.
    public double learningRate() {
        return learningRate.at(steps);
    }

    /// Sets η of the next steps; the schedule is asked with [#steps()], which goes on counting.
    public void learningRate(LearningRate schedule) {
        learningRate = schedule;
    }

    /// Returns how many steps were made.
    public long steps() {
        return steps;
    }

    /// Returns the parameters, by name.
    public SequencedMap<String, Param> params() {
        return params;
    }

    /// Returns how the parameters change.
    public UpdateRule rule() {
        return rule;
    }

    /// Returns the formula of the rule.
    public Formula formula() {
        return rule.formula();
    }

    /// Returns what a checkpoint of this optimizer holds: `step`, the number of steps, and for each
    /// parameter `<name>.step`, the number of its updates, both I64 scalars, and `<name>.<slot>`
    /// for each slot of the rule. The slots are the optimizer's own tensors, not copies.
    ///
    /// The learning rate is not among them: it is a setting, and the schedule's place is the step.
    public SequencedMap<String, Tensor> state() {
        SequencedMap<String, Tensor> state = new LinkedHashMap<>();
        state.put("step", count(steps));
        for (Slot slot : slots) {
            state.put(slot.name + ".step", count(slot.updates));
            for (int i = 0; i < slot.tensors.size(); i++) {
                state.put(slot.name + "." + slot.names.get(i), slot.tensors.get(i));
            }
        }
        return state;
    }

    private static Tensor count(long count) {
        return Tensor.of(new long[] {count}).reshape();
    }

    /// Overwrites [#state()] with `values`, so that the next step is the one that would have come.
    ///
    /// @throws TenonException naming all that is missing, unexpected or of another shape; nothing
    ///   is overwritten then
    public void load(Map<String, Tensor> values) {
        SequencedMap<String, Tensor> state = state();
        State.load("optimizer", state, values, true);
        steps = counted(state, "step");
        for (Slot slot : slots) {
            slot.updates = counted(state, slot.name + ".step");
        }
    }

    private static long counted(Map<String, Tensor> state, String name) {
        Tensor count = state.get(name);
        return count == null || count.type() != DType.I64 ? 0 : count.toLongs()[0];
    }
}
