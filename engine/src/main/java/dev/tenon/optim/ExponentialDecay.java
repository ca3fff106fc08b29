package dev.tenon.optim;

import dev.tenon.nn.Formula;

/// A learning rate that keeps a share of itself every so many steps: `η_s = η₀ r^(s / n)`.
///
/// Source: keras.optimizers.schedules.ExponentialDecay.
///
/// @param initial η₀, the rate of step 0
/// @param decaySteps n, how many steps the share is of, more than 0
/// @param decayRate r, the share that stays
/// @param staircase whether `s / n` is rounded down, so that the rate falls every n steps; Keras's
///   default is false
public record ExponentialDecay(
        double initial, double decaySteps, double decayRate, boolean staircase)
        implements LearningRate {
    /// The formula without a staircase.
    public static final Formula FORMULA =
            Formula.of(
                    "\\eta_s = \\eta_0\\, r^{s / n}",
                    "keras.optimizers.schedules.ExponentialDecay",
                    "s",
                    "the step, from 0",
                    "\\eta_0",
                    "the first rate",
                    "r",
                    "the share that stays",
                    "n",
                    "the number of steps it is of");

    /// Checks the steps.
    ///
    /// @throws dev.tenon.tensor.TenonException if decaySteps is not more than 0
    public ExponentialDecay {
        Settings.steps("ExponentialDecay", "decay_steps", decaySteps);
    }

    /// Returns a rate that falls at every step.
    public static ExponentialDecay of(double initial, double decaySteps, double decayRate) {
        return new ExponentialDecay(initial, decaySteps, decayRate, false);
    }

    @Override
    public double at(long step) {
        double power = step / decaySteps;
        return initial * StrictMath.pow(decayRate, staircase ? Math.floor(power) : power);
    }

    @Override
    public Formula formula() {
        return FORMULA;
    }
}
