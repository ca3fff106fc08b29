package dev.tenon.bench;

import dev.tenon.bench.peer.Task;
import dev.tenon.bench.peer.TaskRun;
import dev.tenon.dtype.DType;
import dev.tenon.kernel.BinaryOp;
import dev.tenon.kernel.Kernels;
import dev.tenon.kernel.NormEpilogue;
import dev.tenon.kernel.NormGradients;
import dev.tenon.kernel.NormKernel;
import dev.tenon.kernel.NormShape;
import dev.tenon.kernel.Strided;
import dev.tenon.kernel.UnaryOp;
import dev.tenon.tensor.Backend;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Layer norm of 8192 rows of 768, and group norm of images.
final class NormBenchmark {
    private static final double EPS = 1e-5;
    private static final long LARGE = 64L << 20; // bytes: more than a core's share of any cache

    private NormBenchmark() {}

    static List<Trial> trials() {
        List<Trial> trials = new ArrayList<>(BatchNormBenchmark.trials());
        trials.addAll(groups());
        return trials;
    }

    private static List<Trial> groups() {
        NormShape rows = NormShape.rows(8192, 768);
        NormShape images = new NormShape(16, 8, 8, 1024);
        NormShape digits = new NormShape(64, 1, 8, 64); // a shape of the digits model
        NormShape large = new NormShape(1, 1, 64, 1 << 18); // a group larger than any cache
        NormShape unet = new NormShape(16, 1, 64, 1024); // a shape of the article's U-Net
        return List.of(
                forward("layernorm 8192x768", rows),
                gradient("layernorm 8192x768", rows),
                forward("groupnorm 16x64x32x32, 8 groups", images),
                gradient("groupnorm 16x64x32x32, 8 groups", images),
                forward("groupnorm 64x8x8x8, 1 group", digits),
                gradient("groupnorm 64x8x8x8, 1 group", digits),
                forward("groupnorm 1x64x512x512, 1 group", large),
                gradient("groupnorm 1x64x512x512, 1 group", large),
                // what follows a norm in a U-Net: in one pass, and each in a pass of its own
                chain(images, UnaryOp.SILU, false, true),
                chain(images, UnaryOp.SILU, false, false),
                chainGradient(images, UnaryOp.SILU, false, true),
                chainGradient(images, UnaryOp.SILU, false, false),
                chain(unet, UnaryOp.GELU_ERF, true, true),
                chain(unet, UnaryOp.GELU_ERF, true, false),
                chainGradient(unet, UnaryOp.GELU_ERF, true, true),
                chainGradient(unet, UnaryOp.GELU_ERF, true, false));
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
        final NormEpilogue end;

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
            end = NormEpilogue.of(weight, bias);
        }

        void forward(NormKernel kernel) {
            kernel.normalize(y, mean, rstd, x, end, shape, EPS, DType.F32);
        }

