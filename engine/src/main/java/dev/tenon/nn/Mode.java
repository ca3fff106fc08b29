package dev.tenon.nn;

import dev.tenon.tensor.Rng;
import dev.tenon.tensor.TenonException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Whether layers train or evaluate, for as long as a body runs.
///
/// Outside any mode layers evaluate, as a Keras model called on its own does. PyTorch starts in
/// training instead; here training must be asked for, because it needs a source of random numbers
/// and because a forgotten mode then shows as a missing regularizer rather than as noise in every
/// result. A mode says nothing about gradients: evaluation without them is
/// [dev.tenon.tensor.Autograd#noGrad].
public final class Mode {
    private static final ScopedValue<Mode> CURRENT = ScopedValue.newInstance();

    private final @Nullable Rng rng;
    private long drawn;

    private Mode(@Nullable Rng rng) {
        this.rng = rng;
    }

    /// Runs `body` in training.
    ///
    /// Random layers take one stream each from `rng`, numbered in the order of their calls and from
    /// the start again in each `train`: the same `rng` gives the same masks, so derive one per
    /// step.
    public static <T> T train(Rng rng, Supplier<T> body) {
        return ScopedValue.where(CURRENT, new Mode(rng)).call(body::get);
    }

    /// Runs `body` in training, for a body without a result.
    public static void train(Rng rng, Runnable body) {
        ScopedValue.where(CURRENT, new Mode(rng)).run(body);
    }

    /// Runs `body` in evaluation.
    public static <T> T eval(Supplier<T> body) {
        return ScopedValue.where(CURRENT, new Mode(null)).call(body::get);
    }

    /// Runs `body` in evaluation, for a body without a result.
    public static void eval(Runnable body) {
        ScopedValue.where(CURRENT, new Mode(null)).run(body);
    }

    /// Says whether layers train.
    public static boolean isTraining() {
        return CURRENT.isBound() && CURRENT.get().rng != null;
    }

    /// Returns the next stream of random numbers of this training pass, for a layer that draws.
    ///
    /// @throws TenonException outside [#train]
    public static Rng nextRng() {
        Mode mode = CURRENT.isBound() ? CURRENT.get() : new Mode(null);
        Rng source = mode.rng;
        if (source == null) {
            throw new TenonException(
                    "mode: layers draw random numbers only in training; got evaluation. Call"
                            + " Mode.train(rng, body)");
        }
        return source.derive(mode.drawn++);
    }
}
