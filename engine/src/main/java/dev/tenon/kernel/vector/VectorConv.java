package dev.tenon.kernel.vector;

import dev.tenon.dtype.DType;
import dev.tenon.kernel.Conv2dSettings;
import dev.tenon.kernel.Conv2dSizes;
import dev.tenon.kernel.ConvKernel;
import dev.tenon.kernel.Parallel;
import java.lang.foreign.MemorySegment;
import java.util.stream.IntStream;
import jdk.incubator.vector.FloatVector;
import org.jspecify.annotations.Nullable;

/// The family Conv on the Vector API: convolution in two dimensions, forward and both gradients,
/// and its transpose.
///
/// All are products of weights with windows ([Patches]). The gradient with respect to the image is
/// a convolution with the taps turned around; with a stride, the places of the image fall into
/// `strideH * strideW` phases, each of which meets only the taps that fit, and each phase is a
/// convolution without a stride (Shi et al., Is the deconvolution layer the same as a convolutional
/// layer?, 2016).
///
/// Images are padded with zeros, which are multiplied; times a number that is not finite that would
/// show. So weights that are not all finite go below, and a gradient of weights that comes out not
/// finite is worked out again there.
public final class VectorConv implements ConvKernel {
    private static final long MOST_ELEMENTS =
            1 << 28; // of one part's padded images and of the weights

    private final ConvKernel below;

    /// @param below the backend that does what has no vector form
    public VectorConv(ConvKernel below) {
        this.below = below;
    }

    @Override
    public void forward(
            MemorySegment y,
            MemorySegment x,
            MemorySegment weight,
            @Nullable MemorySegment bias,
            Conv2dSizes sizes,
            DType type) {
        Patches patches = windows(sizes);
        if (type != DType.F32 || isTooLarge(patches, weight) || !isFinite(weight, sizes)) {
            image(
                    sizes,
                    (n, one) ->
                            below.forward(
                                    part(y, n, (long) sizes.outChannels() * sizes.outPlane(), type),
                                    part(x, n, (long) sizes.channels() * sizes.plane(), type),
                                    weight,
                                    bias,
                                    one,
                                    type));
            return;
        }
        var target = new ConvProduct.Target(y, sizes.outWidth(), sizes.outPlane(), 0, 0, 1, 1);
        int depth = patches.depth;
        var weights =
                new ConvProduct.Weights(
                        weight,
                        sizes.groupOutChannels() * depth,
                        depth,
                        sizes.window(),
                        IntStream.range(0, sizes.window()).toArray());
        new ConvProduct(
                        patches,
                        sizes.batch(),
                        sizes.settings().groups(),
                        sizes.groupChannels(),
                        sizes.groupOutChannels(),
                        target)
                .run(x, sizes.plane(), weights, bias);
    }

    private static boolean isTooLarge(Patches patches, MemorySegment weight) {
        return patches.imageCount() > MOST_ELEMENTS || weight.byteSize() / 4 > MOST_ELEMENTS;
    }

    /// The windows that the forward direction reads.
    private static Patches windows(Conv2dSizes sizes) {
        Conv2dSettings s = sizes.settings();
        int[] rows = new int[sizes.window()];
        int[] columns = new int[sizes.window()];
        for (int i = 0, tap = 0; i < sizes.kernelH(); i++) {
            for (int j = 0; j < sizes.kernelW(); j++, tap++) {
                rows[tap] = i * s.dilationH() - s.paddingH();
                columns[tap] = j * s.dilationW() - s.paddingW();
            }
        }
        return new Patches(
                sizes.groupChannels(),
                sizes.height(),
                sizes.width(),
                rows,
                columns,
                s.strideH(),
                s.strideW(),
                sizes.outHeight(),
                sizes.outWidth());
    }

    @Override
    public void dataGradient(
            MemorySegment dx,
            MemorySegment dy,
            MemorySegment weight,
            @Nullable MemorySegment bias,
            Conv2dSizes sizes,
            DType type) {
        if (type != DType.F32 || isTooLarge(windows(sizes), weight) || !isFinite(weight, sizes)) {
            image(
                    sizes,
                    (n, one) ->
                            below.dataGradient(
                                    part(dx, n, (long) sizes.channels() * sizes.plane(), type),
                                    part(
                                            dy,
                                            n,
                                            (long) sizes.outChannels() * sizes.outPlane(),
                                            type),
                                    weight,
                                    bias,
                                    one,
                                    type));
            return;
        }
        Conv2dSettings s = sizes.settings();
        for (int row = 0; row < Math.min(s.strideH(), sizes.height()); row++) {
            for (int column = 0; column < Math.min(s.strideW(), sizes.width()); column++) {
                phase(dx, dy, weight, bias, sizes, row, column);
            }
        }
    }

