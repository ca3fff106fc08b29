package dev.tenon.nn;

import dev.tenon.tensor.RandomOps;
import dev.tenon.tensor.TenonException;
import dev.tenon.tensor.Tensor;

/// Sets each element to zero with probability p in training and scales the others so that the mean
/// stays; in evaluation it passes its input on.
///
/// The mask comes from [Mode#nextRng()]: in a training pass every dropout layer has its own, and
/// the same pass with the same source has the same masks.
///
/// Source: Srivastava et al. 2014, "Dropout: a simple way to prevent neural networks from
/// overfitting"; torch.nn.Dropout.
///
/// @param p the probability of zero, in [0, 1); PyTorch's default is 0.5
public record Dropout(double p) implements UnaryLayer {
    /// The formula.
    public static final Formula FORMULA =
            Formula.of(
                    "y_i = \\frac{m_i}{1-p} x_i,\\quad m_i \\sim \\mathrm{Bernoulli}(1-p)",
                    "Srivastava et al. 2014; torch.nn.Dropout",
                    "x",
                    "the input",
                    "p",
                    "the probability of zero",
                    "m",
                    "the mask, drawn anew in each training pass",
                    "y",
                    "the result; x itself in evaluation");

    /// Checks the probability.
    ///
    /// @throws TenonException if p is not in [0, 1)
    public Dropout {
        if (!(p >= 0 && p < 1)) {
            throw new TenonException("Dropout: p must be in [0, 1); got " + p);
        }
    }

    @Override
    public Tensor forward(Tensor x) {
        return p > 0 && Mode.isTraining() ? RandomOps.dropout(x, p, Mode.nextRng()) : x;
    }

    @Override
    public Formula formula() {
        return FORMULA;
    }
}
