package dev.tenon.optim;

import dev.tenon.nn.Formula;

/// A learning rate that falls along half a cosine, after a rise in a line where one is wanted.
///
/// `η_s = η ((1 - α) (1 + cos(π min(s', n) / n)) / 2 + α)`, where s' is the step since the end of
/// the warm-up and η the rate there.
///
/// Source: Loshchilov and Hutter 2016, arXiv:1608.03983; keras.optimizers.schedules.CosineDecay,
/// whose argument `warmup_target` left out is a warm-up of 0 steps here.
///
/// @param initial η₀, the rate of step 0
/// @param decaySteps n, the steps of the fall, more than 0
/// @param alpha α, the share of the highest rate that stays; Keras's default is 0
/// @param warmupTarget the rate after the warm-up
/// @param warmupSteps the steps of the rise from η₀, at least 0
public record CosineDecay(
        double initial, double decaySteps, double alpha, double warmupTarget, double warmupSteps)
        implements LearningRate {
    /// Checks the steps.
    ///
    /// @throws dev.tenon.tensor.TenonException if decaySteps is not more than 0
    public CosineDecay {
        Settings.steps("CosineDecay", "decay_steps", decaySteps);
        Settings.notNegative("CosineDecay", "warmupSteps", warmupSteps);
    }

    /// Returns a rate that falls from `initial` to 0.
    public static CosineDecay of(double initial, double decaySteps) {
        return new CosineDecay(initial, decaySteps, 0, initial, 0);
    }

    /// Returns this with another share that stays.
    public CosineDecay withAlpha(double share) {
        return new CosineDecay(initial, decaySteps, share, warmupTarget, warmupSteps);
    }

    /// Returns this with a rise to `target` before the fall.
    public CosineDecay withWarmup(double target, double steps) {
        return new CosineDecay(initial, decaySteps, alpha, target, steps);
    }

    @Override
    public double at(long step) {
        if (step < warmupSteps) {
            return initial + (warmupTarget - initial) * (step / warmupSteps);
        }
        double done = Math.min(step - warmupSteps, decaySteps) / decaySteps;
        return warmupTarget * ((1 - alpha) * halfCosine(done) + alpha);
    }

    /// Falls from 1 to 0 where `done` rises from 0 to 1. StrictMath: a rate must be the same on
    /// every machine for a run to be repeated.
    static double halfCosine(double done) {
        return 0.5 * (1 + StrictMath.cos(Math.PI * done));
    }

    @Override
    public Formula formula() {
        return LearningRate.WarmupCosine.FORMULA;
    }
}
