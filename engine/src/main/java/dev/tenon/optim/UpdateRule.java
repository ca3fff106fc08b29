package dev.tenon.optim;

import dev.tenon.kernel.OptimKernel.Decay;
import dev.tenon.nn.Formula;
import dev.tenon.tensor.Backend;
import dev.tenon.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;

/// How a parameter changes, given its gradient: the part in which optimizers differ. A record whose
/// components are its settings. If it treats each element on its own, it is an [ElementwiseRule].
public interface UpdateRule {
    /// Returns what the rule keeps for a parameter, as it is before the first update; it is part of
    /// the optimizer's state.
    ///
    /// @param parameter the parameter's name
    /// @param value its value
    /// @return slots with names of their own, none of them `step`, `average`, `accumulator` or
    ///   `accumulated`
    List<Slot> slots(String parameter, Tensor value);

    /// Changes `update.value()` and the slots in place.
    void update(Update update);

    /// Returns this rule without weight decay, for parameters that are excluded from it.
    UpdateRule withoutWeightDecay();

    /// Returns the formula.
    Formula formula();

    /// A tensor that a rule keeps for a parameter.
    ///
    /// @param name its name in the optimizer's state
    /// @param start what it holds before the first update; the optimizer changes it in place
    record Slot(String name, Tensor start) {
        /// Returns slots of the shape and type of `value` that hold zeros.
        public static List<Slot> zeros(Tensor value, String... names) {
            return Arrays.stream(names).map(name -> full(value, name, 0)).toList();
        }

        /// Returns a slot of the shape and type of `value` that holds `start` everywhere.
        public static Slot full(Tensor value, String name, double start) {
            return new Slot(name, Tensor.full(value.type(), value.shape(), start));
        }
    }

    /// One update of one parameter.
    ///
    /// @param value w, the values to change
    /// @param gradient g, left as it is
    /// @param gradientScale what g counts times: 1 unless loss scaling, accumulation or clipping
    ///   say otherwise. It is 1 where the rule is no [ElementwiseRule]
    /// @param slots what the rule keeps, in the order of [UpdateRule#slots]
    /// @param learningRate η of this step
    /// @param updates how often this parameter was updated, this time included; PyTorch's t
    /// @param step how many steps the optimizer made, this one included; Keras's t. It differs from
    ///   `updates` for a parameter that had no gradient in some steps
    record Update(
            Tensor value,
            Tensor gradient,
            double gradientScale,
            List<Tensor> slots,
            double learningRate,
            long updates,
            long step) {
        /// Returns this with another learning rate.
        Update withLearningRate(double rate) {
            return new Update(value, gradient, gradientScale, slots, rate, updates, step);
        }

        /// Returns how the weight decays, with the gradient scaled.
        Decay scaled(Decay decay) {
            return gradientScale == 1 ? decay : decay.scaled(gradientScale);
        }

        /// `w = factor * w`.
        void scale(double factor) {
            if (factor != 1) {
                Backend.kernels()
                        .optim()
                        .scale(value.segment(), value.count(), factor, value.type());
                value.written();
            }
        }

        /// `w = w + factor * step`.
        void add(double factor, Tensor step) {
            MemorySegment from = step.contiguous().segment();
            Backend.kernels()
                    .optim()
                    .axpy(value.segment(), factor, from, value.count(), value.type());
            value.written();
        }

        /// Notes that value and slots were written in place; call it after a kernel did.
        public void written() {
            value.written();
            slots.forEach(Tensor::written);
        }
    }
}
