package dev.tenon.optim;

import dev.tenon.nn.Formula;
import dev.tenon.tensor.Tensor;
import java.util.List;

/// How a parameter changes, given its gradient: the part in which optimizers differ. A record whose
/// components are its settings.
public interface UpdateRule {
    /// Returns the names of the tensors that the rule keeps for each parameter, of the parameter's
    /// shape and type, zero at first; they are part of an optimizer's state.
    List<String> slots();

    /// Changes `update.value()` and the slots in place.
    void update(Update update);

    /// Returns the formula.
    Formula formula();

    /// One update of one parameter.
    ///
    /// @param value w, the values to change
    /// @param gradient g, left as it is
    /// @param slots what the rule keeps, in the order of [UpdateRule#slots()]
    /// @param learningRate η of this step
    /// @param updates how often this parameter was updated, this time included; PyTorch's t
    /// @param step how many steps the optimizer made, this one included; Keras's t. It differs from
    ///   `updates` for a parameter that had no gradient in some steps
    record Update(
            Tensor value,
            Tensor gradient,
            List<Tensor> slots,
            double learningRate,
            long updates,
            long step) {
        /// Notes that value and slots were written in place; call it after a kernel did.
        public void written() {
            value.written();
            slots.forEach(Tensor::written);
        }
    }
}