        void gradient(NormKernel kernel) {
            NormGradients gradients = NormGradients.of(dx, dweight, dbias);
            kernel.normalizeGradient(gradients, dy, x, mean, rstd, end, shape, DType.F32);
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

    // ---- chains: norm, residual, activation

    /// A norm and what follows it.
    private static final class Chain {
        final Operation norm;
        final NormShape shape;
        final UnaryOp activation;
        final @Nullable MemorySegment residual;
        final @Nullable MemorySegment dresidual;
        final MemorySegment u; // what the activation is applied to, and its gradient
        final NormEpilogue end;

        Chain(NormShape shape, UnaryOp activation, boolean adds) {
            norm = new Operation(shape);
            this.shape = shape;
            this.activation = activation;
            residual = adds ? Operands.numbers(shape.count(), 2) : null;
            dresidual = adds ? Operands.empty(shape.count()) : null;
            u = Operands.empty(shape.count());
            end = new NormEpilogue(norm.weight, norm.bias, residual, activation);
        }

        void forward(Kernels kernels, boolean fused) {
            NormKernel kernel = kernels.norm();
            if (fused) {
                kernel.normalize(norm.y, norm.mean, norm.rstd, norm.x, end, shape, EPS, DType.F32);
                return;
            }
            kernel.normalize(u, norm.mean, norm.rstd, norm.x, norm.end, shape, EPS, DType.F32);
            if (residual != null) {
                kernels.elementwise().binary(flat(u), flat(u), flat(residual), BinaryOp.ADD);
            }
            kernels.elementwise().unary(norm.y, u, shape.count(), activation, 0, 0, DType.F32);
        }

        private Strided flat(MemorySegment all) {
            int[] sizes = {Math.toIntExact(shape.count())};
            return new Strided(all, DType.F32, 0, sizes, new long[] {1});
        }

        /// After [#forward], which leaves what the parts ask for.
        void gradient(Kernels kernels, boolean fused) {
            MemorySegment dy = norm.dy;
            NormEpilogue of = fused ? end : norm.end;
            if (!fused) {
                dy = dresidual == null ? norm.y : dresidual; // as good a place as any
                kernels.elementwise()
                        .unaryGradient(dy, norm.dy, u, shape.count(), activation, 0, 0, DType.F32);
            }
            NormGradients gradients =
                    new NormGradients(norm.dx, norm.dweight, norm.dbias, fused ? dresidual : null);
            kernels.norm()
                    .normalizeGradient(
                            gradients, dy, norm.x, norm.mean, norm.rstd, of, shape, DType.F32);
        }
    }

    private static String name(NormShape shape, UnaryOp activation, boolean adds, boolean fused) {
        return String.format(
                Locale.ROOT,
                "groupnorm %dx%dx%d, %d group%s%s, %s, %s",
                shape.samples(),
                shape.parameters(),
                shape.inner(),
                shape.groups(),
                shape.groups() == 1 ? "" : "s",
                adds ? ", sum" : "",
                activation.name().toLowerCase(Locale.ROOT),
                fused ? "one pass" : "apart");
    }

    private static Trial chain(NormShape shape, UnaryOp activation, boolean adds, boolean fused) {
        String name = name(shape, activation, adds, fused) + ", forward";
        return Trial.of(
                name,
                adds ? Work.JOINING : Work.MOVING,
                bytes(shape, adds ? 3 : 2, 1),
                () -> {
                    Chain expected = new Chain(shape, activation, adds);
                    expected.forward(Operands.DEFINITION, true);
                    Chain actual = new Chain(shape, activation, adds);
                    Runnable run = () -> actual.forward(Backend.kernels(), fused);
                    run.run();
                    Operands.check(name, actual.norm.y, expected.norm.y, 1e-5);
                    return run;
                });
    }

    private static Trial chainGradient(
            NormShape shape, UnaryOp activation, boolean adds, boolean fused) {
        String name = name(shape, activation, adds, fused) + ", backward";
        return Trial.of(
                name,
                adds ? Work.streams(3, 2) : Work.JOINING,
                bytes(shape, adds ? 5 : 3, 2),
                () -> {
                    Chain expected = new Chain(shape, activation, adds);
                    expected.forward(Operands.DEFINITION, true);
                    expected.gradient(Operands.DEFINITION, true);
                    Chain actual = new Chain(shape, activation, adds);
                    actual.forward(Backend.kernels(), fused);
                    Runnable run = () -> actual.gradient(Backend.kernels(), fused);
                    run.run();
                    Operands.check(name, actual.norm.dx, expected.norm.dx, 1e-5);
                    Operands.check(name, actual.norm.dweight, expected.norm.dweight, 1e-3);
                    Operands.check(name, actual.norm.dbias, expected.norm.dbias, 1e-3);
                    if (actual.dresidual != null && expected.dresidual != null) {
                        Operands.check(name, actual.dresidual, expected.dresidual, 1e-5);
                    }
                    return run;
                });
    }
}
