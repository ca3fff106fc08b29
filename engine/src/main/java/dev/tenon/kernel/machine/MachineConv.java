package dev.tenon.kernel.machine;

import dev.tenon.dtype.DType;
import dev.tenon.kernel.Conv2dSettings;
import dev.tenon.kernel.Conv2dSizes;
import dev.tenon.kernel.ConvKernel;
import dev.tenon.kernel.Parallel;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// The family Conv in machine code: convolution in two dimensions, forward and both gradients, and
/// its transpose.
///
/// All are products of weights with [Windows]. The gradient with respect to the image is a
/// convolution with the taps turned around; with a stride, the places of the image fall into
/// `strideH * strideW` phases, each of which meets only the taps that fit, and each phase is a
/// convolution without a stride (Shi et al., Is the deconvolution layer the same as a convolutional
/// layer?, 2016).
///
/// Copies have zeros beyond the image, and some shapes multiply them while others leave them out;
/// where an operand is not finite that would show. So weights that are not all finite go below, and
/// a gradient of weights that comes out not finite is worked out again there.
final class MachineConv implements ConvKernel {
    private static final long MOST_ELEMENTS = 1 << 28; // of a copy and of the weights
    private static final int MOST_TAPS = ConvTile.DEPTH;
    private static final long SUMMED = 1 << 16; // elements worth a part
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
    private static final int PARTS = 8; // wanted of a small batch
    private static final int LONGEST_ROW = 2048; // of an image that is taken as one row

    private final ConvCode code;
    private final ConvKernel below;

    /// @param isa the vectors to use
    /// @param below the backend that does what has no machine code
    MachineConv(Isa isa, ConvKernel below) {
        code = ConvCode.create(isa);
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
        if (!has(type, sizes, x, y, weight, bias, sizes.outChannels())
                || !code.finite().all(weight, weights(sizes))) {
            below.forward(y, x, weight, bias, sizes, type);
            return;
        }
        try {
            forward(y, x, weight, bias, sizes);
        } finally { // from here on only their addresses were known
            keep(y, x, weight, bias);
        }
    }

    private void forward(
            MemorySegment y,
            MemorySegment x,
            MemorySegment weight,
            @Nullable MemorySegment bias,
            Conv2dSizes sizes) {
        MemorySegment panels = packedWeights(weight, sizes);
        int rows = sizes.groupOutChannels();
        int groups = sizes.settings().groups();
        if (LaneProduct.fits(code.isa(), sizes, sizes.groupChannels())) {
            lanes(sizes.groupChannels(), rows, sizes.plane(), sizes.outPlane(), sizes)
                    .run(y, x, panels, sizes.window(), taps(sizes, false), bias);
            return;
        }
        Conv2dSizes flat = flattened(sizes);
        Windows windows = windows(flat);
        var target = new WindowProduct.Target(y, flat.outWidth(), flat.outPlane(), 0, 0, 1, 1);
        int[] taps = IntStream.range(0, windows.taps).toArray();
        new WindowProduct(code, windows, sizes.batch(), groups, rows, target)
                .run(x, sizes.plane(), new WindowProduct.Weights(panels, windows.taps, taps), bias);
    }

    @SuppressWarnings("ReachabilityFenceUsage") // called inside finally blocks
    private static void keep(@Nullable MemorySegment... operands) {
        Reference.reachabilityFence(operands);
    }

    private LaneProduct lanes(
            int channels, int rows, int sourcePlane, int plane, Conv2dSizes sizes) {
        int groups = sizes.settings().groups();
        return new LaneProduct(code, sizes.batch(), groups, channels, rows, sourcePlane, plane);
    }

    private PlaceTaps taps(Conv2dSizes sizes, boolean turned) {
        int element = LaneProduct.elementBytes(code.isa());
        int weight = 4 * code.tile().rows();
        return turned
                ? PlaceTaps.turned(sizes, element, weight)
                : PlaceTaps.forward(sizes, element, weight);
    }

    /// Packs weights with an output channel in each row.
    private MemorySegment packedWeights(MemorySegment weight, Conv2dSizes sizes) {
        int height = code.tile().rows();
        int depth = sizes.groupChannels() * sizes.window();
        int rows = sizes.groupOutChannels();
        int groups = sizes.settings().groups();
        int padded = (rows + height - 1) / height * height;
        MemorySegment panels = Workspace.SHARED_LEFT.floats((long) groups * padded * depth + 64);
        for (int group = 0; group < groups; group++) {
            for (int row = 0; row < rows; row += height) {
                long to = (long) (group * padded + row) * depth;
                long from = (long) (group * rows + row) * depth;
                int count = Math.min(height, rows - row);
                code.interleave()
                        .run(
                                panels.address() + 4 * to,
                                weight.address() + 4 * from,
                                new Interleave.Move(
                                        count, depth, 4L * depth, 4L * height, 1, 0, 0));
            }
        }
        return panels;
    }

