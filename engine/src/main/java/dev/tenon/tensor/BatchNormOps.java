package dev.tenon.tensor;

import dev.tenon.dtype.DType;
import dev.tenon.kernel.NormShape;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Batch norm (Ioffe, Szegedy 2015): `y = (x - mean) / sqrt(variance + eps) * weight + bias` with
/// statistics per channel, over samples and space.
///
/// Statistics and their use are apart: [#moments] computes those of a batch, of which a layer also
/// keeps averages; [#batchNorm(Tensor, Tensor, Tensor, Tensor, Tensor, double, Finish)] takes any.
/// An input whose channels are last in memory is not copied, and the result lies like it. The
/// messages contain PyTorch's own text where PyTorch refuses the same input.
public final class BatchNormOps {
    private BatchNormOps() {}

    /// Returns mean and biased variance of each channel over samples and space; no gradient flows
    /// to them.
    ///
    /// @param x F32 or F64, `[N, C, *]`
    /// @throws ShapeException if x has fewer than two axes or another type
    public static ChannelMoments moments(Tensor x) {
        NormOps.checkType("batchNorm", x, null, null);
        NormShape shape = shape(x);
        Tensor mean = Tensor.empty(DType.F64, Shape.of(x.size(1)));
        Tensor variance = Tensor.empty(DType.F64, Shape.of(x.size(1)));
        if (ChannelsLast.is(x)) {
            return moments(ChannelsLast.rows(x.detach()));
        }
        Tensor source = x.detach().contiguous();
        Backend.kernels()
                .norm()
                .channelMoments(
                        mean.segment(), variance.segment(), source.segment(), shape, x.type());
        return new ChannelMoments(shape.perParameter(), mean, variance);
    }

    private static NormShape shape(Tensor x) {
        if (x.rank() < 2) {
            throw new ShapeException(
                    "batchNorm: expected at least 2D input (got " + x.rank() + "D input)");
        }
        return NormShape.channels(x.size(0), x.size(1), x.shape().count(2, x.rank()));
    }

    /// Normalises with the batch's own statistics, as in training.
    ///
    /// @param x F32 or F64, `[N, C, *]`
    /// @param weight `[C]`, or null for ones
    /// @param bias `[C]`, or null for zeros
    /// @param eps added to the variance; PyTorch's default is 1e-5
    /// @throws ShapeException if shapes or types do not fit, or a channel has a single value
    public static Tensor batchNorm(
            Tensor x, @Nullable Tensor weight, @Nullable Tensor bias, double eps) {
        return batchNorm(x, moments(x), weight, bias, eps, Finish.NONE);
    }

    /// Normalises with the batch's own statistics, and does what follows; the gradient knows that
    /// they change with x.
    ///
    /// @param x F32 or F64, `[N, C, *]`; without elements the result has none
    /// @param own what [#moments] returned for x
    /// @param weight `[C]`, or null for ones
    /// @param bias `[C]`, or null for zeros
    /// @param eps added to the variance; PyTorch's default is 1e-5
    /// @param finish residual and activation
    /// @throws ShapeException if shapes or types do not fit, or a channel has a single value
    public static Tensor batchNorm(
            Tensor x,
            ChannelMoments own,
            @Nullable Tensor weight,
            @Nullable Tensor bias,
            double eps,
            Finish finish) {
        NormShape shape = shape(x);
        checkSeveral(x);
        if (own.count() != shape.perParameter()) {
            throw new ShapeException(
                    "batchNorm: the moments must be those of x; got moments of "
                            + own.count()
                            + " elements for "
                            + x.shape());
        }
        return normalize(x, own.mean(), own.variance(), true, weight, bias, eps, finish);
    }

    /// Checks that x has statistics of its own: no channel may have a single value.
    ///
    /// @throws ShapeException in PyTorch's words if one has, or x has fewer than two axes
    public static void checkSeveral(Tensor x) {
        if (shape(x).perParameter() == 1) {
            throw new ShapeException(
                    "batchNorm: Expected more than 1 value per channel when training, got input"
                            + " size torch.Size("
                            + x.shape()
                            + ")");
        }
    }

