package dev.tenon.tensor;

import dev.tenon.dtype.DType;
import dev.tenon.kernel.NormShape;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Operations of the family Norm: groups of elements brought to mean 0 and variance 1, then scaled
/// and shifted.
///
/// `y = (x - mean) / sqrt(var + eps) * weight + bias`, with the biased variance; where a [Finish]
/// is given, `y = activation((x - mean) / sqrt(var + eps) * weight + bias + residual)` in the same
/// pass over memory, of which the gradient keeps no more than that of the norm alone and the
/// residual. Group and instance norm do not copy an input whose channels are last in memory; the
/// result lies like it. The messages contain PyTorch's own text where PyTorch refuses the same
/// input.
public final class NormOps {
    private NormOps() {}

    /// Normalises over the last `normalizedAxes` axes (Ba, Kiros, Hinton 2016).
    ///
    /// @param x F32 or F64, `[*, normalized...]`
    /// @param normalizedAxes how many trailing axes share one mean and variance, at least 1
    /// @param weight in the shape of these axes, or null for ones
    /// @param bias in the shape of these axes, or null for zeros
    /// @param eps added to the variance; PyTorch's default is 1e-5
    /// @throws ShapeException if shapes or types do not fit
    public static Tensor layerNorm(
            Tensor x,
            int normalizedAxes,
            @Nullable Tensor weight,
            @Nullable Tensor bias,
            double eps) {
        if (weight != null) {
            return layerNorm(x, named(weight, normalizedAxes), weight, bias, eps);
        }
        if (normalizedAxes > x.rank()) {
            throw new ShapeException(
                    "layerNorm: the input must have at least the normalized axes; got "
                            + normalizedAxes
                            + " axes for "
                            + x.shape());
        }
        int[] sizes = x.shape().sizes();
        int from = Math.max(0, sizes.length - Math.max(0, normalizedAxes));
        Shape normalized = Shape.of(Arrays.copyOfRange(sizes, from, sizes.length));
        return layerNorm(x, normalized, null, bias, eps);
    }

    private static Shape named(Tensor weight, int normalizedAxes) {
        if (weight.rank() != normalizedAxes) {
            throw new ShapeException(
                    "layerNorm: the weight must have the normalized axes; got "
                            + weight.shape()
                            + " for "
                            + normalizedAxes
                            + " axes");
        }
        return weight.shape();
    }

    /// Normalises over the last axes, which must have the shape `normalized`.
    ///
    /// @param x F32 or F64, `[*, normalized...]`
    /// @param normalized sizes of the axes that share one mean and variance, at least one
    /// @param weight in the shape `normalized`, or null for ones
    /// @param bias in the shape `normalized`, or null for zeros
    /// @param eps added to the variance; PyTorch's default is 1e-5
    /// @throws ShapeException if shapes or types do not fit
    public static Tensor layerNorm(
            Tensor x,
            Shape normalized,
            @Nullable Tensor weight,
            @Nullable Tensor bias,
            double eps) {
        return layerNorm(x, normalized, weight, bias, eps, Finish.NONE);
    }

    /// Normalises over the last axes, which must have the shape `normalized`, and does what
    /// follows.
    ///
    /// @param x F32 or F64, `[*, normalized...]`
    /// @param normalized sizes of the axes that share one mean and variance, at least one
    /// @param weight in the shape `normalized`, or null for ones
    /// @param bias in the shape `normalized`, or null for zeros
    /// @param eps added to the variance; PyTorch's default is 1e-5
    /// @param finish residual and activation
    /// @throws ShapeException if shapes or types do not fit
    public static Tensor layerNorm(
            Tensor x,
            Shape normalized,
            @Nullable Tensor weight,
            @Nullable Tensor bias,
            double eps,
            Finish finish) {
        checkType("layerNorm", x, weight, bias);
        checkNormalized("layerNorm", x, normalized);
        checkParameter("layerNorm", weight, "weight", normalized);
        checkParameter("layerNorm", bias, "bias", normalized);
        int size = Math.toIntExact(normalized.count());
        int rows = x.shape().count(0, x.rank() - normalized.rank());
        return normalize("layerNorm", x, weight, bias, NormShape.rows(rows, size), eps, finish);
    }

    static void checkType(String op, Tensor x, @Nullable Tensor weight, @Nullable Tensor bias) {
        boolean same =
                (weight == null || weight.type() == x.type())
                        && (bias == null || bias.type() == x.type());
        if (!x.type().isArithmetic() || !same) {
            throw new ShapeException(
                    op
                            + ": the type must be F32 or F64, the same for all; got input "
                            + x.type()
                            + (weight == null ? "" : ", weight " + weight.type())
                            + (bias == null ? "" : ", bias " + bias.type())
                            + ". Convert with to(DType.F32)");
        }
    }

