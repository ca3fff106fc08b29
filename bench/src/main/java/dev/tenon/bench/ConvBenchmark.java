package dev.tenon.bench;

import dev.tenon.bench.peer.Task;
import dev.tenon.bench.peer.TaskRun;
import dev.tenon.dtype.DType;
import dev.tenon.kernel.Conv2dSettings;
import dev.tenon.kernel.Conv2dSizes;
import dev.tenon.kernel.ConvKernel;
import dev.tenon.tensor.Backend;
import java.lang.foreign.MemorySegment;
import java.util.List;

/// 3x3 convolutions that keep an image's size. Operations are counted as if the zeros around the
/// image were pixels, as everywhere.
final class ConvBenchmark {
    private static final int KERNEL = 3;

    private ConvBenchmark() {}

    static List<Trial> trials() {
        return List.of(
                forward(16, 64, 32),
                backward(16, 64, 32),
                // three shapes of the digits model
                forward(64, 8, 8),
                backward(64, 8, 8),
                forward(64, 32, 4),
                backward(64, 32, 4),
                forward(64, 32, 2),
                backward(64, 32, 2));
    }

    private static String name(int batch, int channels, int size) {
        return String.format(
                "conv2d 3x3 %d->%d, %dx%d, batch %d", channels, channels, size, size, batch);
    }

    private static double flops(int batch, int channels, int size) {
        return 2.0 * batch * channels * channels * size * size * KERNEL * KERNEL;
    }

    private static Conv2dSizes sizes(int batch, int channels, int out, int size) {
        return new Conv2dSizes(
                batch,
                channels,
                size,
                size,
                out,
                size,
                size,
                KERNEL,
                KERNEL,
                Conv2dSettings.same(KERNEL));
    }

    /// @param channels of the input and of the output
    /// @param size rows and columns of an image
    static Trial forward(int batch, int channels, int size) {
        String name = name(batch, channels, size) + ", forward";
        return Trial.of(
                name,
                Work.ARITHMETIC,
                flops(batch, channels, size),
                () -> {
                    ConvKernel kernel = Backend.kernels().conv();
                    Conv2dSizes all = sizes(batch, channels, channels, size);
                    long image = (long) channels * all.plane();
                    MemorySegment x = Operands.numbers(batch * image);
                    MemorySegment weight = Operands.numbers((long) channels * channels * 9);
                    MemorySegment bias = Operands.numbers(channels);
                    MemorySegment y = Operands.empty(batch * image);
                    kernel.forward(y, x, weight, bias, all, DType.F32);
                    // the first two channels of the last image
                    MemorySegment expected = Operands.empty(2L * all.plane());
                    Operands.DEFINITION
                            .conv()
                            .forward(
                                    expected,
                                    Operands.part(x, (batch - 1) * image, image),
                                    Operands.part(weight, 0, 2L * channels * 9),
                                    Operands.part(bias, 0, 2),
                                    sizes(1, channels, 2, size),
                                    DType.F32);
                    Operands.check(
                            name,
                            Operands.part(y, (batch - 1) * image, 2L * all.plane()),
                            expected,
                            1e-5 * Math.sqrt(channels * 9));
                    return new TaskRun(
                            new Task.Convolution(y, x, weight, bias, all),
                            () -> kernel.forward(y, x, weight, bias, all, DType.F32));
                });
    }

    /// The gradients with respect to image, weight and bias: twice the forward pass's operations.
    static Trial backward(int batch, int channels, int size) {
        String name = name(batch, channels, size) + ", backward";
        return Trial.of(
                name,
                Work.ARITHMETIC,
                2 * flops(batch, channels, size),
                () -> {
                    ConvKernel kernel = Backend.kernels().conv();
                    Conv2dSizes all = sizes(batch, channels, channels, size);
                    long image = (long) channels * all.plane();
                    MemorySegment x = Operands.numbers(batch * image);
                    MemorySegment weight = Operands.numbers((long) channels * channels * 9);
                    MemorySegment dy = Operands.numbers(batch * image, 1);
                    MemorySegment dx = Operands.empty(batch * image);
                    MemorySegment dw = Operands.empty((long) channels * channels * 9);
                    MemorySegment db = Operands.empty(channels);
                    Runnable run =
                            () -> {
                                kernel.dataGradient(dx, dy, weight, null, all, DType.F32);
                                kernel.weightGradient(dw, x, dy, all, DType.F32);
                                kernel.biasGradient(
                                        db, dy, batch, channels, all.outPlane(), DType.F32);
                            };
                    run.run();
                    checkData(name, dx, dy, weight, batch - 1, channels, size);
                    checkWeight(name, dw, x, dy, all);
                    return new TaskRun(
                            new Task.ConvolutionGradient(dx, dw, db, dy, x, weight, all), run);
                });
    }

    /// Compares the gradient of one image.
    private static void checkData(
            String name,
            MemorySegment dx,
            MemorySegment dy,
            MemorySegment weight,
            int index,
            int channels,
            int size) {
        long image = (long) channels * size * size;
        MemorySegment expected = Operands.empty(image);
        Operands.DEFINITION
                .conv()
                .dataGradient(
                        expected,
                        Operands.part(dy, index * image, image),
                        weight,
                        null,
                        sizes(1, channels, channels, size),
                        DType.F32);
        Operands.check(
                name,
                Operands.part(dx, index * image, image),
                expected,
                1e-5 * Math.sqrt(channels * 9));
    }

    /// Compares the gradient of the first output channel's weights.
    private static void checkWeight(
            String name, MemorySegment dw, MemorySegment x, MemorySegment dy, Conv2dSizes all) {
        long plane = all.outPlane();
        MemorySegment first = Operands.empty(all.batch() * plane);
        for (int i = 0; i < all.batch(); i++) {
            Operands.part(first, i * plane, plane)
                    .copyFrom(Operands.part(dy, i * plane * all.outChannels(), plane));
        }
        MemorySegment expected = Operands.empty(all.channels() * 9L);
        Operands.DEFINITION
                .conv()
                .weightGradient(
                        expected,
                        x,
                        first,
                        sizes(all.batch(), all.channels(), 1, all.height()),
                        DType.F32);
        Operands.check(name, dw, expected, 1e-5 * Math.sqrt(all.batch() * plane));
    }
}