    /// Says whether there is code for this convolution, and the operands are as large as it reads
    /// and writes.
    private static boolean has(
            DType type,
            Conv2dSizes sizes,
            MemorySegment x,
            MemorySegment y,
            MemorySegment weight,
            @Nullable MemorySegment bias,
            int biases) {
        long image = (long) sizes.channels() * sizes.plane();
        long outImage = (long) sizes.outChannels() * sizes.outPlane();
        long weights = weights(sizes);
        return type == DType.F32
                && sizes.batch() > 0
                && sizes.window() <= MOST_TAPS
                && 4 * Math.max(image, outImage) <= MOST_ELEMENTS
                && weights * 8 <= MOST_ELEMENTS
                && holds(x, sizes.batch() * image)
                && holds(y, sizes.batch() * outImage)
                && holds(weight, weights)
                && (bias == null || holds(bias, biases));
    }

    private static long weights(Conv2dSizes sizes) {
        return (long) sizes.outChannels() * sizes.groupChannels() * sizes.window();
    }

    private static boolean holds(MemorySegment data, long count) {
        return data.isNative() && data.byteSize() >= 4 * count;
    }

    /// Returns a convolution that reads each element on its own as one of images with one row,
    /// where nothing is beyond the grid.
    private static Conv2dSizes flattened(Conv2dSizes sizes) {
        Conv2dSettings s = sizes.settings();
        boolean pointwise =
                sizes.window() == 1
                        && Math.max(s.strideH(), s.strideW()) == 1
                        && Math.max(s.paddingH(), s.paddingW()) == 0
                        && sizes.plane() <= LONGEST_ROW;
        return pointwise
                ? new Conv2dSizes(
                        sizes.batch(),
                        sizes.channels(),
                        1,
                        sizes.plane(),
                        sizes.outChannels(),
                        1,
                        sizes.outPlane(),
                        1,
                        1,
                        s)
                : sizes;
    }

    /// The windows that the forward direction reads.
    private Windows windows(Conv2dSizes sizes) {
        Conv2dSettings s = sizes.settings();
        int[] rows = new int[sizes.window()];
        int[] columns = new int[sizes.window()];
        for (int i = 0, tap = 0; i < sizes.kernelH(); i++) {
            for (int j = 0; j < sizes.kernelW(); j++, tap++) {
                rows[tap] = i * s.dilationH() - s.paddingH();
                columns[tap] = j * s.dilationW() - s.paddingW();
            }
        }
        return new Windows(
                sizes.groupChannels(),
                sizes.height(),
                sizes.width(),
                new Windows.Taps(rows, columns, s.strideH(), s.strideW()),
                sizes.outHeight(),
                sizes.outWidth(),
                cut(sizes, sizes.groupOutChannels()));
    }

    /// Cuts an image so that a small batch keeps several threads busy as well.
    ///
    /// @param rows output channels of a group
    private Windows.Cut cut(Conv2dSizes sizes, int rows) {
        int parts = sizes.batch() * sizes.settings().groups();
        return new Windows.Cut(code.isa().lanes(), rows, Math.max(1, PARTS / parts));
    }

    @Override
    public void dataGradient(
            MemorySegment dx,
            MemorySegment dy,
            MemorySegment weight,
            @Nullable MemorySegment bias,
            Conv2dSizes sizes,
            DType type) {
        if (!has(type, sizes, dx, dy, weight, bias, sizes.channels())
                || !code.finite().all(weight, weights(sizes))) {
            below.dataGradient(dx, dy, weight, bias, sizes, type);
            return;
        }
        try {
            dataGradient(dx, dy, weight, bias, sizes);
        } finally {
            keep(dx, dy, weight, bias);
        }
    }

    private void dataGradient(
            MemorySegment dx,
            MemorySegment dy,
            MemorySegment weight,
            @Nullable MemorySegment bias,
            Conv2dSizes sizes) {
        MemorySegment panels = turnedWeights(weight, sizes);
        if (LaneProduct.fits(code.isa(), sizes, sizes.groupOutChannels())) {
            int rows = sizes.groupChannels();
            lanes(sizes.groupOutChannels(), rows, sizes.outPlane(), sizes.plane(), sizes)
                    .run(dx, dy, panels, sizes.window(), taps(sizes, true), bias);
            return;
        }
        Conv2dSizes flat = flattened(sizes);
        Conv2dSettings s = flat.settings();
        for (int row = 0; row < Math.min(s.strideH(), flat.height()); row++) {
            for (int column = 0; column < Math.min(s.strideW(), flat.width()); column++) {
                phase(dx, dy, panels, bias, flat, row, column);
            }
        }
    }

