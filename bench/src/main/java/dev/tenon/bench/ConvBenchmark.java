package dev.tenon.bench;

import dev.tenon.kernel.Conv2dSettings;
import dev.tenon.tensor.Autograd;
import dev.tenon.tensor.ConvOps;
import dev.tenon.tensor.Memory;
import dev.tenon.tensor.Tensor;

/// Times convolutions of square images with a square kernel.
public final class ConvBenchmark {
    private ConvBenchmark() {}

    /// Which part of a training step is timed.
    public enum Pass {
        /// The convolution itself.
        FORWARD,
        /// Its gradients with respect to image, kernel and bias, and the convolution before them.
        FORWARD_AND_BACKWARD
    }

    /// Returns the F32 operations a second (two to a multiply-add; the gradients count twice the
    /// forward pass) of a convolution with "same" padding, after checking one element of the
    /// result.
    ///
    /// @param batch images
    /// @param channels channels of the input and of the output
    /// @param size rows and columns of an image
    /// @param kernel rows and columns of the kernel, odd
    /// @throws IllegalStateException if the result is wrong
    public static double flops(int batch, int channels, int size, int kernel, Pass pass) {
        Conv2dSettings settings = Conv2dSettings.same(kernel);
        Tensor x = Operands.wave(batch, channels, size, size).requireGradient();
        Tensor weight = Operands.wave(channels, channels, kernel, kernel).requireGradient();
        Tensor bias = Operands.wave(channels).requireGradient();
        check(x, weight, bias, settings);
        double forward = 2.0 * batch * channels * channels * size * size * kernel * kernel;
        if (pass == Pass.FORWARD) {
            return forward
                    / Stopwatch.seconds(() ->
                            Autograd.noGrad(
                                    () -> Memory.tidy(() -> run(x, weight, bias, settings))));
        }
        Tensor upstream = Operands.wave(batch, channels, size, size);
        return 3
                * forward
                / Stopwatch.seconds(
                        () -> Memory.tidy(() -> step(x, weight, bias, settings, upstream)));
    }

    private static void run(Tensor x, Tensor weight, Tensor bias, Conv2dSettings settings) {
        ConvOps.conv2d(x, weight, bias, settings);
    }

    private static void step(
            Tensor x, Tensor weight, Tensor bias, Conv2dSettings settings, Tensor upstream) {
        ConvOps.conv2d(x, weight, bias, settings).backward(upstream, Autograd.Graph.FREE);
        x.clearGradient();
        weight.clearGradient();
        bias.clearGradient();
    }

    /// Compares the first element of the last image's last channel with its formula.
    private static void check(Tensor x, Tensor weight, Tensor bias, Conv2dSettings settings) {
        Tensor y = Autograd.noGrad(() -> ConvOps.conv2d(x, weight, bias, settings).keep());
        int image = x.size(0) - 1;
        int channel = weight.size(0) - 1;
        double expected = bias.at(channel);
        for (int c = 0; c < x.size(1); c++) {
            for (int i = settings.paddingH();
                    i < Math.min(weight.size(2), x.size(2) + settings.paddingH());
                    i++) {
                for (int j = settings.paddingW();
                        j < Math.min(weight.size(3), x.size(3) + settings.paddingW());
                        j++) {
                    expected +=
                            x.at(image, c, i - settings.paddingH(), j - settings.paddingW())
                                    * weight.at(channel, c, i, j);
                }
            }
        }
        Operands.check(
                "conv2d",
                y.at(image, channel, 0, 0),
                expected,
                x.size(1) * weight.size(2) * weight.size(3));
    }
}
