package dev.tenon.bench;

import dev.tenon.bench.peer.Task;
import dev.tenon.bench.peer.TaskRun;
import dev.tenon.dtype.DType;
import dev.tenon.kernel.ReduceKernel;
import dev.tenon.tensor.Backend;
import java.lang.foreign.MemorySegment;
import java.util.List;

/// Sums and softmax of a matrix of 4096 by 4096.
final class ReduceBenchmark {
    private static final int SIDE = 1 << 12;
    private static final long COUNT = (long) SIDE * SIDE;

    private ReduceBenchmark() {}

    static List<Trial> trials() {
        return List.of(rowSums(), columnSums(), softmax(), softmaxGradient());
    }

    private static Trial rowSums() {
        String name = "sum 4096x4096, of rows";
        return Trial.of(
                name,
                Work.READING,
                4.0 * COUNT,
                () -> {
                    ReduceKernel kernel = Backend.kernels().reduce();
                    MemorySegment x = Operands.numbers(COUNT);
                    MemorySegment y = Operands.empty(SIDE);
                    kernel.sum(y, x, SIDE, SIDE, 1, DType.F32);
                    MemorySegment expected = Operands.empty(1);
                    Operands.DEFINITION.reduce().sum(expected, lastRow(x), 1, SIDE, 1, DType.F32);
                    Operands.check(name, Operands.part(y, SIDE - 1, 1), expected, 1e-4);
                    return () -> kernel.sum(y, x, SIDE, SIDE, 1, DType.F32);
                });
    }

    private static Trial columnSums() {
        String name = "sum 4096x4096, of columns";
        return Trial.of(
                name,
                Work.READING,
                4.0 * COUNT,
                () -> {
                    ReduceKernel kernel = Backend.kernels().reduce();
                    MemorySegment x = Operands.numbers(COUNT);
                    MemorySegment y = Operands.empty(SIDE);
                    kernel.sum(y, x, 1, SIDE, SIDE, DType.F32);
                    MemorySegment expected = Operands.empty(SIDE);
                    Operands.DEFINITION.reduce().sum(expected, x, 1, SIDE, SIDE, DType.F32);
                    Operands.check(name, y, expected, 1e-4);
                    return () -> kernel.sum(y, x, 1, SIDE, SIDE, DType.F32);
                });
    }

    private static Trial softmax() {
        String name = "softmax 4096x4096";
        return Trial.of(
                name,
                Work.MOVING,
                8.0 * COUNT,
                () -> {
                    ReduceKernel kernel = Backend.kernels().reduce();
                    MemorySegment x = Operands.numbers(COUNT);
                    MemorySegment y = Operands.empty(COUNT);
                    kernel.softmax(y, x, SIDE, SIDE, 1, false, DType.F32);
                    MemorySegment expected = Operands.empty(SIDE);
                    Operands.DEFINITION
                            .reduce()
                            .softmax(expected, lastRow(x), 1, SIDE, 1, false, DType.F32);
                    Operands.check(name, lastRow(y), expected, 1e-6 / SIDE);
                    return new TaskRun(
                            new Task.Softmax(y, x, SIDE, SIDE),
                            () -> kernel.softmax(y, x, SIDE, SIDE, 1, false, DType.F32));
                });
    }

    private static Trial softmaxGradient() {
        String name = "softmax 4096x4096, backward";
        return Trial.of(
                name,
                Work.JOINING,
                12.0 * COUNT,
                () -> {
                    ReduceKernel kernel = Backend.kernels().reduce();
                    MemorySegment y = Operands.empty(COUNT);
                    kernel.softmax(y, Operands.numbers(COUNT), SIDE, SIDE, 1, false, DType.F32);
                    MemorySegment dy = Operands.numbers(COUNT);
                    MemorySegment dx = Operands.empty(COUNT);
                    kernel.softmaxGradient(dx, dy, y, SIDE, SIDE, 1, false, DType.F32);
                    MemorySegment expected = Operands.empty(SIDE);
                    Operands.DEFINITION
                            .reduce()
                            .softmaxGradient(
                                    expected,
                                    lastRow(dy),
                                    lastRow(y),
                                    1,
                                    SIDE,
                                    1,
                                    false,
                                    DType.F32);
                    Operands.check(name, lastRow(dx), expected, 1e-5 / SIDE);
                    return new TaskRun(
                            new Task.SoftmaxGradient(dx, dy, y, SIDE, SIDE),
                            () ->
                                    kernel.softmaxGradient(
                                            dx, dy, y, SIDE, SIDE, 1, false, DType.F32));
                });
    }

    private static MemorySegment lastRow(MemorySegment matrix) {
        return Operands.part(matrix, COUNT - SIDE, SIDE);
    }
}
