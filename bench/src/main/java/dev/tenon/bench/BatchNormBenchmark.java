package dev.tenon.bench;

import dev.tenon.dtype.DType;
import dev.tenon.kernel.NormEpilogue;
import dev.tenon.kernel.NormGradients;
import dev.tenon.kernel.NormKernel;
import dev.tenon.kernel.NormShape;
import dev.tenon.tensor.Backend;
import java.lang.foreign.MemorySegment;
import java.util.List;

/// Batch norm of images and rows in training, and root mean square norm of rows; part of the family
/// Norm.
final class BatchNormBenchmark {
    private static final double EPS = 1e-5;
    private static final int ROWS = 8192;
    private static final int SIZE = 768;

    private BatchNormBenchmark() {}

    static List<Trial> trials() {
        NormShape images = NormShape.channels(16, 64, 1024);
        NormShape small = NormShape.channels(64, 256, 64);
        NormShape rows = NormShape.channels(ROWS, SIZE, 1);
        return List.of(
                forward("batchnorm 16x64x32x32", images),
                backward("batchnorm 16x64x32x32", images),
                forward("batchnorm 64x256x8x8", small),
                backward("batchnorm 64x256x8x8", small),
                forward("batchnorm 8192x768", rows),
                backward("batchnorm 8192x768", rows),
                rmsForward(),
                rmsBackward());
    }

    /// What is normalised, and where the results go.
    private static final class Operation {
        final NormShape shape;
        final MemorySegment x;
        final MemorySegment dy;
        final NormEpilogue end;
        final MemorySegment mean;
        final MemorySegment variance;
        final MemorySegment y;
        final MemorySegment dx;
        final MemorySegment dweight;
        final MemorySegment dbias;

        Operation(NormShape shape) {
            this.shape = shape;
            int channels = shape.parameters();
            x = Operands.numbers(shape.count());
            dy = Operands.numbers(shape.count(), 1);
            end = NormEpilogue.of(Operands.numbers(channels), Operands.numbers(channels, 2));
            mean = Operands.empty(DType.F64, channels);
            variance = Operands.empty(DType.F64, channels);
            y = Operands.empty(shape.count());
            dx = Operands.empty(shape.count());
            dweight = Operands.empty(channels);
            dbias = Operands.empty(channels);
        }

        /// After it, `variance` holds rstd.
        void forward(NormKernel kernel) {
            kernel.channelMoments(mean, variance, x, shape, DType.F32);
            for (int c = 0; c < shape.parameters(); c++) {
                double rstd = 1 / Math.sqrt(DType.F64.read(variance, c) + EPS);
                DType.F64.write(variance, c, rstd);
            }
            kernel.channelNormalize(y, mean, variance, x, end, shape, DType.F32);
        }

        void backward(NormKernel kernel) {
            NormGradients all = NormGradients.of(dx, dweight, dbias);
            kernel.channelNormalizeGradient(
                    all, dy, x, mean, variance, true, end, shape, DType.F32);
        }
    }

    private static Trial forward(String norm, NormShape shape) {
        String name = norm + ", forward";
        return Trial.of(
                name,
                Work.MOVING,
                8.0 * shape.count(),
                () -> {
                    Operation expected = new Operation(shape);
                    expected.forward(Operands.DEFINITION.norm());
                    Operation actual = new Operation(shape);
                    Runnable run = () -> actual.forward(Backend.kernels().norm());
                    run.run();
                    Operands.check(name, actual.y, expected.y, 1e-5);
                    return run;
                });
    }

    private static Trial backward(String norm, NormShape shape) {
        String name = norm + ", backward";
        return Trial.of(
                name,
                Work.JOINING,
                12.0 * shape.count(),
                () -> {
                    Operation expected = new Operation(shape);
                    expected.forward(Operands.DEFINITION.norm());
                    expected.backward(Operands.DEFINITION.norm());
                    Operation actual = new Operation(shape);
                    actual.forward(Backend.kernels().norm());
                    Runnable run = () -> actual.backward(Backend.kernels().norm());
                    run.run();
                    Operands.check(name, actual.dx, expected.dx, 1e-5);
                    Operands.check(name, actual.dweight, expected.dweight, 1e-3);
                    Operands.check(name, actual.dbias, expected.dbias, 1e-3);
                    return run;
                });
    }

    /// Rows to normalise by their root mean square.
    private static final class Rms {
        final MemorySegment x = Operands.numbers((long) ROWS * SIZE);
        final MemorySegment dy = Operands.numbers((long) ROWS * SIZE, 1);
        final MemorySegment weight = Operands.numbers(SIZE);
        final MemorySegment rstd = Operands.empty(DType.F64, ROWS);
        final MemorySegment y = Operands.empty((long) ROWS * SIZE);
        final MemorySegment dx = Operands.empty((long) ROWS * SIZE);
        final MemorySegment dweight = Operands.empty(SIZE);

        void forward(NormKernel kernel) {
            kernel.rmsNormalize(y, rstd, x, weight, ROWS, SIZE, EPS, DType.F32);
        }

        void backward(NormKernel kernel) {
            kernel.rmsNormalizeGradient(dx, dweight, dy, x, rstd, weight, ROWS, SIZE, DType.F32);
        }
    }

    private static Trial rmsForward() {
        String name = "rmsnorm 8192x768, forward";
        return Trial.of(
                name,
                Work.MOVING,
                8.0 * ROWS * SIZE,
                () -> {
                    Rms expected = new Rms();
                    expected.forward(Operands.DEFINITION.norm());
                    Rms actual = new Rms();
                    Runnable run = () -> actual.forward(Backend.kernels().norm());
                    run.run();
                    Operands.check(name, actual.y, expected.y, 1e-5);
                    return run;
                });
    }

    private static Trial rmsBackward() {
        String name = "rmsnorm 8192x768, backward";
        return Trial.of(
                name,
                Work.JOINING,
                12.0 * ROWS * SIZE,
                () -> {
                    Rms expected = new Rms();
                    expected.forward(Operands.DEFINITION.norm());
                    expected.backward(Operands.DEFINITION.norm());
                    Rms actual = new Rms();
                    actual.forward(Backend.kernels().norm());
                    Runnable run = () -> actual.backward(Backend.kernels().norm());
                    run.run();
                    Operands.check(name, actual.dx, expected.dx, 1e-5);
                    Operands.check(name, actual.dweight, expected.dweight, 1e-3);
                    return run;
                });
    }
}
