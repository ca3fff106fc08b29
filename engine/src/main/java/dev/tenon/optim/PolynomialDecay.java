package dev.tenon.optim;

import dev.tenon.nn.Formula;

/// A learning rate that falls to another by a power of the time left: `η_s = (η₀ - η_e)(1 - p)^k +
/// η_e` with `p = min(s, n) / n`.
///
/// Source: keras.optimizers.schedules.PolynomialDecay.
///
/// @param initial η₀, the rate of step 0
/// @param decaySteps n, when the last rate is reached, more than 0
/// @param end η_e, the last rate; Keras's default is 1e-4
/// @param power k; Keras's default is 1, a straight line
/// @param cycle whether, instead of staying, the rate falls again from a point on the way: n
///   becomes its least multiple from s on; Keras's default is false
public record PolynomialDecay(
        double initial, double decaySteps, double end, double power, boolean cycle)
        implements LearningRate {
    /// The formula without a cycle.
    public static final Formula FORMULA =
            Formula.of(
                    "\\eta_s = (\\eta_0 - \\eta_e)\\left(1 - \\frac{\\min(s, n)}{n}\\right)^k + \\eta_e",
                    "keras.optimizers.schedules.PolynomialDecay",
                    "s",
                    "the step, from 0",
                    "\\eta_0, \\eta_e",
                    "the first and the last rate",
                    "n",
                    "the step that has the last rate",
                    "k",
                    "the power");

    /// Checks the steps.
    ///
    /// @throws dev.tenon.tensor.TenonException if decaySteps is not more than 0
    public PolynomialDecay {
        Settings.steps("PolynomialDecay", "decay_steps", decaySteps);
    }

    /// Returns a rate that falls in a line and then stays.
    public static PolynomialDecay linear(double initial, double decaySteps, double end) {
        return new PolynomialDecay(initial, decaySteps, end, 1, false);
    }

    @Override
    public double at(long step) {
        double total = decaySteps;
        if (cycle && step > 0) {
            total *= Math.ceil(step / decaySteps);
        }
        double done = Math.min(step, total) / total;
        return (initial - end) * StrictMath.pow(1 - done, power) + end;
    }

    @Override
    public Formula formula() {
        return FORMULA;
    }
}