    /// The places of the image `row, row + strideH, ..` by `column, column + strideW, ..`.
    private static void phase(
            MemorySegment dx,
            MemorySegment dy,
            MemorySegment weight,
            @Nullable MemorySegment bias,
            Conv2dSizes sizes,
            int row,
            int column) {
        Conv2dSettings s = sizes.settings();
        int[] taps =
                IntStream.range(0, sizes.window())
                        .filter(tap ->
                                reach(tap / sizes.kernelW(), row + s.paddingH(), s.dilationH())
                                                        % s.strideH()
                                                == 0
                                        && reach(
                                                                tap % sizes.kernelW(),
                                                                column + s.paddingW(),
                                                                s.dilationW())
                                                        % s.strideW()
                                                == 0)
                        .toArray();
        int[] rows = new int[taps.length];
        int[] columns = new int[taps.length];
        for (int i = 0; i < taps.length; i++) {
            rows[i] =
                    reach(taps[i] / sizes.kernelW(), row + s.paddingH(), s.dilationH())
                            / s.strideH();
            columns[i] =
                    reach(taps[i] % sizes.kernelW(), column + s.paddingW(), s.dilationW())
                            / s.strideW();
        }
        Patches patches =
                new Patches(
                        sizes.groupOutChannels(),
                        sizes.outHeight(),
                        sizes.outWidth(),
                        rows,
                        columns,
                        1,
                        1,
                        (sizes.height() - row + s.strideH() - 1) / s.strideH(),
                        (sizes.width() - column + s.strideW() - 1) / s.strideW());
        var target =
                new ConvProduct.Target(
                        dx, sizes.width(), sizes.plane(), row, column, s.strideH(), s.strideW());
        int filter = sizes.groupChannels() * sizes.window(); // the weights of one output channel
        var weights =
                new ConvProduct.Weights(
                        weight, sizes.groupOutChannels() * filter, sizes.window(), filter, taps);
        new ConvProduct(
                        patches,
                        sizes.batch(),
                        s.groups(),
                        sizes.groupOutChannels(),
                        sizes.groupChannels(),
                        target)
                .run(dy, sizes.outPlane(), weights, bias);
    }

    /// Rows (or columns) from a place's row in the output, times the stride, to the place.
    private static int reach(int tap, int place, int dilation) {
        return place - tap * dilation;
    }

    @Override
    public void weightGradient(
            MemorySegment dw, MemorySegment x, MemorySegment dy, Conv2dSizes sizes, DType type) {
        Patches patches = windows(sizes);
        if (type != DType.F32 || isTooLarge(patches, dw)) {
            below.weightGradient(dw, x, dy, sizes, type);
            return;
        }
        new ConvWeightGradient(
                        patches,
                        sizes.batch(),
                        sizes.settings().groups(),
                        sizes.groupChannels(),
                        sizes.groupOutChannels())
                .run(dw, x, sizes.plane(), dy);
        if (!isFinite(dw, sizes)) {
            below.weightGradient(dw, x, dy, sizes, type);
        }
    }

    /// Says whether all weights, or their gradients, are finite: times zero they are zero.
    private static boolean isFinite(MemorySegment weight, Conv2dSizes sizes) {
        long count = (long) sizes.outChannels() * sizes.groupChannels() * sizes.window();
        FloatVector zeros = FloatVector.zero(Lanes.FLOATS);
        long i = 0;
        for (; i <= count - Panels.LANES; i += Panels.LANES) {
            zeros = zeros.add(Lanes.load(weight, i).mul(0f));
        }
        float zero = Lanes.sum(zeros);
        for (; i < count; i++) {
            zero += 0 * weight.get(Panels.FLOAT, 4 * i);
        }
        return zero == 0;
    }

    /// One image's share of a job.
    @FunctionalInterface
    private interface Image {
        void run(int n, Conv2dSizes one);
    }

    private static void image(Conv2dSizes sizes, Image share) {
        Conv2dSizes one =
                new Conv2dSizes(
                        1,
                        sizes.channels(),
                        sizes.height(),
                        sizes.width(),
                        sizes.outChannels(),
                        sizes.outHeight(),
                        sizes.outWidth(),
                        sizes.kernelH(),
                        sizes.kernelW(),
                        sizes.settings());
        Parallel.run(sizes.batch(), n -> share.run(n, one));
    }

    private static MemorySegment part(MemorySegment images, int n, long elements, DType type) {
        return images.asSlice(type.bytes(n * elements), type.bytes(elements));
    }

    @Override
    public void biasGradient(
            MemorySegment db, MemorySegment dy, int batch, int channels, int plane, DType type) {
        if (type != DType.F32) {
            below.biasGradient(db, dy, batch, channels, plane, type);
            return;
        }
        int grain = Math.max(1, (1 << 16) / Math.max(1, batch * plane));
        Parallel.range(
                channels,
                grain,
                (from, to) -> {
                    float[] line = Scratch.STAGING.floats(plane);
                    for (long channel = from; channel < to; channel++) {
                        double sum = 0;
                        for (int n = 0; n < batch; n++) {
                            long at = 4 * ((long) n * channels + channel) * plane;
                            MemorySegment.copy(dy, Panels.FLOAT, at, line, 0, plane);
                            sum += sum(line, plane);
                        }
                        db.setAtIndex(Panels.FLOAT, channel, (float) sum);
                    }
                });
    }

    private static float sum(float[] line, int count) {
        FloatVector sums = FloatVector.zero(Lanes.FLOATS);
        int i = 0;
        for (; i <= count - Panels.LANES; i += Panels.LANES) {
            sums = sums.add(FloatVector.fromArray(Lanes.FLOATS, line, i));
        }
        float sum = Lanes.sum(sums);
        for (; i < count; i++) {
            sum += line[i];
        }
        return sum;
    }
}
