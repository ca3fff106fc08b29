package dev.tenon.nn.norm;

import dev.tenon.dtype.DType;
import dev.tenon.nn.Formula;
import dev.tenon.nn.Mode;
import dev.tenon.nn.Param;
import dev.tenon.nn.Running;
import dev.tenon.nn.UnaryLayer;
import dev.tenon.tensor.BatchNormOps;
import dev.tenon.tensor.ChannelMoments;
import dev.tenon.tensor.Exchange;
import dev.tenon.tensor.Finish;
import dev.tenon.tensor.Shape;
import dev.tenon.tensor.ShapeException;
import dev.tenon.tensor.SyncBatchNormOps;
import dev.tenon.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/// Normalizes each channel over the batch and space, then scales and shifts it.
///
/// In training ([Mode]) the statistics are the batch's, and the running ones move toward them:
/// `running = (1 - momentum) * running + momentum * batch`, the variance as the unbiased one or, as
/// Keras 3 has it, as the biased one. That is PyTorch's momentum; Keras's and DJL's is 1 minus it.
/// In evaluation the running statistics are used, or the batch's where the layer keeps none.
///
/// Over the batches of several workers: [SyncBatchNorm]. Made for the channels of the first input:
/// [dev.tenon.nn.Lazy]. In front of it a convolution can take it in for evaluation:
/// [dev.tenon.nn.conv.Conv2d#withFolded].
///
/// Freezing its weight and bias ([dev.tenon.nn.Layer#freeze]) leaves the statistics to the mode, as
/// in PyTorch; Keras's layer with `trainable = False` runs in evaluation.
///
/// Source: Ioffe and Szegedy 2015, arXiv:1502.03167; torch.nn.BatchNorm1d to 3d, whose names and
/// initial values they have.
public sealed interface BatchNorm extends UnaryLayer permits BatchNorm1d, BatchNorm2d, BatchNorm3d {
    /// The formula.
    Formula FORMULA =
            Formula.of(
                    "y_c = \\gamma_c\\,\\frac{x_c - \\mu_c}{\\sqrt{\\sigma_c^2 + \\varepsilon}} + \\beta_c",
                    "Ioffe and Szegedy 2015, arXiv:1502.03167; torch.nn.BatchNorm2d",
                    "x",
                    "the input",
                    "c",
                    "a channel",
                    "\\mu, \\sigma^2",
                    "mean and biased variance over batch and space; in evaluation the running ones",
                    "\\gamma, \\beta",
                    "weight and bias",
                    "\\varepsilon",
                    "keeps the root away from 0",
                    "y",
                    "the result");

    /// Returns γ, or null for 1.
    @Nullable Param weight();

    /// Returns β, or null for 0.
    @Nullable Param bias();

    /// Returns the running mean, or null if the layer keeps none.
    @Nullable Running runningMean();

    /// Returns the running variance, or null if the layer keeps none.
    @Nullable Running runningVar();

    /// Returns how many batches the layer was trained on, or null if it keeps no statistics.
    @Nullable Running numBatchesTracked();

    /// Returns C.
    int features();

    /// Returns ε, added to the variance.
    double eps();

    /// Returns how far running statistics move, or null for the average of all batches.
    @Nullable Double momentum();

    /// Says whether the running variance is made of biased ones, divided by the number n of
    /// elements, and not by n - 1: for a channel of 100 elements it is 1 % less.
    boolean isBiased();

    /// Returns the most axes of space: 1 to 3.
    int spaceAxes();

    /// Forgets the running statistics: mean 0, variance 1, count 0.
    default void resetRunning() {
        Tracking.reset(runningMean(), runningVar(), numBatchesTracked());
    }

    @Override
    default Tensor forward(Tensor x) {
        return forward(x, Finish.NONE);
    }

    @Override
    default Tensor forward(Tensor x, Finish finish) {
        int rank = spaceAxes() + 2;
        Tracking.checkRank("batchNorm", x, spaceAxes() == 1 ? 2 : rank, rank);
        Param weight = weight();
        Param bias = bias();
        Tensor scale = weight == null ? null : weight.value();
        Tensor shift = bias == null ? null : bias.value();
        Running mean = runningMean();
        Running variance = runningVar();
        if (mean != null && variance != null && !Mode.isTraining()) {
            return BatchNormOps.batchNorm(
                    x, mean.value(), variance.value(), scale, shift, eps(), finish);
        }
        Exchange workers = Mode.isTraining() ? SyncBatchNorm.current() : null;
        if (workers == null) { // else those of all workers count
            BatchNormOps.checkSeveral(x);
        }
        if (mean != null && x.size(1) != features()) {
            throw new ShapeException(
                    "batchNorm: running_mean should contain "
                            + x.size(1)
                            + " elements not "
                            + features());
        }
        if (workers != null) {
            ChannelMoments all = SyncBatchNormOps.moments(x, workers);
            if (all.count() > 0) {
                Tensor y = SyncBatchNormOps.batchNorm(x, all, workers, scale, shift, eps(), finish);
                track(all);
                return y;
            }
        }
        ChannelMoments batch = BatchNormOps.moments(x);
        Tensor y = BatchNormOps.batchNorm(x, batch, scale, shift, eps(), finish);
        track(batch);
        return y;
    }

    @Override
    default int version() {
        return Tracking.VERSION;
    }

    @Override
    default @Nullable String whyUnexpected(String name) {
        return Tracking.whyUnexpected(this, name);
    }

    /// Moves the running statistics, if there are any, toward those of a batch, which may have been
    /// merged from several parts; called in training.
    default void track(ChannelMoments batch) {
        Running mean = runningMean();
        Running variance = runningVar();
        Running count = numBatchesTracked();
        if (mean == null || variance == null || count == null) {
            return;
        }
        double batches = count.value().item() + 1;
        count.assign(Tensor.full(DType.I64, Shape.of(), batches));
        if (batch.count() > 0) { // a batch without elements counts, but has no statistics
            Double momentum = momentum();
            double share = momentum == null ? 1 / batches : momentum;
            mean.move(batch.mean(), share);
            variance.move(isBiased() ? batch.variance() : batch.unbiasedVariance(), share);
        }
    }

    @Override
    default Formula formula() {
        return FORMULA;
    }
}
