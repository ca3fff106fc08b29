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

/// Convolutions that keep an image's size and number of channels. Operations are counted as if the
/// zeros around the image were pixels, as everywhere.
final class ConvBenchmark {
    private ConvBenchmark() {}

    /// @param channels of the input and of the output
    /// @param size rows and columns of an image
    /// @param kernel rows and columns of the window, odd
    /// @param groups parts of the channels, each convolved on its own
    private record Shape(int batch, int channels, int size, int kernel, int groups) {
        String title() {
            String depthwise = groups == channels ? "depthwise " : "";
            return String.format(
                    "conv2d %s%dx%d %d->%d, %dx%d, batch %d",
                    depthwise, kernel, kernel, channels, channels, size, size, batch);
        }

        double flops() {
            return 2.0 * batch * channels * size * size * filter();
        }

        /// Returns the weights of one output channel.
        int filter() {
            return channels / groups * kernel * kernel;
        }

        /// Returns the sizes for other numbers of images and of output channels of each group.
        Conv2dSizes sizes(int images, int in, int out, int parts) {
            return new Conv2dSizes(
                    images,
                    in,
                    size,
                    size,
                    out,
                    size,
                    size,
                    kernel,
                    kernel,
                    Conv2dSettings.same(kernel).withGroups(parts));
        }

        Conv2dSizes all() {
            return sizes(batch, channels, channels, groups);
        }
    }

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
                backward(64, 32, 2),
                // deeper in a U-Net
                forward(16, 128, 16),
                backward(16, 128, 16),
                forward(16, 256, 8),
                backward(16, 256, 8),
                forward(new Shape(16, 64, 32, 1, 1)),
                backward(new Shape(16, 64, 32, 1, 1)),
                forward(new Shape(16, 64, 32, 3, 64)),
                backward(new Shape(16, 64, 32, 3, 64)));
    }

    private static Trial forward(int batch, int channels, int size) {
        return forward(new Shape(batch, channels, size, 3, 1));
    }

    private static Trial backward(int batch, int channels, int size) {
        return backward(new Shape(batch, channels, size, 3, 1));
    }

    private static Trial forward(Shape shape) {
        String name = shape.title() + ", forward";
        return Trial.of(
                name,
                Work.ARITHMETIC,
                shape.flops(),
                () -> {
                    ConvKernel kernel = Backend.kernels().conv();
                    Conv2dSizes all = shape.all();
                    int batch = all.batch();
                    int channels = all.channels();
                    long image = (long) channels * all.plane();
                    MemorySegment x = Operands.numbers(batch * image);
                    MemorySegment weight = Operands.numbers((long) channels * shape.filter());
                    MemorySegment bias = Operands.numbers(channels);
                    MemorySegment y = Operands.empty(batch * image);
                    kernel.forward(y, x, weight, bias, all, DType.F32);
                    // the first channel of the last image
                    int read = all.groupChannels();
                    MemorySegment expected = Operands.empty(all.plane());
                    Operands.DEFINITION
                            .conv()
                            .forward(
                                    expected,
                                    Operands.part(
                                            x, (batch - 1) * image, (long) read * all.plane()),
                                    Operands.part(weight, 0, shape.filter()),
                                    Operands.part(bias, 0, 1),
                                    shape.sizes(1, read, 1, 1),
                                    DType.F32);
                    Operands.check(
                            name,
                            Operands.part(y, (batch - 1) * image, all.plane()),
                            expected,
                            1e-5 * Math.sqrt(shape.filter()));
                    return new TaskRun(
                            new Task.Convolution(y, x, weight, bias, all),
                            () -> kernel.forward(y, x, weight, bias, all, DType.F32));
                });
    }

    /// The gradients with respect to image, weight and bias: twice the forward pass's operations.
    private static Trial backward(Shape shape) {
        String name = shape.title() + ", backward";
        return Trial.of(
                name,
                Work.ARITHMETIC,
                2 * shape.flops(),
                () -> {
                    ConvKernel kernel = Backend.kernels().conv();
                    Conv2dSizes all = shape.all();
                    int batch = all.batch();
                    int channels = all.channels();
                    long image = (long) channels * all.plane();
                    MemorySegment x = Operands.numbers(batch * image);
                    MemorySegment weight = Operands.numbers((long) channels * shape.filter());
                    MemorySegment dy = Operands.numbers(batch * image, 1);
                    MemorySegment dx = Operands.empty(batch * image);
                    MemorySegment dw = Operands.empty((long) channels * shape.filter());
                    MemorySegment db = Operands.empty(channels);
                    Runnable run =
                            () -> {
                                kernel.dataGradient(dx, dy, weight, null, all, DType.F32);
                                kernel.weightGradient(dw, x, dy, all, DType.F32);
                                kernel.biasGradient(
                                        db, dy, batch, channels, all.outPlane(), DType.F32);
                            };
                    run.run();
                    checkData(name, dx, dy, weight, shape);
                    checkWeight(name, dw, x, dy, shape);
                    return new TaskRun(
                            new Task.ConvolutionGradient(dx, dw, db, dy, x, weight, all), run);
                });
    }

    /// Compares the gradient of the last image.
    private static void checkData(
            String name, MemorySegment dx, MemorySegment dy, MemorySegment weight, Shape shape) {
        long image = (long) shape.channels * shape.size * shape.size;
        long begin = (shape.batch - 1) * image;
        MemorySegment expected = Operands.empty(image);
        Operands.DEFINITION
                .conv()
                .dataGradient(
                        expected,
                        Operands.part(dy, begin, image),
                        weight,
                        null,
                        shape.sizes(1, shape.channels, shape.channels, shape.groups),
                        DType.F32);
        Operands.check(
                name, Operands.part(dx, begin, image), expected, 1e-5 * Math.sqrt(shape.filter()));
    }

    /// Compares the gradient of the first output channel's weights.
    private static void checkWeight(
            String name, MemorySegment dw, MemorySegment x, MemorySegment dy, Shape shape) {
        int plane = shape.size * shape.size;
        int read = shape.channels / shape.groups;
        MemorySegment expected = Operands.empty(shape.filter());
        Operands.DEFINITION
                .conv()
                .weightGradient(
                        expected,
                        first(x, shape, read),
                        first(dy, shape, 1),
                        shape.sizes(shape.batch, read, 1, 1),
                        DType.F32);
        Operands.check(name, dw, expected, 1e-5 * Math.sqrt((double) shape.batch * plane));
    }

    /// Returns the first `count` channels of each image.
    private static MemorySegment first(MemorySegment images, Shape shape, int count) {
        long plane = (long) shape.size * shape.size;
        MemorySegment first = Operands.empty(shape.batch * count * plane);
        for (int i = 0; i < shape.batch; i++) {
            Operands.part(first, i * count * plane, count * plane)
                    .copyFrom(Operands.part(images, i * plane * shape.channels, count * plane));
        }
        return first;
    }
}
