package dev.tenon.bench;

import dev.tenon.bench.peer.Task;
import dev.tenon.bench.peer.TaskRun;
import dev.tenon.dtype.DType;
import dev.tenon.kernel.BinaryOp;
import dev.tenon.kernel.ElementwiseKernel;
import dev.tenon.kernel.Strided;
import dev.tenon.kernel.UnaryOp;
import dev.tenon.tensor.Backend;
import java.lang.foreign.MemorySegment;
import java.util.List;

/// Maps over 16,777,216 elements: too many for any cache.
final class ElementwiseBenchmark {
    private static final int COUNT = 1 << 24;
    private static final int SIDE = 1 << 12;
    private static final int SAMPLE = 1 << 12;

    private ElementwiseBenchmark() {}

    static List<Trial> trials() {
        return List.of(
                add("add 16M"),
                copy("copy 16M", 1),
                copy("copy 4096x4096, transposed", SIDE),
                unary("exp 16M", UnaryOp.EXP),
                unary("tanh 16M", UnaryOp.TANH),
                unary("sigmoid 16M", UnaryOp.SIGMOID),
                unary("silu 16M", UnaryOp.SILU),
                unary("gelu 16M", UnaryOp.GELU_ERF),
                unaryGradient("gelu 16M, backward", UnaryOp.GELU_ERF));
    }

    private static Trial add(String name) {
        return Trial.of(
                name,
                Work.JOINING,
                12.0 * COUNT,
                () -> {
                    ElementwiseKernel kernel = Backend.kernels().elementwise();
                    Strided a = row(Operands.numbers(COUNT));
                    Strided b = row(Operands.numbers(COUNT));
                    Strided y = row(Operands.empty(COUNT));
                    kernel.binary(y, a, b, BinaryOp.ADD);
                    MemorySegment expected = Operands.empty(SAMPLE);
                    Operands.DEFINITION
                            .elementwise()
                            .binary(row(expected), last(a), last(b), BinaryOp.ADD);
                    Operands.check(name, last(y).data(), expected, 1e-6);
                    return () -> kernel.binary(y, a, b, BinaryOp.ADD);
                });
    }

    /// @param stride between neighbours of the source: 1, or the side of a square to transpose
    private static Trial copy(String name, int stride) {
        return Trial.of(
                name,
                Work.MOVING,
                8.0 * COUNT,
                () -> {
                    ElementwiseKernel kernel = Backend.kernels().elementwise();
                    int[] sizes = {SIDE, SIDE};
                    Strided x =
                            new Strided(
                                    Operands.numbers(COUNT),
                                    DType.F32,
                                    0,
                                    sizes,
                                    stride == 1 ? new long[] {SIDE, 1} : new long[] {1, SIDE});
                    Strided y =
                            new Strided(
                                    Operands.empty(COUNT),
                                    DType.F32,
                                    0,
                                    sizes,
                                    new long[] {SIDE, 1});
                    kernel.copy(y, x);
                    MemorySegment expected = Operands.empty(SIDE);
                    long down = x.strides()[0];
                    Operands.DEFINITION
                            .elementwise()
                            .copy(
                                    row(expected),
                                    new Strided(
                                            x.data(),
                                            DType.F32,
                                            (SIDE - 1) * down,
                                            new int[] {SIDE},
                                            new long[] {x.strides()[1]}));
                    Operands.check(
                            name, Operands.part(y.data(), (SIDE - 1L) * SIDE, SIDE), expected, 0);
                    return () -> kernel.copy(y, x);
                });
    }

    private static Trial unary(String name, UnaryOp op) {
        return Trial.of(
                name,
                Work.MOVING,
                8.0 * COUNT,
                () -> {
                    ElementwiseKernel kernel = Backend.kernels().elementwise();
                    MemorySegment x = Operands.numbers(COUNT);
                    MemorySegment y = Operands.empty(COUNT);
                    kernel.unary(y, x, COUNT, op, 0, 0, DType.F32);
                    MemorySegment expected = Operands.empty(SAMPLE);
                    Operands.DEFINITION
                            .elementwise()
                            .unary(expected, last(x), SAMPLE, op, 0, 0, DType.F32);
                    Operands.check(name, last(y), expected, 2e-6);
                    return new TaskRun(
                            new Task.Unary(y, x, op),
                            () -> kernel.unary(y, x, COUNT, op, 0, 0, DType.F32));
                });
    }

    private static Trial unaryGradient(String name, UnaryOp op) {
        return Trial.of(
                name,
                Work.JOINING,
                12.0 * COUNT,
                () -> {
                    ElementwiseKernel kernel = Backend.kernels().elementwise();
                    MemorySegment x = Operands.numbers(COUNT);
                    MemorySegment dy = Operands.numbers(COUNT);
                    MemorySegment dx = Operands.empty(COUNT);
                    kernel.unaryGradient(dx, dy, x, COUNT, op, 0, 0, DType.F32);
                    MemorySegment expected = Operands.empty(SAMPLE);
                    Operands.DEFINITION
                            .elementwise()
                            .unaryGradient(
                                    expected, last(dy), last(x), SAMPLE, op, 0, 0, DType.F32);
                    Operands.check(name, last(dx), expected, 2e-6);
                    return new TaskRun(
                            new Task.UnaryGradient(dx, dy, x, op),
                            () -> kernel.unaryGradient(dx, dy, x, COUNT, op, 0, 0, DType.F32));
                });
    }

    private static Strided row(MemorySegment data) {
        return new Strided(
                data,
                DType.F32,
                0,
                new int[] {Math.toIntExact(data.byteSize() / 4)},
                new long[] {1});
    }

    private static Strided last(Strided all) {
        return row(last(all.data()));
    }

    private static MemorySegment last(MemorySegment all) {
        return Operands.part(all, all.byteSize() / 4 - SAMPLE, SAMPLE);
    }
}
