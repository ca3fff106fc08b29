package dev.tenon.optim;

import dev.tenon.nn.Formula;
import dev.tenon.tensor.TenonException;
import java.util.List;

/// A learning rate that changes at given steps and stays between them.
///
/// Source: keras.optimizers.schedules.PiecewiseConstantDecay, whose pieces end with their boundary:
/// the first value is that of steps up to the first boundary, this one included.
///
/// @param boundaries the last step of each piece but the last, rising
/// @param values the rate of each piece, one more than boundaries
public record PiecewiseConstantDecay(List<Double> boundaries, List<Double> values)
        implements LearningRate {
    /// The formula.
    public static final Formula FORMULA =
            Formula.of(
                    "\\eta_s = v_i \\quad\\text{for}\\quad b_{i-1} < s \\le b_i",
                    "keras.optimizers.schedules.PiecewiseConstantDecay",
                    "\\eta_s",
                    "the rate of step s",
                    "s",
                    "the step, from 0",
                    "b_i",
                    "the last step of piece i",
                    "v_i",
                    "its rate");

    /// Copies and checks the lists.
    ///
    /// @throws TenonException if there is not one value more than boundaries; whole boundaries are
    ///   shown without a fraction, as Keras shows them, to which they are mostly given so
    public PiecewiseConstantDecay {
        boundaries = List.copyOf(boundaries);
        values = List.copyOf(values);
        if (values.size() != boundaries.size() + 1) {
            throw new TenonException(
                    "PiecewiseConstantDecay: The length of boundaries should be 1 less than the"
                            + " length of values. Received: boundaries="
                            + boundaries.stream().map(KerasArguments::count).toList()
                            + " of length "
                            + boundaries.size()
                            + ", and values="
                            + values
                            + " of length "
                            + values.size()
                            + ".");
        }
    }

    @Override
    public double at(long step) {
        int piece = 0;
        while (piece < boundaries.size() && step > boundaries.get(piece)) {
            piece++;
        }
        return values.get(piece);
    }

    @Override
    public Formula formula() {
        return FORMULA;
    }
}
