package dev.tenon.bench;

import dev.tenon.bench.peer.Task;
import dev.tenon.bench.peer.TaskRun;
import dev.tenon.dtype.DType;
import dev.tenon.kernel.NormKernel;
import dev.tenon.kernel.NormShape;
import dev.tenon.tensor.Backend;
import java.lang.foreign.MemorySegment;
import java.util.List;

/// Layer norm of 8192 rows of 768, and group norm of images.
final class NormBenchmark {
    private static final double EPS = 1e-5;
    private static final long LARGE = 64L << 20; // bytes: more than a core's share of any cache

    private NormBenchmark() {}

    static List<Trial> trials() {
        NormShape rows = NormShape.rows(8192, 768);
        NormShape images = new NormShape(16, 8, 8, 1024);
        NormShape digits = new NormShape(64, 1, 8, 64); // a shape of the digits model
        NormShape large = new NormShape(1, 1, 64, 1 << 18); // a group larger than any cache
        return List.of(
                forward("layernorm 8192x768", rows),
                gradient("layernorm 8192x768", rows),
                forward("groupnorm 16x64x32x32, 8 groups", images),
                gradient("groupnorm 16x64x32x32, 8 groups", images),
                forward("groupnorm 64x8x8x8, 1 group", digits),
                gradient("groupnorm 64x8x8x8, 1 group", digits),
                forward("groupnorm 1x64x512x512, 1 group", large),
                gradient("groupnorm 1x64x512x512, 1 group", large));
    }

    /// Bytes that go through memory: a group larger than the caches is read for its statistics and
    /// again to be normalised.
    private static double bytes(NormShape shape, int arrays, int again) {
        return 4.0 * shape.count() * (isLarge(shape) ? arrays + again : arrays);
    }

    private static boolean isLarge(NormShape shape) {
        return 4L * shape.size() >= LARGE;
    }

    /// What is normalised, and the definition's and the kernel's results.
    private static final class Operation {
        final NormShape shape;
        final MemorySegment x;
        final MemorySegment dy;
        final MemorySegment weight;
        final MemorySegment bias;
        final MemorySegment mean;
        final MemorySegment rstd;
        final MemorySegment y;
        final MemorySegment dx;
        final MemorySegment dweight;
        final MemorySegment dbias;

        Operation(NormShape shape) {
            this.shape = shape;
            x = Operands.numbers(shape.count());
            dy = Operands.numbers(shape.count(), 1);
            weight = Operands.numbers(shape.parameters());
            bias = Operands.numbers(shape.parameters());
            mean = Operands.empty(DType.F64, shape.rows());
            rstd = Operands.empty(DType.F64, shape.rows());
            y = Operands.empty(shape.count());
            dx = Operands.empty(shape.count());
            dweight = Operands.empty(shape.parameters());
            dbias = Operands.empty(shape.parameters());
        }

        void forward(NormKernel kernel) {
            kernel.normalize(y, mean, rstd, x, weight, bias, shape, EPS, DType.F32);
        }

        void gradient(NormKernel kernel) {
            kernel.normalizeGradient(
                    dx, dweight, dbias, dy, x, mean, rstd, weight, shape, DType.F32);
        }
    }

    private static Trial forward(String norm, NormShape shape) {
        String name = norm + ", forward";
        return Trial.of(
                name,
                isLarge(shape) ? Work.JOINING : Work.MOVING,
                bytes(shape, 2, 1),
                () -> {
                    Operation expected = new Operation(shape);
                    expected.forward(Operands.DEFINITION.norm());
                    Operation actual = new Operation(shape);
                    Runnable run = () -> actual.forward(Backend.kernels().norm());
                    run.run();
                    Operands.check(name, actual.y, expected.y, 1e-5);
                    return new TaskRun(task(actual), run);
                });
    }

    private static Task task(Operation it) {
        NormShape s = it.shape;
        return s.inner() == 1
                ? new Task.LayerNorm(it.y, it.x, it.weight, it.bias, s.rows(), s.size(), EPS)
                : new Task.GroupNorm(
                        it.y,
                        it.x,
                        it.weight,
                        it.bias,
                        s.samples(),
                        s.groups(),
                        s.parameters(),
                        s.inner(),
                        EPS);
    }

    private static Trial gradient(String norm, NormShape shape) {
        String name = norm + ", backward";
        return Trial.of(
                name,
                isLarge(shape) ? Work.streams(4, 1) : Work.JOINING,
                bytes(shape, 3, 2),
                () -> {
                    Operation expected = new Operation(shape);
                    expected.forward(Operands.DEFINITION.norm());
                    expected.gradient(Operands.DEFINITION.norm());
                    Operation actual = new Operation(shape);
                    actual.forward(Backend.kernels().norm());
                    Runnable run = () -> actual.gradient(Backend.kernels().norm());
                    run.run();
                    Operands.check(name, actual.dx, expected.dx, 1e-5);
                    Operands.check(name, actual.dweight, expected.dweight, 1e-3);
                    Operands.check(name, actual.dbias, expected.dbias, 1e-3);
                    return new TaskRun(gradientTask(actual), run);
                });
    }

    private static Task gradientTask(Operation it) {
        NormShape s = it.shape;
        return s.inner() == 1
                ? new Task.LayerNormGradient(
                        it.dx,
                        it.dweight,
                        it.dbias,
                        it.dy,
                        it.x,
                        it.weight,
                        s.rows(),
                        s.size(),
                        EPS)
                : new Task.GroupNormGradient(
                        it.dx,
                        it.dweight,
                        it.dbias,
                        it.dy,
                        it.x,
                        it.weight,
                        s.samples(),
                        s.groups(),
                        s.parameters(),
                        s.inner(),
                        EPS);
    }
}
