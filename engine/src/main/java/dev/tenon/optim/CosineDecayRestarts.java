package dev.tenon.optim;

import dev.tenon.nn.Formula;
import dev.tenon.tensor.TenonException;

/// A learning rate that falls along half a cosine again and again, each time over more steps and
/// from a lower rate (SGDR).
///
/// `η_s = η₀ ((1 - α) m^i (1 + cos(π p)) / 2 + α)` in period i, of which the share p is done;
/// period i has `n t^i` steps. Keras finds i by a logarithm in F32, which lets a few periods whose
/// length is no power of two begin a step late (`n = 2, t = 1.5`: step 5); here none does.
///
/// Source: Loshchilov and Hutter 2016, arXiv:1608.03983;
/// keras.optimizers.schedules.CosineDecayRestarts.
///
/// @param initial η₀, the rate of step 0
/// @param firstDecaySteps n, the steps of the first period, more than 0
/// @param tMul t, how many times longer each period is than the one before, at least 1; Keras's
///   default is 2
/// @param mMul m, what each period begins with, as a share of the one before; Keras's default is 1
/// @param alpha α, the share of η₀ that stays; Keras's default is 0
public record CosineDecayRestarts(
        double initial, double firstDecaySteps, double tMul, double mMul, double alpha)
        implements LearningRate {
    /// The formula.
    public static final Formula FORMULA =
            Formula.of(
                    "\\eta_s = \\eta_0\\left((1-\\alpha)\\, m^i\\,\\frac{1 + \\cos(\\pi p)}{2}"
                            + " + \\alpha\\right)",
                    "Loshchilov and Hutter 2016, arXiv:1608.03983",
                    "s",
                    "the step, from 0",
                    "\\eta_0",
                    "the first rate",
                    "\\alpha",
                    "the share of it that stays",
                    "i",
                    "the number of restarts before s",
                    "m",
                    "what a period begins with, as a share of the one before",
                    "p",
                    "the share of the period that is done");

    /// Checks the settings.
    ///
    /// @throws TenonException if firstDecaySteps is not more than 0 or tMul is less than 1
    public CosineDecayRestarts {
        Settings.steps("CosineDecayRestarts", "first_decay_steps", firstDecaySteps);
        if (!(tMul >= 1 && tMul < Double.POSITIVE_INFINITY)) {
            throw new TenonException(
                    "CosineDecayRestarts: tMul must be at least 1, or the periods come to an end; got "
                            + tMul);
        }
    }

    /// Returns a rate with Keras's defaults.
    public static CosineDecayRestarts of(double initial, double firstDecaySteps) {
        return new CosineDecayRestarts(initial, firstDecaySteps, 2, 1, 0);
    }

    @Override
    public double at(long step) {
        double begin = 0;
        double period = firstDecaySteps;
        double height = 1;
        if (tMul == 1) {
            double restarts = Math.floor(step / period);
            begin = restarts * period;
            height = StrictMath.pow(mMul, restarts);
        } else {
            while (step >= begin + period) { // as many turns as the logarithm of the step
                begin += period;
                period *= tMul;
                height *= mMul;
            }
        }
        double cosine = CosineDecay.halfCosine((step - begin) / period);
        return initial * ((1 - alpha) * height * cosine + alpha);
    }

    @Override
    public Formula formula() {
        return FORMULA;
    }
}
