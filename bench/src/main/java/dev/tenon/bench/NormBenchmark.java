package dev.tenon.bench;

import dev.tenon.bench.peer.Task;
import dev.tenon.bench.peer.TaskRun;
import dev.tenon.dtype.DType;
import dev.tenon.kernel.NormKernel;
import dev.tenon.tensor.Backend;
import java.lang.foreign.MemorySegment;
import java.util.List;

/// Layer norm of 8192 rows of 768, and group norm of images.
final class NormBenchmark {
    private static final double EPS = 1e-5;
    private static final int SAMPLE = 8;
    private static final long LARGE = 64L << 20; // bytes: more than a core's share of any cache

    private NormBenchmark() {}

    static List<Trial> trials() {
        return List.of(
                layerNorm(8192, 768),
                layerNormGradient(8192, 768),
                groupNorm("groupnorm 16x64x32x32, 8 groups", 16, 8, 8, 1024),
                groupNormGradient("groupnorm 16x64x32x32, 8 groups", 16, 8, 8, 1024),
                // a shape of the digits model
                groupNorm("groupnorm 64x8x8x8, 1 group", 64, 1, 8, 64),
                groupNormGradient("groupnorm 64x8x8x8, 1 group", 64, 1, 8, 64),
                // a group larger than any cache
                groupNorm("groupnorm 1x64x512x512, 1 group", 1, 1, 64, 1 << 18),
                groupNormGradient("groupnorm 1x64x512x512, 1 group", 1, 1, 64, 1 << 18));
    }

    private static Trial layerNorm(int rows, int size) {
        String name = "layernorm " + rows + "x" + size + ", forward";
        long count = (long) rows * size;
        return Trial.of(
                name,
                Work.MOVING,
                8.0 * count,
                () -> {
                    NormKernel kernel = Backend.kernels().norm();
                    MemorySegment x = Operands.numbers(count);
                    MemorySegment weight = Operands.numbers(size);
                    MemorySegment bias = Operands.numbers(size);
                    MemorySegment mean = Operands.empty(DType.F64, rows);
                    MemorySegment rstd = Operands.empty(DType.F64, rows);
                    MemorySegment y = Operands.empty(count);
                    Runnable run =
                            () ->
                                    kernel.layerNorm(
                                            y, mean, rstd, x, weight, bias, rows, size, EPS,
                                            DType.F32);
                    run.run();
                    MemorySegment expected = Operands.empty((long) SAMPLE * size);
                    Operands.DEFINITION
                            .norm()
                            .layerNorm(
                                    expected,
                                    Operands.empty(DType.F64, SAMPLE),
                                    Operands.empty(DType.F64, SAMPLE),
                                    last(x, size),
                                    weight,
                                    bias,
                                    SAMPLE,
                                    size,
                                    EPS,
                                    DType.F32);
                    Operands.check(name, last(y, size), expected, 1e-5);
                    return new TaskRun(
                            new Task.LayerNorm(y, x, weight, bias, rows, size, EPS), run);
                });
    }

    private static Trial layerNormGradient(int rows, int size) {
        String name = "layernorm " + rows + "x" + size + ", backward";
        long count = (long) rows * size;
        return Trial.of(
                name,
                Work.JOINING,
                12.0 * count,
                () -> {
                    NormKernel kernel = Backend.kernels().norm();
                    MemorySegment x = Operands.numbers(count);
                    MemorySegment dy = Operands.numbers(count, 1);
                    MemorySegment weight = Operands.numbers(size);
                    MemorySegment mean = Operands.empty(DType.F64, rows);
                    MemorySegment rstd = Operands.empty(DType.F64, rows);
                    MemorySegment dx = Operands.empty(count);
                    MemorySegment dweight = Operands.empty(size);
                    MemorySegment dbias = Operands.empty(size);
                    kernel.layerNorm(dx, mean, rstd, x, weight, null, rows, size, EPS, DType.F32);
                    Runnable run =
                            () ->
                                    kernel.layerNormGradient(
                                            dx, dweight, dbias, dy, x, mean, rstd, weight, rows,
                                            size, DType.F32);
                    run.run();
                    NormKernel definition = Operands.DEFINITION.norm();
                    MemorySegment expected = Operands.empty((long) SAMPLE * size);
                    definition.layerNormGradient(
                            expected,
                            null,
                            null,
                            last(dy, size),
                            last(x, size),
                            mean.asSlice(8L * (rows - SAMPLE)),
                            rstd.asSlice(8L * (rows - SAMPLE)),
                            weight,
                            SAMPLE,
                            size,
                            DType.F32);
                    Operands.check(name, last(dx, size), expected, 1e-5);
                    MemorySegment sum = Operands.empty(size);
                    MemorySegment product = Operands.empty(size);
                    definition.layerNormGradient(
                            null, product, sum, dy, x, mean, rstd, weight, rows, size, DType.F32);
                    Operands.check(name, dweight, product, 1e-3);
                    Operands.check(name, dbias, sum, 1e-3);
                    return new TaskRun(
                            new Task.LayerNormGradient(
                                    dx, dweight, dbias, dy, x, weight, rows, size, EPS),
                            run);
                });
    }

