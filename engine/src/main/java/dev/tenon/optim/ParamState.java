package dev.tenon.optim;

import dev.tenon.dtype.DType;
import dev.tenon.nn.Param;
import dev.tenon.tensor.Backend;
import dev.tenon.tensor.TenonException;
import dev.tenon.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/// A parameter with all that its optimizer keeps for it.
final class ParamState {
    private static final List<String> RESERVED =
            List.of("step", "average", "accumulator", "accumulated");

    private final String name;
    private final Param param;
    private final UpdateRule rule;
    private final boolean overwritten;
    private final List<Constraint> constraints;
    private final SequencedMap<String, Tensor> slots = new LinkedHashMap<>();
    private final @Nullable Tensor average;
    private final @Nullable Accumulator accumulator;
    private long updates;

    ParamState(String name, Param param, OptimizerSettings settings) {
        this.name = name;
        this.param = param;
        overwritten = settings.overwritten().takes(name, param);
        rule = overwritten ? new Overwrite() : ruleOf(settings);
        constraints =
                settings.constraints().stream()
                        .filter(c -> !overwritten && c.params().takes(name, param))
                        .map(OptimizerSettings.Constrained::constraint)
                        .toList();
        for (UpdateRule.Slot slot : rule.slots(name, param.value())) {
            if (RESERVED.contains(slot.name()) || slots.containsKey(slot.name())) {
                throw new TenonException(
                        "optimizer: slots must have names of their own and none of "
                                + RESERVED
                                + "; got "
                                + slot.name());
            }
            slots.put(slot.name(), slot.start().keep());
        }
        average =
                settings.average() == null || overwritten
                        ? null
                        : Tensor.zeros(param.type(), param.shape()).keep();
        accumulator = settings.accumulationSteps() == 1 ? null : new Accumulator(param.value());
    }

    private UpdateRule ruleOf(OptimizerSettings settings) {
        return settings.undecayed().takes(name, param)
                ? settings.rule().withoutWeightDecay()
                : settings.rule();
    }

    String name() {
        return name;
    }

    Param param() {
        return param;
    }

    UpdateRule rule() {
        return rule;
    }

    /// Says whether the parameter becomes its gradient.
    boolean isOverwritten() {
        return overwritten;
    }

    /// Returns the gradient, or null where there is none or the parameter is frozen.
    @Nullable Tensor gradient() {
        return param.isFrozen() ? null : param.gradient();
    }

    /// Returns what adds gradients up, or null if each makes an update.
    @Nullable Accumulator accumulator() {
        return accumulator;
    }

    /// Counts an update and returns it.
    ///
    /// @param step how many updates the optimizer made, this one included
    UpdateRule.Update update(ScaledGradient gradient, double learningRate, long step) {
        updates++;
        boolean scales = rule instanceof ElementwiseRule;
        return new UpdateRule.Update(
                param.value(),
                scales ? gradient.tensor() : gradient.scaled(),
                scales ? gradient.scale() : 1,
                new ArrayList<>(slots.values()),
                learningRate,
                updates,
                step);
    }

    /// `a = momentum * a + (1 - momentum) * w`.
    void moveAverage(double momentum) {
        if (average != null) {
            Backend.kernels()
                    .optim()
                    .lerp(
                            average.segment(),
                            param.value().segment(),
                            average.count(),
                            1 - momentum,
                            average.type());
            average.written();
        }
    }

    /// `w = a`.
    void takeAverage() {
        if (average != null) {
            param.value().assign(average);
        }
    }

    void constrain() {
        constraints.forEach(constraint -> param.value().assign(constraint.apply(param.value())));
    }

    // ---- state

    void putInto(SequencedMap<String, Tensor> state) {
        state.put(name + ".step", count(updates));
        slots.forEach((slot, tensor) -> state.put(name + "." + slot, tensor));
        if (average != null) {
            state.put(name + ".average", average);
        }
        if (accumulator != null) {
            accumulator.putInto(state, name);
        }
    }

    void readFrom(Map<String, Tensor> state) {
        updates = counted(state, name + ".step");
        if (accumulator != null) {
            accumulator.readFrom(state, name);
        }
    }

    static Tensor count(long count) {
        return Tensor.of(new long[] {count}).reshape();
    }

    static long counted(Map<String, Tensor> state, String name) {
        Tensor count = state.get(name);
        return count == null || count.type() != DType.I64 ? 0 : count.toLongs()[0];
    }
}
