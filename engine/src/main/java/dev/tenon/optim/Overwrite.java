package dev.tenon.optim;

import dev.tenon.nn.Formula;
import dev.tenon.tensor.Tensor;
import java.util.List;

/// `w = g`: the rule of parameters that a backward pass works out anew instead of improving.
///
/// Source: keras.Variable, `overwrite_with_gradient`.
record Overwrite() implements UpdateRule {
    private static final Formula FORMULA =
            Formula.of(
                    "w \\leftarrow g",
                    "keras.Variable, overwrite_with_gradient",
                    "w",
                    "the parameter",
                    "g",
                    "its gradient");

    @Override
    public List<Slot> slots(String parameter, Tensor value) {
        return List.of();
    }

    @Override
    public void update(Update update) {
        update.value().assign(update.gradient());
    }

    @Override
    public UpdateRule withoutWeightDecay() {
        return this;
    }

    @Override
    public Formula formula() {
        return FORMULA;
    }
}
