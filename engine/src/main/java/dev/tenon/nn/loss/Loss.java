package dev.tenon.nn.loss;

import dev.tenon.nn.Formula;
import dev.tenon.tensor.Tensor;

/// How far a prediction is from a target.
public interface Loss {
    /// Computes the loss: a scalar, or one number per sample if the loss does not reduce.
    ///
    /// @throws dev.tenon.tensor.ShapeException if the two do not fit
    Tensor apply(Tensor prediction, Tensor target);

    /// Returns the formula, per sample or element.
    Formula formula();
}