    static void checkNormalized(String op, Tensor x, Shape normalized) {
        if (normalized.rank() == 0) {
            throw new ShapeException(
                    op
                            + ": Expected normalized_shape to be at least 1-dimensional, i.e.,"
                            + " containing at least one element, but got normalized_shape = []");
        }
        int front = x.rank() - normalized.rank();
        boolean fits = front >= 0;
        for (int axis = 0; fits && axis < normalized.rank(); axis++) {
            fits = x.size(front + axis) == normalized.size(axis);
        }
        if (!fits) {
            String sizes = normalized.toString();
            throw new ShapeException(
                    op
                            + ": Given normalized_shape="
                            + sizes
                            + ", expected input with shape [*, "
                            + sizes.substring(1)
                            + ", but got input of size"
                            + x.shape());
        }
    }

    static void checkParameter(
            String op, @Nullable Tensor parameter, String name, Shape normalized) {
        if (parameter != null && !parameter.shape().equals(normalized)) {
            throw new ShapeException(
                    op
                            + ": Expected "
                            + name
                            + " to be of same shape as normalized_shape, but got "
                            + name
                            + " of shape "
                            + parameter.shape()
                            + " and normalized_shape = "
                            + normalized);
        }
    }

    /// Normalises each sample over groups of neighbouring channels and all that follows them (Wu,
    /// He 2018): one group is layer norm without its per-position weights, a group per channel is
    /// instance norm.
    ///
    /// @param x F32 or F64, `[N, C, *]`
    /// @param groups a divisor of C
    /// @param weight `[C]`, or null for ones
    /// @param bias `[C]`, or null for zeros
    /// @param eps added to the variance; PyTorch's default is 1e-5
    /// @throws ShapeException if shapes or types do not fit, or each statistic would be of a single
    ///   value
    public static Tensor groupNorm(
            Tensor x, int groups, @Nullable Tensor weight, @Nullable Tensor bias, double eps) {
        return groupNorm(x, groups, weight, bias, eps, Finish.NONE);
    }

    /// Normalises each sample over groups of neighbouring channels, and does what follows.
    ///
    /// @param x F32 or F64, `[N, C, *]`
    /// @param groups a divisor of C
    /// @param weight `[C]`, or null for ones
    /// @param bias `[C]`, or null for zeros
    /// @param eps added to the variance; PyTorch's default is 1e-5
    /// @param finish residual and activation
    /// @throws ShapeException if shapes or types do not fit, or each statistic would be of a single
    ///   value
    public static Tensor groupNorm(
            Tensor x,
            int groups,
            @Nullable Tensor weight,
            @Nullable Tensor bias,
            double eps,
            Finish finish) {
        checkType("groupNorm", x, weight, bias);
        checkGroups(x, groups);
        checkChannels(weight, "weight", x);
        checkChannels(bias, "bias", x);
        int inner = x.shape().count(2, x.rank());
        NormShape shape = new NormShape(x.size(0), groups, x.size(1) / groups, inner);
        return normalizeGroups("groupNorm", x, weight, bias, shape, eps, finish);
    }

    private static void checkGroups(Tensor x, int groups) {
        if (x.rank() < 2) {
            throw new ShapeException(
                    "groupNorm: Expected at least 2 dimensions for input tensor but received "
                            + x.rank()
                            + "; got "
                            + x.shape());
        }
        int[] sizes = x.shape().sizes(); // as PyTorch folds it: [N * C / groups, groups, *]
        sizes[0] = Math.toIntExact((long) sizes[0] * sizes[1] / Math.max(1, groups));
        sizes[1] = groups;
        if (groups > 0 && (long) sizes[0] * x.shape().count(2, x.rank()) == 1) {
            throw new ShapeException(
                    "groupNorm: Expected more than 1 value per channel when training, got input"
                            + " size "
                            + Arrays.toString(sizes));
        }
        if (groups < 1 || x.size(1) % groups != 0) {
            throw new ShapeException(
                    "groupNorm: Expected number of channels in input to be divisible by num_groups,"
                            + " but got input of shape "
                            + x.shape()
                            + " and num_groups="
                            + groups);
        }
    }

