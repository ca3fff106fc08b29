package dev.tenon.optim;

import dev.tenon.nn.Formula;
import dev.tenon.tensor.TenonException;

/// A moving average of all parameters, kept beside them: `a = μ a + (1-μ) w` after each update, and
/// `a = w` after the first. Every so many updates, if wanted, `w = a`; at the end of training
/// [Optimizer#finalizeValues()] does that.
///
/// With gradient accumulation only calls that change the parameters count. Keras moves the average
/// on the others too, by values that have not changed.
///
/// Source: Polyak and Juditsky 1992, "Acceleration of stochastic approximation by averaging";
/// keras.optimizers, `use_ema`.
///
/// @param momentum μ, how much of the average stays, in [0, 1]; Keras's default (`ema_momentum`) is
///   0.99
/// @param overwriteEvery after how many updates `w = a` each time (`ema_overwrite_frequency`), at
///   least 1; 0, the default, for never
public record Average(double momentum, long overwriteEvery) {
    /// The formula.
    public static final Formula FORMULA =
            Formula.of(
                    "a \\leftarrow \\mu\\,a + (1-\\mu)\\,w",
                    "Polyak and Juditsky 1992; keras.optimizers, use_ema",
                    "a",
                    "the average",
                    "w",
                    "the parameter",
                    "\\mu",
                    "how much of the average stays, 0 in the first update");

    /// Checks the settings.
    ///
    /// @throws TenonException if one is out of its range
    public Average {
        if (!(momentum >= 0 && momentum <= 1)) {
            throw new TenonException(
                    "optimizer: `ema_momentum` must be in the range [0, 1]. Received: ema_momentum="
                            + momentum);
        }
        checkFrequency(overwriteEvery, 0);
    }

    /// Returns an average that does not overwrite parameters before the end.
    public static Average of(double momentum) {
        return new Average(momentum, 0);
    }

    /// Returns this with parameters overwritten after every so many updates.
    ///
    /// @param updates at least 1
    /// @throws TenonException if it is less
    public Average overwritingEvery(long updates) {
        checkFrequency(updates, 1);
        return new Average(momentum, updates);
    }

    private static void checkFrequency(long updates, long least) {
        if (updates < least) {
            throw new TenonException(
                    "optimizer: `ema_overwrite_frequency` must be an integer >= 1 or None. Received:"
                            + " ema_overwrite_frequency="
                            + updates);
        }
    }
}