    /// Bytes per element that go through memory: a group larger than the caches is read for its
    /// statistics and again to be normalised.
    private static double bytes(long group, int arrays, int again) {
        return 4.0 * (isLarge(group) ? arrays + again : arrays);
    }

    private static boolean isLarge(long group) {
        return 4 * group >= LARGE;
    }

    private static Trial groupNorm(String shape, int samples, int groups, int channels, int inner) {
        String name = shape + ", forward";
        long count = (long) samples * groups * channels * inner;
        return Trial.of(
                name,
                isLarge((long) channels * inner) ? Work.JOINING : Work.MOVING,
                bytes((long) channels * inner, 2, 1) * count,
                () -> {
                    NormKernel kernel = Backend.kernels().norm();
                    MemorySegment x = Operands.numbers(count);
                    MemorySegment weight = Operands.numbers((long) groups * channels);
                    MemorySegment bias = Operands.numbers((long) groups * channels);
                    MemorySegment mean = Operands.empty(DType.F64, (long) samples * groups);
                    MemorySegment rstd = Operands.empty(DType.F64, (long) samples * groups);
                    MemorySegment y = Operands.empty(count);
                    MemorySegment expected = Operands.empty(count);
                    Operands.DEFINITION
                            .norm()
                            .groupNorm(
                                    expected, mean, rstd, x, weight, bias, samples, groups,
                                    channels, inner, EPS, DType.F32);
                    Runnable run =
                            () ->
                                    kernel.groupNorm(
                                            y, mean, rstd, x, weight, bias, samples, groups,
                                            channels, inner, EPS, DType.F32);
                    run.run();
                    Operands.check(name, y, expected, 1e-5);
                    return new TaskRun(
                            new Task.GroupNorm(
                                    y,
                                    x,
                                    weight,
                                    bias,
                                    samples,
                                    groups,
                                    groups * channels,
                                    inner,
                                    EPS),
                            run);
                });
    }

    private static Trial groupNormGradient(
            String shape, int samples, int groups, int channels, int inner) {
        String name = shape + ", backward";
        long count = (long) samples * groups * channels * inner;
        return Trial.of(
                name,
                isLarge((long) channels * inner) ? Work.streams(4, 1) : Work.JOINING,
                bytes((long) channels * inner, 3, 2) * count,
                () -> {
                    NormKernel kernel = Backend.kernels().norm();
                    MemorySegment x = Operands.numbers(count);
                    MemorySegment dy = Operands.numbers(count, 1);
                    MemorySegment weight = Operands.numbers((long) groups * channels);
                    MemorySegment mean = Operands.empty(DType.F64, (long) samples * groups);
                    MemorySegment rstd = Operands.empty(DType.F64, (long) samples * groups);
                    Result result = Result.of(count, groups * channels);
                    Result expected = Result.of(count, groups * channels);
                    kernel.groupNorm(
                            result.dx, mean, rstd, x, weight, null, samples, groups, channels,
                            inner, EPS, DType.F32);
                    Operands.DEFINITION
                            .norm()
                            .groupNormGradient(
                                    expected.dx,
                                    expected.dweight,
                                    expected.dbias,
                                    dy,
                                    x,
                                    mean,
                                    rstd,
                                    weight,
                                    samples,
                                    groups,
                                    channels,
                                    inner,
                                    DType.F32);
                    Runnable run =
                            () ->
                                    kernel.groupNormGradient(
                                            result.dx,
                                            result.dweight,
                                            result.dbias,
                                            dy,
                                            x,
                                            mean,
                                            rstd,
                                            weight,
                                            samples,
                                            groups,
                                            channels,
                                            inner,
                                            DType.F32);
                    run.run();
                    Operands.check(name, result.dx, expected.dx, 1e-5);
                    Operands.check(name, result.dweight, expected.dweight, 1e-3);
                    Operands.check(name, result.dbias, expected.dbias, 1e-3);
                    return new TaskRun(
                            new Task.GroupNormGradient(
                                    result.dx,
                                    result.dweight,
                                    result.dbias,
                                    dy,
                                    x,
                                    weight,
                                    samples,
                                    groups,
                                    groups * channels,
                                    inner,
                                    EPS),
                            run);
                });
    }

    private record Result(MemorySegment dx, MemorySegment dweight, MemorySegment dbias) {
        static Result of(long count, int channels) {
            return new Result(
                    Operands.empty(count), Operands.empty(channels), Operands.empty(channels));
        }
    }

    private static MemorySegment last(MemorySegment rows, int size) {
        long count = (long) SAMPLE * size;
        return Operands.part(rows, rows.byteSize() / 4 - count, count);
    }
}
