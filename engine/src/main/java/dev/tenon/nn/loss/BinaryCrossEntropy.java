package dev.tenon.nn.loss;

import dev.tenon.nn.Formula;
import dev.tenon.tensor.ElementwiseOps;
import dev.tenon.tensor.LossOps;
import dev.tenon.tensor.Reduction;
import dev.tenon.tensor.TenonException;
import dev.tenon.tensor.Tensor;

/// The negative logarithm of the probability that the prediction gives the target.
///
/// Prediction and target have one shape; the prediction is in [0, 1]. Its logarithm is cut off at
/// -100, as in PyTorch; Keras cuts off the prediction itself, at 1e-7 and 1 - 1e-7 (in F32 1 -
/// 1.2e-7), beyond which it has no gradient.
///
/// Source: torch.nn.BCELoss; keras.losses.BinaryCrossentropy.
///
/// @param reduction what becomes of the single losses; PyTorch's default is [Reduction#MEAN]
/// @param clip how close to 0 and to 1 the prediction comes, in [0, 0.5); PyTorch's is 0, Keras's
///   1e-7
public record BinaryCrossEntropy(Reduction reduction, double clip) implements Loss {
    /// The formula.
    public static final Formula FORMULA =
            Formula.of(
                    "\\ell = -y \\log x - (1 - y) \\log(1 - x)",
                    "torch.nn.BCELoss",
                    "x",
                    "the prediction, a probability",
                    "y",
                    "the target, in [0, 1]",
                    "\\ell",
                    "the loss");

    /// Checks the settings.
    ///
    /// @throws TenonException if clip is not in [0, 0.5)
    public BinaryCrossEntropy {
        if (!(clip >= 0 && clip < 0.5)) {
            throw new TenonException("BinaryCrossEntropy: clip must be in [0, 0.5); got " + clip);
        }
    }

    /// Returns PyTorch's loss, averaged over all single losses.
    public static BinaryCrossEntropy mean() {
        return new BinaryCrossEntropy(Reduction.MEAN, 0);
    }

    /// Returns Keras's loss, averaged over all single losses.
    public static BinaryCrossEntropy keras() {
        return new BinaryCrossEntropy(Reduction.MEAN, 1e-7);
    }

    @Override
    public Tensor apply(Tensor prediction, Tensor target) {
        Tensor p = clip == 0 ? prediction : ElementwiseOps.clamp(prediction, clip, 1 - clip);
        return LossOps.binaryCrossEntropy(p, target, reduction);
    }

    @Override
    public BinaryCrossEntropy withReduction(Reduction other) {
        return new BinaryCrossEntropy(other, clip);
    }

    @Override
    public Formula formula() {
        return FORMULA;
    }
}
