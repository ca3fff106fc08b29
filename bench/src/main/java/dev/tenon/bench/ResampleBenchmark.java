package dev.tenon.bench;

import dev.tenon.dtype.DType;
import dev.tenon.kernel.ResampleKernel;
import dev.tenon.kernel.ResampleKernel.Scaling;
import dev.tenon.kernel.ResampleKernel.Window;
import dev.tenon.tensor.Backend;
import java.lang.foreign.MemorySegment;
import java.util.List;

/// Half and twice the resolution of 64 images of 64 channels.
final class ResampleBenchmark {
    private static final int PLANES = 64 * 64;
    private static final int SIDE = 32;

    private ResampleBenchmark() {}

    static List<Trial> trials() {
        return List.of(maxPool(), bilinear(), bilinearGradient());
    }

    private static Trial maxPool() {
        String name = "max pool 64x64x32x32, 2x2";
        long in = SIDE * SIDE;
        long out = in / 4;
        return Trial.of(
                name,
                Work.JOINING,
                PLANES * (4.0 * in + 8.0 * out), // values and positions are written
                () -> {
                    ResampleKernel kernel = Backend.kernels().resample();
                    Window all = new Window(PLANES, SIDE, SIDE, 2, 2);
                    MemorySegment x = Operands.numbers(PLANES * in);
                    MemorySegment y = Operands.empty(PLANES * out);
                    MemorySegment positions = Operands.empty(DType.I32, PLANES * out);
                    kernel.maxPool(y, positions, x, all, DType.F32);
                    MemorySegment expected = Operands.empty(out);
                    Operands.DEFINITION
                            .resample()
                            .maxPool(
                                    expected,
                                    Operands.empty(DType.I32, out),
                                    last(x, in),
                                    new Window(1, SIDE, SIDE, 2, 2),
                                    DType.F32);
                    Operands.check(name, last(y, out), expected, 0);
                    return () -> kernel.maxPool(y, positions, x, all, DType.F32);
                });
    }

    private static Trial bilinear() {
        String name = "bilinear 64x64x16x16 to 32x32, forward";
        long in = SIDE * SIDE / 4;
        long out = SIDE * SIDE;
        return Trial.of(
                name,
                Work.streams(1, 3),
                PLANES * 4.0 * (in + out),
                () -> {
                    ResampleKernel kernel = Backend.kernels().resample();
                    MemorySegment x = Operands.numbers(PLANES * in);
                    MemorySegment y = Operands.empty(PLANES * out);
                    kernel.bilinear(y, x, twice(PLANES), DType.F32);
                    MemorySegment expected = Operands.empty(out);
                    Operands.DEFINITION
                            .resample()
                            .bilinear(expected, last(x, in), twice(1), DType.F32);
                    Operands.check(name, last(y, out), expected, 1e-6);
                    return () -> kernel.bilinear(y, x, twice(PLANES), DType.F32);
                });
    }

    private static Trial bilinearGradient() {
        String name = "bilinear 64x64x16x16 to 32x32, backward";
        long in = SIDE * SIDE / 4;
        long out = SIDE * SIDE;
        return Trial.of(
                name,
                Work.streams(4, 1),
                PLANES * 4.0 * (in + out),
                () -> {
                    ResampleKernel kernel = Backend.kernels().resample();
                    MemorySegment dy = Operands.numbers(PLANES * out);
                    MemorySegment dx = Operands.empty(PLANES * in);
                    kernel.bilinearGradient(dx, dy, twice(PLANES), DType.F32);
                    MemorySegment expected = Operands.empty(in);
                    Operands.DEFINITION
                            .resample()
                            .bilinearGradient(expected, last(dy, out), twice(1), DType.F32);
                    Operands.check(name, last(dx, in), expected, 1e-5);
                    return () -> kernel.bilinearGradient(dx, dy, twice(PLANES), DType.F32);
                });
    }

    private static Scaling twice(int planes) {
        return new Scaling(planes, SIDE / 2, SIDE / 2, SIDE, SIDE, true);
    }

    private static MemorySegment last(MemorySegment planes, long size) {
        return Operands.part(planes, (PLANES - 1) * size, size);
    }
}
