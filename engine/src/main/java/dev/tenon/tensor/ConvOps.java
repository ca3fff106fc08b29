package dev.tenon.tensor;

import dev.tenon.kernel.Conv2dSettings;
import dev.tenon.kernel.Conv2dSizes;
import dev.tenon.kernel.ConvKernel;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Operations of the family Conv: convolution in two dimensions and its transpose.
public final class ConvOps {
    private ConvOps() {}

    /// Returns the convolution (cross-correlation, as everywhere in deep learning) of images with a
    /// kernel.
    ///
    /// `y[n, o, p, q] = bias[o] + Σ_{c, i, j} x[n, c, p stride - padding + i dilation, q stride -
    /// padding + j dilation] weight[o, c, i, j]`, with zeros around the image. The output has `(H +
    /// 2 padding - dilation (kh - 1) - 1) / stride + 1` rows, rounded down, and columns likewise.
    ///
    /// @param x `[N, C, H, W]`
    /// @param weight `[O, C / groups, kh, kw]`
    /// @param bias `[O]`, or null for none
    /// @param settings stride, padding, dilation, groups
    /// @return `[N, O, outH, outW]`
    /// @throws ShapeException if sizes do not fit, if the window is larger than the padded image,
    ///   or if types differ or are not F32 or F64
    public static Tensor conv2d(
            Tensor x, Tensor weight, @Nullable Tensor bias, Conv2dSettings settings) {
        checkConv2d(x, weight, bias, settings.groups());
        int height =
                outSize(
                        x,
                        weight,
                        2,
                        settings.strideH(),
                        settings.paddingH(),
                        settings.dilationH());
        int width =
                outSize(
                        x,
                        weight,
                        3,
                        settings.strideW(),
                        settings.paddingW(),
                        settings.dilationW());
        return convolve(x, weight, bias, height, width, settings);
    }

    /// Returns a convolution as [#conv2d] does whose output has `ceil(H / stride)` rows, and
    /// columns likewise: TensorFlow's and Keras's padding "same".
    ///
    /// Zeros are added on both sides, at the end one more where their number is odd: a window of 3
    /// with stride 2 over an even size has none before it and one after, where PyTorch's padding of
    /// 1 would have begun one pixel earlier.
    ///
    /// @throws ShapeException if sizes do not fit, or if types differ or are not F32 or F64
    public static Tensor conv2dSame(
            Tensor x, Tensor weight, @Nullable Tensor bias, SameConv settings) {
        checkConv2d(x, weight, bias, settings.groups());
        return convolve(
                x,
                weight,
                bias,
                settings.reduced(x.size(2)),
                settings.reduced(x.size(3)),
                settings.padded(x.size(2), x.size(3), weight.size(2), weight.size(3)));
    }

    private static void checkConv2d(Tensor x, Tensor weight, @Nullable Tensor bias, int groups) {
        checkRanksAndTypes("conv2d", x, weight, bias);
        if (x.size(1) != weight.size(1) * groups || weight.size(0) % groups != 0) {
            throw new ShapeException(
                    "conv2d: weight must be [O, C / groups, kh, kw] with O a multiple of groups; got x "
                            + x.shape()
                            + ", weight "
                            + weight.shape()
                            + ", groups "
                            + groups);
        }
        checkBias("conv2d", bias, weight.size(0));
    }

    private static Tensor convolve(
            Tensor x,
            Tensor weight,
            @Nullable Tensor bias,
            int outHeight,
            int outWidth,
            Conv2dSettings settings) {
        Conv2dSizes sizes =
                new Conv2dSizes(
                        x.size(0),
                        x.size(1),
                        x.size(2),
                        x.size(3),
                        weight.size(0),
                        outHeight,
                        outWidth,
                        weight.size(2),
                        weight.size(3),
                        settings);
        Tensor source = x.contiguous();
        Tensor kernel = weight.contiguous();
        Tensor y =
                Tensor.empty(
                        x.type(),
                        Shape.of(sizes.batch(), sizes.outChannels(), outHeight, outWidth));
        kernels()
                .forward(
                        y.segment(),
                        source.segment(),
                        kernel.segment(),
                        segment(bias),
                        sizes,
                        x.type());
        return Autograd.record(y, new Conv2d(source, kernel, bias, sizes));
    }

    private static int outSize(
            Tensor x, Tensor weight, int axis, int stride, int padding, int dilation) {
        int room = x.size(axis) + 2 * padding - dilation * (weight.size(axis) - 1) - 1;
        if (room < 0 || weight.size(axis) == 0) {
            throw new ShapeException(
                    "conv2d: the window must have elements and fit into the padded image; got x "
                            + x.shape()
                            + ", weight "
                            + weight.shape()
                            + ", padding "
                            + padding
                            + ", dilation "
                            + dilation
                            + " along axis "
                            + axis);
        }
        return room / stride + 1;
    }

