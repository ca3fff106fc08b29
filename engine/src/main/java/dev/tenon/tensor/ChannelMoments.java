package dev.tenon.tensor;

import dev.tenon.dtype.DType;
import java.util.Arrays;

/// Mean and variance of each channel of some samples, and of how many elements.
///
/// Those of parts of a batch merge into those of the whole ([#merge]), which is what batch norm
/// over several machines needs: PyTorch's SyncBatchNorm.
///
/// @param count elements of a channel, in all samples
/// @param mean F64 `[C]`
/// @param variance the biased variance, F64 `[C]`
public record ChannelMoments(long count, Tensor mean, Tensor variance) {
    /// Checks types and shapes.
    ///
    /// @throws ShapeException unless both are F64 with one axis of the same size
    public ChannelMoments {
        if (mean.type() != DType.F64
                || variance.type() != DType.F64
                || mean.rank() != 1
                || !variance.shape().equals(mean.shape())) {
            throw new ShapeException(
                    "channelMoments: mean and variance must be F64 [C]; got "
                            + mean.type()
                            + " "
                            + mean.shape()
                            + " and "
                            + variance.type()
                            + " "
                            + variance.shape());
        }
    }

    /// Returns the unbiased variance, `variance * n / (n - 1)`: what a running variance is made of.
    public Tensor unbiasedVariance() {
        return variance.mul(count / (count - 1.0));
    }

    /// Returns the moments of this part and `other` together (Chan, Golub, LeVeque 1979): the sums
    /// of squared deviations add, and so does `(mean - mean')^2 n n' / (n + n')`.
    ///
    /// @throws ShapeException if the channels differ in number
    public ChannelMoments merge(ChannelMoments other) {
        if (!mean.shape().equals(other.mean.shape())) {
            throw new ShapeException(
                    "channelMoments: both must have the same channels; got "
                            + mean.shape()
                            + " and "
                            + other.mean.shape());
        }
        if (count == 0 || other.count == 0) {
            return count == 0 ? other : this;
        }
        double[] means = mean.toDoubles();
        double[] variances = variance.toDoubles();
        double[] otherMeans = other.mean.toDoubles();
        double[] otherVariances = other.variance.toDoubles();
        double share = (double) other.count / (count + other.count);
        for (int c = 0; c < means.length; c++) {
            double off = otherMeans[c] - means[c];
            variances[c] =
                    variances[c] * (1 - share)
                            + otherVariances[c] * share
                            + off * off * share * (1 - share);
            means[c] += off * share;
        }
        return new ChannelMoments(
                count + other.count,
                Tensor.of(means, means.length),
                Tensor.of(variances, means.length));
    }

    /// Returns `1 / sqrt(variance + eps)` of each channel, F64 `[C]`; 0 where that would be
    /// infinite, as PyTorch has it: a constant channel then becomes its bias.
    static Tensor rstd(Tensor variance, double eps) {
        double[] values = variance.toDoubles();
        return Tensor.of(
                Arrays.stream(values).map(v -> v + eps == 0 ? 0 : 1 / Math.sqrt(v + eps)).toArray(),
                values.length);
    }
}
