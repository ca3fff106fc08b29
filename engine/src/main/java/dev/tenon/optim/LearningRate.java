package dev.tenon.optim;

import dev.tenon.nn.Formula;
import dev.tenon.tensor.TenonException;

/// A learning rate by step: a function of the number of steps made, so that training resumed from a
/// step goes on with the same rates. Lambdas may serve as schedules.
///
/// Keras's schedules, by their names there: [ExponentialDecay], [InverseTimeDecay],
/// [PolynomialDecay], [PiecewiseConstantDecay], [CosineDecay], [CosineDecayRestarts].
@FunctionalInterface
public interface LearningRate {
    /// Returns the learning rate of a step.
    ///
    /// @param step the number of steps made before it: 0 for the first
    double at(long step);

    /// Returns the formula.
    default Formula formula() {
        return Formula.of("\\eta_s", "given by the user", "s", "the number of steps made before");
    }

    /// Returns a rate that stays.
    static LearningRate constant(double value) {
        return new Constant(value);
    }

    /// Returns a rate that rises from 0 to `peak` in a line and falls to 0 along half a cosine.
    ///
    /// @param peak the highest rate
    /// @param warmupSteps when it is reached
    /// @param totalSteps when the rate is 0 again, more than `warmupSteps`
    static LearningRate warmupCosine(double peak, long warmupSteps, long totalSteps) {
        return new WarmupCosine(0, peak, 0, warmupSteps, totalSteps);
    }

    /// Returns a rate as [#warmupCosine(double, long, long)] does that falls to `end`.
    static LearningRate warmupCosine(double peak, long warmupSteps, long totalSteps, double end) {
        return new WarmupCosine(0, peak, end, warmupSteps, totalSteps);
    }

    /// A rate that stays: `η_s = η`.
    ///
    /// @param value η
    record Constant(double value) implements LearningRate {
        /// The formula.
        public static final Formula FORMULA =
                Formula.of("\\eta_s = \\eta", "", "\\eta", "the rate", "s", "the step, from 0");

        @Override
        public double at(long step) {
            return value;
        }

        @Override
        public Formula formula() {
            return FORMULA;
        }
    }

    /// A rate that rises in a line, then falls along half a cosine, then stays.
    ///
    /// Source: Loshchilov and Hutter 2016, arXiv:1608.03983; Keras's CosineDecay, whose values it
    /// has (there `decay_steps = totalSteps - warmupSteps`, `alpha = end / peak`).
    ///
    /// @param start the rate of step 0, if there is a warm-up
    /// @param peak the highest rate
    /// @param end the rate from `totalSteps` on
    /// @param warmupSteps the step that has the highest rate; 0 for no warm-up
    /// @param totalSteps the step from which the rate stays, more than `warmupSteps`
    record WarmupCosine(double start, double peak, double end, long warmupSteps, long totalSteps)
            implements LearningRate {
        /// The formula.
        public static final Formula FORMULA =
                Formula.of(
                        "\\eta_s = \\begin{cases} \\eta_0 + (\\hat\\eta - \\eta_0)\\,\\frac{s}{w} & s < w \\\\"
                                + " \\eta_e + \\frac{\\hat\\eta - \\eta_e}{2}\\left(1 +"
                                + " \\cos\\frac{\\pi\\min(s - w, n - w)}{n - w}\\right)"
                                + " & s \\ge w \\end{cases}",
                        "Loshchilov and Hutter 2016, arXiv:1608.03983",
                        "s",
                        "the step, from 0",
                        "w",
                        "the number of warm-up steps",
                        "n",
                        "the number of steps",
                        "\\eta_0, \\hat\\eta, \\eta_e",
                        "the first, highest and last rate");

        /// Checks the steps.
        ///
        /// @throws TenonException if warmupSteps is not in [0, totalSteps)
        public WarmupCosine {
            if (warmupSteps < 0 || warmupSteps >= totalSteps) {
                throw new TenonException(
                        "WarmupCosine: warmupSteps must be in [0, totalSteps); got "
                                + warmupSteps
                                + " and "
                                + totalSteps);
            }
        }

        @Override
        public double at(long step) {
            if (step < warmupSteps) {
                return start + (peak - start) * step / warmupSteps;
            }
            double done = Math.min(step - warmupSteps, totalSteps - warmupSteps);
            // StrictMath: a rate must be the same on every machine for a run to be repeated
            double cosine = StrictMath.cos(Math.PI * done / (totalSteps - warmupSteps));
            return end + (peak - end) * 0.5 * (1 + cosine);
        }

        @Override
        public Formula formula() {
            return FORMULA;
        }
    }
}
