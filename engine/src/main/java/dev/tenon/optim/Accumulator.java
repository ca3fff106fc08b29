package dev.tenon.optim;

import dev.tenon.tensor.Backend;
import dev.tenon.tensor.ElementwiseOps;
import dev.tenon.tensor.Tensor;
import java.util.Map;
import java.util.SequencedMap;

/// Adds up a parameter's gradients until its next update.
///
/// A parameter that has had a gradient in any of the steps is updated; Keras forgets the gradients
/// of one that has none in the last of them.
final class Accumulator {
    private final Tensor sum;
    private long gradients;

    Accumulator(Tensor value) {
        sum = Tensor.zeros(value.type(), value.shape()).keep();
    }

    /// Returns how many gradients are in the sum.
    long gradients() {
        return gradients;
    }

    /// Returns what was added up.
    Tensor sum() {
        return sum;
    }

    /// `sum = sum + scale * gradient`.
    void add(Tensor gradient, double scale) {
        Backend.kernels()
                .optim()
                .axpy(sum.segment(), scale, gradient.segment(), sum.count(), sum.type());
        sum.written();
        gradients++;
    }

    /// `sum = max(sum, gradient)`, for parameters that become their gradients.
    void raise(Tensor gradient) {
        sum.assign(ElementwiseOps.maximum(gradient, sum));
        gradients++;
    }

    /// Begins anew.
    void clear() {
        sum.segment().fill((byte) 0);
        sum.written();
        gradients = 0;
    }

    void putInto(SequencedMap<String, Tensor> state, String name) {
        state.put(name + ".accumulator", sum);
        state.put(name + ".accumulated", ParamState.count(gradients));
    }

    void readFrom(Map<String, Tensor> state, String name) {
        gradients = ParamState.counted(state, name + ".accumulated");
    }
}
