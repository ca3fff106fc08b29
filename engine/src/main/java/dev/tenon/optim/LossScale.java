package dev.tenon.optim;

import dev.tenon.tensor.TenonException;

/// An optimizer around another that finds out by itself how far the loss can be scaled up before
/// gradients overflow, for training in formats of small range.
///
/// The loss is multiplied by a scale ([Optimizer#scaleLoss]) and gradients are divided by it. If
/// one is not finite, the step is left out and the scale halved; after so many steps without that
/// it doubles. The other's own loss scale factor is left out.
///
/// Source: Micikevicius et al. 2017, arXiv:1710.03740; keras.optimizers.LossScaleOptimizer.
///
/// @param inner the other
/// @param initialScale the scale at first, more than 0; Keras's default is 2^15
/// @param growthSteps after how many steps in a row the scale doubles, at least 1; Keras's default
///   (`dynamic_growth_steps`) is 2000
public record LossScale(OptimizerConfig inner, double initialScale, long growthSteps)
        implements OptimizerConfig {
    /// Takes the inner factor out and checks the settings.
    ///
    /// @throws TenonException if one is out of its range or the other scales by itself too
    public LossScale {
        Settings.factor("initial_scale", initialScale);
        if (growthSteps < 1) {
            throw new TenonException(
                    "optimizer: dynamic_growth_steps must be at least 1; got " + growthSteps);
        }
        inner =
                switch (inner) {
                    case OptimizerSettings one -> one.withLossScaleFactor(1);
                    case OptimizerMap map -> map.withLossScaleFactor(1);
                    case LossScale _ ->
                            throw new TenonException(
                                    "optimizer: a LossScale must not be around another; the inner one has"
                                            + " its own scale");
                };
    }

    /// Returns a scale with Keras's defaults.
    public static LossScale of(OptimizerConfig inner) {
        return new LossScale(inner, 1 << 15, 2000);
    }
}
