package dev.tenon.nn.loss;

import dev.tenon.nn.Formula;
import dev.tenon.tensor.Reduction;
import dev.tenon.tensor.ShapeException;
import dev.tenon.tensor.Tensor;
import java.util.Arrays;

/// How far a prediction is from a target.
///
/// ```java
/// Tensor loss = CrossEntropy.mean().apply(logits, classes);
/// Tensor onlyReal = CrossEntropy.mean().apply(logits, classes, weightOfEachSample);
/// ```
public interface Loss {
    /// Computes the loss: a scalar, or one number per sample if the loss does not reduce.
    ///
    /// @throws ShapeException if the two do not fit
    Tensor apply(Tensor prediction, Tensor target);

    /// Computes the loss with a weight for each sample, Keras's `sample_weight`: each single loss
    /// counts as often as its sample weighs. A mean divides by the number of losses, not by the sum
    /// of the weights.
    ///
    /// @param sampleWeight [N], one weight for each index of the target's first axis, in the
    ///   prediction's type
    /// @throws ShapeException if the three do not fit
    default Tensor apply(Tensor prediction, Tensor target, Tensor sampleWeight) {
        Tensor each = withReduction(Reduction.NONE).apply(prediction, target);
        if (sampleWeight.rank() != 1
                || each.rank() == 0
                || sampleWeight.size(0) != each.size(0)
                || sampleWeight.type() != each.type()) {
            throw new ShapeException(
                    "loss: sampleWeight must be [N] in the prediction's type, with N the target's first"
                            + " size; got "
                            + sampleWeight.type()
                            + " "
                            + sampleWeight.shape()
                            + " for losses "
                            + each.type()
                            + " "
                            + each.shape());
        }
        int[] sizes = new int[each.rank()];
        Arrays.fill(sizes, 1);
        sizes[0] = each.size(0);
        Tensor weighted = each.mul(sampleWeight.reshape(sizes));
        return switch (reduction()) {
            case MEAN -> weighted.mean();
            case SUM -> weighted.sum();
            case NONE -> weighted;
        };
    }

    /// Returns what becomes of the single losses.
    Reduction reduction();

    /// Returns this loss with another reduction.
    Loss withReduction(Reduction other);

    /// Returns the formula, per sample or element.
    Formula formula();
}
