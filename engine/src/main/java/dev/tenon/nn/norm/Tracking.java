package dev.tenon.nn.norm;

import dev.tenon.dtype.DType;
import dev.tenon.nn.Layer;
import dev.tenon.nn.Running;
import dev.tenon.tensor.Shape;
import dev.tenon.tensor.ShapeException;
import dev.tenon.tensor.TenonException;
import dev.tenon.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/// What batch and instance norm have in common about their running statistics.
final class Tracking {
    /// PyTorch's: since 2 there is a count of batches.
    static final int VERSION = 2;

    private Tracking() {}

    /// Checks settings: running statistics come together, and momentum is a share.
    static void check(
            String layer,
            @Nullable Running mean,
            @Nullable Running variance,
            @Nullable Running count,
            int features,
            @Nullable Double momentum) {
        boolean all = mean != null && variance != null && count != null;
        if (!all && (mean != null || variance != null || count != null)) {
            throw new TenonException(
                    layer
                            + ": running statistics must be there all or none; got mean "
                            + mean
                            + ", variance "
                            + variance
                            + ", count "
                            + count);
        }
        if (features < 1 || (momentum != null && !(momentum >= 0 && momentum <= 1))) {
            throw new TenonException(
                    layer
                            + ": features must be at least 1 and momentum in [0, 1] or null; got "
                            + features
                            + " and "
                            + momentum);
        }
    }

    /// Checks the number of axes.
    ///
    /// @param least the fewest axes allowed
    /// @param most the most axes allowed, at most one more than `least`
    static void checkRank(String op, Tensor x, int least, int most) {
        if (x.rank() < least || x.rank() > most) {
            throw new ShapeException(
                    op
                            + ": expected "
                            + (least == most ? "" : least + "D or ")
                            + most
                            + "D input (got "
                            + x.rank()
                            + "D input)");
        }
    }

    /// Sets the statistics to those of a layer that has seen nothing: mean 0, variance 1, count 0.
    static void reset(@Nullable Running mean, @Nullable Running variance, @Nullable Running count) {
        if (mean != null && variance != null && count != null) {
            mean.assign(Tensor.full(mean.type(), mean.shape(), 0));
            variance.assign(Tensor.full(variance.type(), variance.shape(), 1));
            count.assign(Tensor.zeros(DType.I64, Shape.of()));
        }
    }

    /// Returns what to do about running statistics in the checkpoint of a layer that keeps none, in
    /// PyTorch's words; null for any other entry.
    static @Nullable String whyUnexpected(Layer layer, String name) {
        String kind = layer.getClass().getSimpleName();
        return name.equals("running_mean") || name.equals("running_var")
                ? "Unexpected running stats buffer(s) for "
                        + kind
                        + " with track_running_stats=False. Please remove these keys from the state_dict,"
                        + " or set track_running_stats=True in "
                        + kind
                        + " to enable them"
                : null;
    }
}
