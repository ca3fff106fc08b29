package dev.tenon.nn.loss;

import dev.tenon.nn.Formula;
import dev.tenon.tensor.ElementwiseOps;
import dev.tenon.tensor.LossOps;
import dev.tenon.tensor.ReduceOps;
import dev.tenon.tensor.Reduction;
import dev.tenon.tensor.TenonException;
import dev.tenon.tensor.Tensor;

/// The negative logarithm of the right class's probability, from probabilities instead of the
/// logits that [CrossEntropy] takes; for models that end in a softmax, as Keras's do.
///
/// | name | shape |
/// |---|---|
/// | prediction | [N, C] or [N, C, ...], at least 0; divided by its sum over the classes |
/// | target | [N] or [N, ...] I64, classes from 0 to C - 1 |
///
/// A probability is kept between `clip` and `1 - clip`, beyond which it has no gradient: with
/// Keras's 1e-7 no loss is above 16.1181. Classes are axis 1; Keras's are the last.
///
/// Source: keras.losses.SparseCategoricalCrossentropy with from_logits=False.
///
/// @param reduction what becomes of the single losses; Keras's default is [Reduction#MEAN]
/// @param clip how close to 0 and to 1 a probability comes, in (0, 0.5); Keras's is 1e-7
public record SparseCategoricalCrossEntropy(Reduction reduction, double clip) implements Loss {
    /// The formula.
    public static final Formula FORMULA =
            Formula.of(
                    "\\ell = -\\log \\min\\left(1 - \\varepsilon, \\max\\left(\\varepsilon,"
                            + " \\frac{p_y}{\\sum_{c=1}^{C} p_c}\\right)\\right)",
                    "keras.losses.SparseCategoricalCrossentropy",
                    "p",
                    "the prediction, one probability per class",
                    "y",
                    "the right class",
                    "c, C",
                    "each class in turn, and their number",
                    "\\varepsilon",
                    "how close to 0 and to 1 a probability comes",
                    "\\ell",
                    "the loss");

    /// Checks the settings.
    ///
    /// @throws TenonException if clip is not in (0, 0.5)
    public SparseCategoricalCrossEntropy {
        if (!(clip > 0 && clip < 0.5)) {
            throw new TenonException(
                    "SparseCategoricalCrossEntropy: clip must be in (0, 0.5); got " + clip);
        }
    }

    /// Returns Keras's loss, averaged over all single losses.
    public static SparseCategoricalCrossEntropy keras() {
        return new SparseCategoricalCrossEntropy(Reduction.MEAN, 1e-7);
    }

    @Override
    public Tensor apply(Tensor prediction, Tensor target) {
        Tensor shares = prediction.div(ReduceOps.sum(prediction, 1, true));
        Tensor p = ElementwiseOps.clamp(shares, clip, 1 - clip);
        // cross-entropy divides by the sum of what was clipped, which is not quite 1
        Tensor each =
                LossOps.crossEntropy(ElementwiseOps.log(p), target, Reduction.NONE)
                        .sub(ElementwiseOps.log(ReduceOps.sum(p, 1, false)));
        return switch (reduction) {
            case MEAN -> each.mean();
            case SUM -> each.sum();
            case NONE -> each;
        };
    }

    @Override
    public SparseCategoricalCrossEntropy withReduction(Reduction other) {
        return new SparseCategoricalCrossEntropy(other, clip);
    }

    @Override
    public Formula formula() {
        return FORMULA;
    }
}