    private static void checkChannels(@Nullable Tensor parameter, String name, Tensor x) {
        if (parameter != null && !parameter.shape().equals(Shape.of(x.size(1)))) {
            throw new ShapeException(
                    "groupNorm: Expected "
                            + name
                            + " to be a vector of size equal to the number of channels in input,"
                            + " but got "
                            + name
                            + " of shape "
                            + parameter.shape()
                            + " and input of shape "
                            + x.shape());
        }
    }

    /// Normalises each channel of each sample by itself (Ulyanov, Vedaldi, Lempitsky 2016): group
    /// norm with a group per channel.
    ///
    /// @param x F32 or F64, `[N, C, *]` with more than one element in a channel
    /// @param weight `[C]`, or null for ones
    /// @param bias `[C]`, or null for zeros
    /// @param eps added to the variance; PyTorch's default is 1e-5
    /// @param finish residual and activation
    /// @throws ShapeException if shapes or types do not fit, or each statistic would be of a single
    ///   value
    public static Tensor instanceNorm(
            Tensor x, @Nullable Tensor weight, @Nullable Tensor bias, double eps, Finish finish) {
        checkType("instanceNorm", x, weight, bias);
        checkSpace(x);
        checkPerInstance(weight, "weight", x);
        checkPerInstance(bias, "bias", x);
        int inner = x.shape().count(2, x.rank());
        NormShape shape = NormShape.channels(x.size(0), x.size(1), inner);
        return normalizeGroups("instanceNorm", x, weight, bias, shape, eps, finish);
    }

    /// Checks that a channel of x has several values in each sample.
    ///
    /// @throws ShapeException in PyTorch's words if it has one, or x has fewer than two axes
    public static void checkSpace(Tensor x) {
        if (x.rank() < 2 || x.shape().count(2, x.rank()) == 1) {
            throw new ShapeException(
                    "instanceNorm: Expected more than 1 spatial element when training, got input"
                            + " size torch.Size("
                            + x.shape()
                            + ")");
        }
    }

    /// PyTorch repeats the parameters once per sample before it counts them.
    private static void checkPerInstance(@Nullable Tensor parameter, String name, Tensor x) {
        if (parameter != null && !parameter.shape().equals(Shape.of(x.size(1)))) {
            throw new ShapeException(
                    "instanceNorm: "
                            + name
                            + " should contain "
                            + x.size(0) * x.size(1)
                            + " elements not "
                            + x.size(0) * parameter.count()
                            + "; got "
                            + name
                            + " "
                            + parameter.shape()
                            + " for the "
                            + x.size(1)
                            + " channels of "
                            + x.shape());
        }
    }

    // ---- what all have in common

    private static Tensor normalizeGroups(
            String name,
            Tensor x,
            @Nullable Tensor weight,
            @Nullable Tensor bias,
            NormShape shape,
            double eps,
            Finish finish) {
        if (!finish.fits(x) || !ChannelsLast.is(x)) {
            return normalize(name, x, weight, bias, shape, eps, finish);
        }
        Tensor last = ChannelsLast.last(x);
        Finish end = ChannelsLast.last(finish);
        return ChannelsLast.first(
                normalize(name, last, weight, bias, shape.channelsLast(), eps, end));
    }

    private static Tensor normalize(
            String name,
            Tensor x,
            @Nullable Tensor weight,
            @Nullable Tensor bias,
            NormShape shape,
            double eps,
            Finish finish) {
        if (!finish.fits(x)) { // a residual that is broadcast, or of another type
            return finish.apply(normalize(name, x, weight, bias, shape, eps, Finish.NONE));
        }
        NormOperands operands = NormOperands.of(x, weight, bias, finish);
        Tensor mean = Tensor.empty(DType.F64, Shape.of(shape.samples(), shape.groups()));
        Tensor rstd = Tensor.empty(DType.F64, Shape.of(shape.samples(), shape.groups()));
        Tensor y = Tensor.empty(x.type(), x.shape());
        Backend.kernels()
                .norm()
                .normalize(
                        y.segment(),
                        mean.segment(),
                        rstd.segment(),
                        operands.x().segment(),
                        operands.epilogue(),
                        shape,
                        eps,
                        x.type());
        return Autograd.record(y, new Norm(name, operands, mean, rstd, shape));
    }

    private record Norm(
            String name, NormOperands operands, Tensor mean, Tensor rstd, NormShape shape)
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
                                    .normalizeGradient(
                                            gradients,
                                            upstream,
                                            operands.x().segment(),
                                            mean.segment(),
                                            rstd.segment(),
                                            operands.gradientEpilogue(),
                                            shape,
                                            operands.x().type()));
        }
    }
}
