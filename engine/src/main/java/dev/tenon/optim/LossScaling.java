package dev.tenon.optim;

import dev.tenon.dtype.DType;
import dev.tenon.tensor.ReduceOps;
import dev.tenon.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;

/// The scale of a [LossScale], as it stands.
final class LossScaling {
    private static final String SCALE = "loss_scale";
    private static final String STEPS = "loss_scale.step";

    private final long growthSteps;
    private double scale;
    private long goodSteps; // since the scale changed

    LossScaling(LossScale settings) {
        growthSteps = settings.growthSteps();
        scale = settings.initialScale();
    }

    double scale() {
        return scale;
    }

    /// Says whether all elements of all gradients are finite. Squares are added up in F64, so that
    /// those of F32 elements do not overflow; F64 elements above 1e154 do and count as infinite.
    static boolean areFinite(List<Tensor> gradients) {
        return Double.isFinite(ReduceOps.norm(gradients));
    }

    /// Notes a step that was made.
    void grow() {
        goodSteps++;
        if (goodSteps == growthSteps) {
            scale *= 2;
            goodSteps = 0;
        }
    }

    /// Notes a step that was left out.
    void shrink() {
        scale /= 2;
        goodSteps = 0;
    }

    void putInto(SequencedMap<String, Tensor> state) {
        state.put(SCALE, Tensor.scalar(DType.F64, scale));
        state.put(STEPS, ParamState.count(goodSteps));
    }

    void readFrom(Map<String, Tensor> state) {
        scale = Objects.requireNonNull(state.get(SCALE)).item();
        goodSteps = ParamState.counted(state, STEPS);
    }
}
