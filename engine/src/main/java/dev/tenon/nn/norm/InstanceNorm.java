package dev.tenon.nn.norm;

import dev.tenon.nn.Formula;
import dev.tenon.nn.Mode;
import dev.tenon.nn.Param;
import dev.tenon.nn.Running;
import dev.tenon.nn.UnaryLayer;
import dev.tenon.tensor.BatchNormOps;
import dev.tenon.tensor.ChannelMoments;
import dev.tenon.tensor.Finish;
import dev.tenon.tensor.NormOps;
import dev.tenon.tensor.ReduceOps;
import dev.tenon.tensor.ShapeException;
import dev.tenon.tensor.Tensor;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Normalizes each channel of each sample over space, then scales and shifts it: group norm with a
/// group per channel.
///
/// As in PyTorch, the default has neither weight and bias nor running statistics and does the same
/// in training and evaluation. One that keeps running statistics moves them in training toward the
/// mean over the samples and uses them in evaluation; its count of batches stays 0, as PyTorch's
/// does. An input without the axis of samples is one sample.
///
/// Source: Ulyanov, Vedaldi and Lempitsky 2016, arXiv:1607.08022; torch.nn.InstanceNorm1d to 3d,
/// whose names and initial values they have.
public sealed interface InstanceNorm extends UnaryLayer
        permits InstanceNorm1d, InstanceNorm2d, InstanceNorm3d {
    /// The formula.
    Formula FORMULA =
            Formula.of(
                    "y_{nc} = \\gamma_c\\,\\frac{x_{nc} - \\mu_{nc}}{\\sqrt{\\sigma_{nc}^2 + \\varepsilon}} + \\beta_c",
                    "Ulyanov, Vedaldi and Lempitsky 2016, arXiv:1607.08022; torch.nn.InstanceNorm2d",
                    "x",
                    "the input",
                    "n",
                    "a sample",
                    "c",
                    "a channel",
                    "\\mu, \\sigma^2",
                    "mean and biased variance over space",
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

    /// Returns the running unbiased variance, or null if the layer keeps none.
    @Nullable Running runningVar();

    /// Returns a count that stays 0, or null if the layer keeps no statistics.
    @Nullable Running numBatchesTracked();

    /// Returns C.
    int features();

    /// Returns ε, added to the variance.
    double eps();

    /// Returns how far running statistics move; null is refused in training.
    @Nullable Double momentum();

    /// Returns the axes of space: 1 to 3.
    int spaceAxes();

    /// Forgets the running statistics: mean 0, variance 1.
    default void resetRunning() {
        Tracking.reset(runningMean(), runningVar(), numBatchesTracked());
    }

    @Override
    default Tensor forward(Tensor x) {
        return forward(x, Finish.NONE);
    }

    @Override
    default Tensor forward(Tensor x, Finish finish) {
        Tracking.checkRank("instanceNorm", x, spaceAxes() + 1, spaceAxes() + 2);
        int[] sizes = x.shape().sizes();
        if (sizes.length == spaceAxes() + 1) {
            int[] batched = new int[sizes.length + 1];
            batched[0] = 1;
            System.arraycopy(sizes, 0, batched, 1, sizes.length);
            return finish.apply(forward(x.reshape(batched), Finish.NONE).reshape(sizes));
        }
        Param weight = weight();
        Param bias = bias();
        Tensor scale = weight == null ? null : weight.value();
        Tensor shift = bias == null ? null : bias.value();
        Running mean = runningMean();
        Running variance = runningVar();
        if (mean == null || variance == null) {
            return NormOps.instanceNorm(x, scale, shift, eps(), finish);
        }
        if (Mode.isTraining()) {
            NormOps.checkSpace(x);
        }
        if (sizes[1] != features()) {
            throw new ShapeException(
                    "instanceNorm: running_mean should contain "
                            + sizes[0] * sizes[1]
                            + " elements not "
                            + sizes[0] * features()
                            + "; got "
                            + sizes[1]
                            + " channels for "
                            + features()
                            + " features");
        }
        if (!Mode.isTraining()) {
            return BatchNormOps.batchNorm(
                    x, mean.value(), variance.value(), scale, shift, eps(), finish);
        }
        double share = share();
        Tensor y = NormOps.instanceNorm(x, scale, shift, eps(), finish);
        if (x.count() > 0) {
            ChannelMoments each = BatchNormOps.moments(x.detach().reshape(instances(sizes)));
            mean.move(overSamples(each.mean(), sizes), share);
            variance.move(overSamples(each.unbiasedVariance(), sizes), share);
        }
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

    private double share() {
        Double momentum = momentum();
        if (momentum == null) {
            throw new ShapeException(
                    "instanceNorm: instance_norm(): argument 'momentum' (position 7) must be float,"
                            + " not NoneType; got null. Only BatchNorm averages over all batches");
        }
        return momentum;
    }

    /// Each channel of each sample as a channel of its own: `[1, N * C, *]`.
    private static int[] instances(int[] sizes) {
        int[] instances = Arrays.copyOf(sizes, sizes.length);
        instances[0] = 1;
        instances[1] = sizes[0] * sizes[1];
        return instances;
    }

    private static Tensor overSamples(Tensor perInstance, int[] sizes) {
        return ReduceOps.mean(perInstance.reshape(sizes[0], sizes[1]), 0, false);
    }

    @Override
    default Formula formula() {
        return FORMULA;
    }
}
