package dev.tenon.optim;

import dev.tenon.nn.Formula;

/// A learning rate that falls like one over time: `η_s = η₀ / (1 + r s / n)`.
///
/// Source: keras.optimizers.schedules.InverseTimeDecay.
///
/// @param initial η₀, the rate of step 0
/// @param decaySteps n, more than 0
/// @param decayRate r, by which the divisor grows every n steps
/// @param staircase whether `s / n` is rounded down; Keras's default is false
public record InverseTimeDecay(
        double initial, double decaySteps, double decayRate, boolean staircase)
        implements LearningRate {
    /// The formula without a staircase.
    public static final Formula FORMULA =
            Formula.of(
                    "\\eta_s = \\frac{\\eta_0}{1 + r\\, s / n}",
                    "keras.optimizers.schedules.InverseTimeDecay",
                    "s",
                    "the step, from 0",
                    "\\eta_0",
                    "the first rate",
                    "r",
                    "by which the divisor grows",
                    "n",
                    "every so many steps");

    /// Checks the steps.
    ///
    /// @throws dev.tenon.tensor.TenonException if decaySteps is not more than 0
    public InverseTimeDecay {
        Settings.steps("InverseTimeDecay", "decay_steps", decaySteps);
    }

    /// Returns a rate that falls at every step.
    public static InverseTimeDecay of(double initial, double decaySteps, double decayRate) {
        return new InverseTimeDecay(initial, decaySteps, decayRate, false);
    }

    @Override
    public double at(long step) {
        double time = step / decaySteps;
        return initial / (1 + decayRate * (staircase ? Math.floor(time) : time));
    }

    @Override
    public Formula formula() {
        return FORMULA;
    }
}