    /// Packs weights with an input channel in each row.
    private MemorySegment turnedWeights(MemorySegment weight, Conv2dSizes sizes) {
        int height = code.tile().rows();
        int window = sizes.window();
        int rows = sizes.groupChannels();
        int channels = sizes.groupOutChannels();
        int groups = sizes.settings().groups();
        int padded = (rows + height - 1) / height * height;
        long filter = (long) rows * window; // the weights of one output channel
        MemorySegment panels =
                Workspace.SHARED_LEFT.floats((long) groups * padded * channels * window + 64);
        for (int group = 0; group < groups; group++) {
            for (int row = 0; row < rows; row += height) {
                long to = (long) (group * padded + row) * channels * window;
                long from = group * channels * filter + (long) row * window;
                code.interleave()
                        .run(
                                panels.address() + 4 * to,
                                weight.address() + 4 * from,
                                new Interleave.Move(
                                        Math.min(height, rows - row),
                                        window,
                                        4L * window,
                                        4L * height,
                                        channels,
                                        4 * filter,
                                        4L * height * window));
            }
        }
        return panels;
    }

    /// The places of the image `row, row + strideH, ..` by `column, column + strideW, ..`.
    private void phase(
            MemorySegment dx,
            MemorySegment dy,
            MemorySegment panels,
            @Nullable MemorySegment bias,
            Conv2dSizes sizes,
            int row,
            int column) {
        Conv2dSettings s = sizes.settings();
        int[] reachRows =
                IntStream.range(0, sizes.window())
                        .map(tap -> row + s.paddingH() - tap / sizes.kernelW() * s.dilationH())
                        .toArray();
        int[] reachColumns =
                IntStream.range(0, sizes.window())
                        .map(tap -> column + s.paddingW() - tap % sizes.kernelW() * s.dilationW())
                        .toArray();
        int[] taps =
                IntStream.range(0, sizes.window())
                        .filter(tap ->
                                reachRows[tap] % s.strideH() == 0
                                        && reachColumns[tap] % s.strideW() == 0)
                        .toArray();
        int[] reachedRows = IntStream.of(taps).map(tap -> reachRows[tap] / s.strideH()).toArray();
        int[] reachedColumns =
                IntStream.of(taps).map(tap -> reachColumns[tap] / s.strideW()).toArray();
        Windows windows =
                new Windows(
                        sizes.groupOutChannels(),
                        sizes.outHeight(),
                        sizes.outWidth(),
                        new Windows.Taps(reachedRows, reachedColumns, 1, 1),
                        (sizes.height() - row + s.strideH() - 1) / s.strideH(),
                        (sizes.width() - column + s.strideW() - 1) / s.strideW(),
                        cut(sizes, sizes.groupChannels()));
        var target =
                new WindowProduct.Target(
                        dx, sizes.width(), sizes.plane(), row, column, s.strideH(), s.strideW());
        new WindowProduct(code, windows, sizes.batch(), s.groups(), sizes.groupChannels(), target)
                .run(
                        dy,
                        sizes.outPlane(),
                        new WindowProduct.Weights(panels, sizes.window(), taps),
                        bias);
    }

    @Override
    public void weightGradient(
            MemorySegment dw, MemorySegment x, MemorySegment dy, Conv2dSizes sizes, DType type) {
        if (!has(type, sizes, x, dy, dw, null, 0)) {
            below.weightGradient(dw, x, dy, sizes, type);
            return;
        }
        try {
            if (TapGradient.fits(code.isa(), sizes)) {
                new TapGradient(code, sizes, windows(sizes)).run(dw, x, dy);
            } else {
                new WindowGradient(code, sizes).run(dw, x, dy);
            }
            if (!code.finite().all(dw, weights(sizes))) {
                below.weightGradient(dw, x, dy, sizes, type);
            }
        } finally {
            keep(dw, x, dy);
        }
    }

    @Override
    public void biasGradient(
            MemorySegment db, MemorySegment dy, int batch, int channels, int plane, DType type) {
        long image = (long) channels * plane;
        if (type != DType.F32 || !holds(dy, batch * image) || !holds(db, channels)) {
            below.biasGradient(db, dy, batch, channels, plane, type);
            return;
        }
        long grain = Math.max(1, SUMMED / Math.max(1, (long) batch * plane));
        try {
            Parallel.range(
                    channels,
                    grain,
                    (from, to) -> {
                        for (long channel = from; channel < to; channel++) {
                            long at = dy.address() + 4 * channel * plane;
                            double sum = code.sums().sum(at, 4 * image, batch, plane);
                            db.setAtIndex(FLOAT, channel, (float) sum);
                        }
                    });
        } finally {
            keep(db, dy);
        }
    }
}