    private record Conv2d(Tensor x, Tensor weight, @Nullable Tensor bias, Conv2dSizes sizes)
            implements Op {
        @Override
        public List<Tensor> inputs() {
            return bias == null ? List.of(x, weight) : List.of(x, weight, bias);
        }

        @Override
        public List<Tensor> saved() {
            return List.of(x, weight);
        }

        @Override
        public @Nullable Tensor[] gradient(Tensor dy) {
            Tensor upstream = dy.contiguous();
            Tensor dx = null;
            if (x.needsGradient()) {
                dx = Tensor.empty(x.type(), x.shape());
                kernels()
                        .dataGradient(
                                dx.segment(),
                                upstream.segment(),
                                weight.segment(),
                                null,
                                sizes,
                                x.type());
            }
            Tensor dw = weight.needsGradient() ? weightGradient(weight, x, upstream, sizes) : null;
            return bias == null
                    ? new Tensor[] {dx, dw}
                    : new Tensor[] {dx, dw, biasGradient(bias, upstream)};
        }
    }

    /// Returns the transposed convolution of images with a kernel: the gradient of [#conv2d] with
    /// respect to its input, as an operation of its own.
    ///
    /// `y[n, o, p, q] = bias[o] + Σ x[n, c, h, w] weight[c, o, i, j]` over the `c, h, w, i, j` with
    /// `p = h stride - padding + i dilation` and `q = w stride - padding + j dilation`. The output
    /// has `(H - 1) stride - 2 padding + dilation (kh - 1) + outputPadding + 1` rows, and columns
    /// likewise.
    ///
    /// @param x `[N, C, H, W]`
    /// @param weight `[C, O / groups, kh, kw]`
    /// @param bias `[O]`, or null for none
    /// @param settings stride, padding, dilation, groups
    /// @param outputPadding rows and columns added at the end, at least 0, smaller than the stride
    ///   or the dilation
    /// @return `[N, O, outH, outW]`
    /// @throws ShapeException if sizes do not fit, if the output has no elements, or if types
    ///   differ or are not F32 or F64
    public static Tensor convTranspose2d(
            Tensor x,
            Tensor weight,
            @Nullable Tensor bias,
            Conv2dSettings settings,
            int outputPadding) {
        checkConvTranspose2d(x, weight, bias, settings.groups());
        checkOutputPadding(settings, outputPadding);
        int height =
                grownSize(
                        x,
                        weight,
                        2,
                        settings.strideH(),
                        settings.paddingH(),
                        settings.dilationH(),
                        outputPadding);
        int width =
                grownSize(
                        x,
                        weight,
                        3,
                        settings.strideW(),
                        settings.paddingW(),
                        settings.dilationW(),
                        outputPadding);
        return transpose(x, weight, bias, height, width, settings);
    }

    /// Returns a transposed convolution as [#convTranspose2d] does whose output has `H stride`
    /// rows, and columns likewise: TensorFlow's and Keras's padding "same", the gradient of
    /// [#conv2dSame].
    ///
    /// Of the full result `kernel - stride` rows are cut off, where their number is odd one more at
    /// the end: with a kernel of 5 and stride 2 one at the start and two at the end, where
    /// PyTorch's padding of 2 with output padding 1 would cut two and one.
    ///
    /// @throws ShapeException if sizes do not fit, or if types differ or are not F32 or F64
    public static Tensor convTranspose2dSame(
            Tensor x, Tensor weight, @Nullable Tensor bias, SameConv settings) {
        checkConvTranspose2d(x, weight, bias, settings.groups());
        int height = x.size(2) * settings.stride();
        int width = x.size(3) * settings.stride();
        return transpose(
                x,
                weight,
                bias,
                height,
                width,
                settings.padded(height, width, weight.size(2), weight.size(3)));
    }

    private static void checkConvTranspose2d(
            Tensor x, Tensor weight, @Nullable Tensor bias, int groups) {
        checkRanksAndTypes("convTranspose2d", x, weight, bias);
        if (x.size(1) != weight.size(0) || x.size(1) % groups != 0) {
            throw new ShapeException(
                    "convTranspose2d: weight must be [C, O / groups, kh, kw] with C a multiple of groups; got x "
                            + x.shape()
                            + ", weight "
                            + weight.shape()
                            + ", groups "
                            + groups);
        }
        checkBias("convTranspose2d", bias, weight.size(1) * groups);
    }

    private static Tensor transpose(
            Tensor x,
            Tensor weight,
            @Nullable Tensor bias,
            int height,
            int width,
            Conv2dSettings settings) {
        Conv2dSizes sizes =
                new Conv2dSizes(
                        x.size(0),
                        weight.size(1) * settings.groups(),
                        height,
                        width,
                        x.size(1),
                        x.size(2),
                        x.size(3),
                        weight.size(2),
                        weight.size(3),
                        settings);
        Tensor source = x.contiguous();
        Tensor kernel = weight.contiguous();
        Tensor y = Tensor.empty(x.type(), Shape.of(sizes.batch(), sizes.channels(), height, width));
        kernels()
                .dataGradient(
                        y.segment(),
                        source.segment(),
                        kernel.segment(),
                        segment(bias),
                        sizes,
                        x.type());
        return Autograd.record(y, new ConvTranspose2d(source, kernel, bias, sizes));
    }