    /// Normalises with given statistics, as in evaluation, and does what follows; no gradient flows
    /// to them.
    ///
    /// @param x F32 or F64, `[N, C, *]`
    /// @param mean `[C]`; null is refused in PyTorch's words
    /// @param variance `[C]`; null is refused in PyTorch's words
    /// @param weight `[C]`, or null for ones
    /// @param bias `[C]`, or null for zeros
    /// @param eps added to the variance; PyTorch's default is 1e-5
    /// @param finish residual and activation
    /// @throws ShapeException if shapes or types do not fit, or there are no statistics
    public static Tensor batchNorm(
            Tensor x,
            @Nullable Tensor mean,
            @Nullable Tensor variance,
            @Nullable Tensor weight,
            @Nullable Tensor bias,
            double eps,
            Finish finish) {
        if (mean == null || variance == null) {
            throw new ShapeException(
                    "batchNorm: "
                            + (mean == null ? "running_mean" : "running_var")
                            + " must be defined in evaluation mode");
        }
        return normalize(x, mean, variance, false, weight, bias, eps, finish);
    }

    private static Tensor normalize(
            Tensor x,
            Tensor mean,
            Tensor variance,
            boolean ofBatch,
            @Nullable Tensor weight,
            @Nullable Tensor bias,
            double eps,
            Finish finish) {
        NormOps.checkType("batchNorm", x, weight, bias);
        NormShape shape = shape(x);
        checkChannels(mean, "running_mean", x);
        checkChannels(variance, "running_var", x);
        checkChannels(weight, "weight", x);
        checkChannels(bias, "bias", x);
        if (!finish.fits(x)) { // a residual that is broadcast, or of another type
            return finish.apply(
                    normalize(x, mean, variance, ofBatch, weight, bias, eps, Finish.NONE));
        }
        if (ChannelsLast.is(x)) { // a place is a row
            Tensor rows = ChannelsLast.rows(x);
            Finish last = ChannelsLast.rows(finish);
            Tensor y = normalize(rows, mean, variance, ofBatch, weight, bias, eps, last);
            return ChannelsLast.ofRows(y, x.shape());
        }
        NormOperands operands = NormOperands.of(x, weight, bias, finish);
        // copies: running statistics change in place before the gradient reads them
        Tensor mu = Tensor.of(mean.toDoubles(), x.size(1));
        Tensor rstd = ChannelMoments.rstd(variance, eps);
        Tensor y = Tensor.empty(x.type(), x.shape());
        Backend.kernels()
                .norm()
                .channelNormalize(
                        y.segment(),
                        mu.segment(),
                        rstd.segment(),
                        operands.x().segment(),
                        operands.epilogue(),
                        shape,
                        x.type());
        return Autograd.record(y, new BatchNorm(operands, mu, rstd, ofBatch, shape));
    }

    private static void checkChannels(@Nullable Tensor parameter, String name, Tensor x) {
        if (parameter != null && !parameter.shape().equals(Shape.of(x.size(1)))) {
            throw new ShapeException(
                    "batchNorm: "
                            + name
                            + " should contain "
                            + x.size(1)
                            + " elements not "
                            + parameter.count());
        }
    }

    private record BatchNorm(
            NormOperands operands, Tensor mean, Tensor rstd, boolean ofBatch, NormShape shape)
            implements Op {
        @Override
        public List<Tensor> inputs() {
            return operands.inputs();
        }

        @Override
        public List<Tensor> saved() {
            return operands.saved(mean, rstd);
        }

        @Override
        public @Nullable Tensor[] gradient(Tensor dy) {
            return operands.gradient(
                    dy,
                    (gradients, upstream) ->
                            Backend.kernels()
                                    .norm()
                                    .channelNormalizeGradient(
                                            gradients,
                                            upstream,
                                            operands.x().segment(),
                                            mean.segment(),
                                            rstd.segment(),
                                            ofBatch,
                                            operands.gradientEpilogue(),
                                            shape,
                                            operands.x().type()));
        }
    }
}
