package dev.tenon.optim;

import dev.tenon.tensor.ElementwiseOps;
import dev.tenon.tensor.ReduceOps;
import dev.tenon.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A gradient times a number: loss scaling, accumulation and clipping by norms change the number,
/// and the rule multiplies by it in its one pass over memory.
final class ScaledGradient {
    private final ParamState state;
    private Tensor tensor;
    private double scale;

    ScaledGradient(ParamState state, Tensor tensor, double scale) {
        this.state = state;
        this.tensor = tensor;
        this.scale = scale;
    }

    /// Returns whose gradient it is.
    ParamState state() {
        return state;
    }

    Tensor tensor() {
        return tensor;
    }

    double scale() {
        return scale;
    }

    /// Returns the product.
    Tensor scaled() {
        return scale == 1 ? tensor : tensor.mul(scale);
    }

    /// Clips gradients.
    static void clip(@Nullable GradientClip clip, List<ScaledGradient> gradients) {
        switch (clip) {
            case null -> {}
            case GradientClip.ByNorm all -> {
                double squares = 0;
                for (ScaledGradient gradient : gradients) {
                    double norm = gradient.norm();
                    squares += norm * norm;
                }
                double factor = all.factor(Math.sqrt(squares));
                gradients.forEach(gradient -> gradient.scale *= factor);
            }
            case GradientClip.ByEachNorm each ->
                    gradients.forEach(g -> g.scale *= each.factor(g.norm()));
            case GradientClip.ByValue value -> gradients.forEach(g -> g.cut(value.max()));
            case GradientClip.InTurn some -> some.clips().forEach(one -> clip(one, gradients));
        }
    }

    private double norm() {
        return Math.abs(scale) * ReduceOps.norm(List.of(tensor));
    }

    private void cut(double max) {
        tensor = ElementwiseOps.clamp(scaled(), -max, max);
        scale = 1;
    }
}