    private static void checkOutputPadding(Conv2dSettings s, int outputPadding) {
        if (outputPadding < 0
                || outputPadding >= Math.max(s.strideH(), s.dilationH())
                || outputPadding >= Math.max(s.strideW(), s.dilationW())) {
            throw new ShapeException(
                    "convTranspose2d: outputPadding must be at least 0 and smaller than stride or dilation; got "
                            + outputPadding
                            + " with "
                            + s);
        }
    }

    private static int grownSize(
            Tensor x,
            Tensor weight,
            int axis,
            int stride,
            int padding,
            int dilation,
            int outputPadding) {
        int size =
                (x.size(axis) - 1) * stride
                        - 2 * padding
                        + dilation * (weight.size(axis) - 1)
                        + outputPadding
                        + 1;
        if (size < 1 || weight.size(axis) == 0) {
            throw new ShapeException(
                    "convTranspose2d: the output must have elements; got x "
                            + x.shape()
                            + ", weight "
                            + weight.shape()
                            + ", padding "
                            + padding
                            + " along axis "
                            + axis);
        }
        return size;
    }

    private record ConvTranspose2d(
            Tensor x, Tensor weight, @Nullable Tensor bias, Conv2dSizes sizes) implements Op {
        @Override
        public List<Tensor> inputs() {
            return bias == null ? List.of(x, weight) : List.of(x, weight, bias);
        }

        @Override
        public List<Tensor> saved() {
            return List.of(x, weight);
        }

        @Override
        public @Nullable Tensor[] gradient(Tensor dy) {
            Tensor upstream = dy.contiguous();
            Tensor dx = null;
            if (x.needsGradient()) {
                dx = Tensor.empty(x.type(), x.shape());
                kernels()
                        .forward(
                                dx.segment(),
                                upstream.segment(),
                                weight.segment(),
                                null,
                                sizes,
                                x.type());
            }
            Tensor dw = weight.needsGradient() ? weightGradient(weight, upstream, x, sizes) : null;
            return bias == null
                    ? new Tensor[] {dx, dw}
                    : new Tensor[] {dx, dw, biasGradient(bias, upstream)};
        }
    }

    // ---- shared by both

    private static ConvKernel kernels() {
        return Backend.kernels().conv();
    }

    private static @Nullable MemorySegment segment(@Nullable Tensor bias) {
        return bias == null ? null : bias.dense().segment();
    }

    /// The gradient of a convolution that read `x` and whose output's gradient is `dy`.
    private static Tensor weightGradient(Tensor weight, Tensor x, Tensor dy, Conv2dSizes sizes) {
        Tensor dw = Tensor.empty(weight.type(), weight.shape());
        kernels().weightGradient(dw.segment(), x.segment(), dy.segment(), sizes, x.type());
        return dw;
    }

    private static @Nullable Tensor biasGradient(Tensor bias, Tensor dy) {
        if (!bias.needsGradient()) {
            return null;
        }
        Tensor db = Tensor.empty(bias.type(), bias.shape());
        kernels()
                .biasGradient(
                        db.segment(),
                        dy.segment(),
                        dy.size(0),
                        dy.size(1),
                        dy.size(2) * dy.size(3),
                        dy.type());
        return db;
    }

    private static void checkRanksAndTypes(
            String op, Tensor x, Tensor weight, @Nullable Tensor bias) {
        if (x.rank() != 4 || weight.rank() != 4) {
            throw new ShapeException(
                    op
                            + ": x must be [N, C, H, W] and weight have four axes; got x "
                            + x.shape()
                            + " and weight "
                            + weight.shape());
        }
        boolean oneType = x.type() == weight.type() && (bias == null || bias.type() == x.type());
        if (!oneType || !x.type().isArithmetic()) {
            throw new ShapeException(
                    op
                            + ": x, weight and bias must have one type, F32 or F64; got "
                            + x.type()
                            + ", "
                            + weight.type()
                            + " and "
                            + (bias == null ? "no bias" : bias.type())
                            + ". Convert with to(DType.F32)");
        }
    }

    private static void checkBias(String op, @Nullable Tensor bias, int outChannels) {
        if (bias != null && (bias.rank() != 1 || bias.size(0) != outChannels)) {
            throw new ShapeException(
                    op
                            + ": bias must have one element per output channel; got bias "
                            + bias.shape()
                            + " and "
                            + outChannels
                            + " channels");
        }
    }
}
