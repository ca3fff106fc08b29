package dev.tenon.bench;

import dev.tenon.dtype.DType;
import dev.tenon.kernel.LossKernel;
import dev.tenon.kernel.PairLoss;
import dev.tenon.tensor.Backend;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/// Mean squared error of 16,777,216 elements, and cross-entropy of 8192 rows of 1000 classes.
final class LossBenchmark {
    private static final int COUNT = 1 << 24;
    private static final int ROWS = 8192;
    private static final int CLASSES = 1000;

    private LossBenchmark() {}

    static List<Trial> trials() {
        return List.of(squares(), crossEntropy());
    }

    private static Trial squares() {
        String name = "mean squared error 16M";
        return Trial.of(
                name,
                Work.streams(2, 0),
                8.0 * COUNT,
                () -> {
                    LossKernel kernel = Backend.kernels().loss();
                    MemorySegment x = Operands.numbers(COUNT);
                    MemorySegment target = Operands.numbers(COUNT, 1);
                    Operands.check(
                            name,
                            kernel.pairSum(x, target, COUNT, PairLoss.SQUARED_ERROR, DType.F32),
                            Operands.DEFINITION
                                    .loss()
                                    .pairSum(x, target, COUNT, PairLoss.SQUARED_ERROR, DType.F32),
                            1e-5);
                    return () ->
                            kernel.pairSum(x, target, COUNT, PairLoss.SQUARED_ERROR, DType.F32);
                });
    }

    private static Trial crossEntropy() {
        String name = "cross-entropy 8192x1000";
        return Trial.of(
                name,
                Work.READING,
                4.0 * ROWS * CLASSES,
                () -> {
                    LossKernel kernel = Backend.kernels().loss();
                    MemorySegment logits = Operands.numbers((long) ROWS * CLASSES);
                    MemorySegment labels = Operands.indices(ROWS, CLASSES);
                    MemorySegment losses = Operands.empty(DType.F64, ROWS);
                    MemorySegment sums = Operands.empty(DType.F64, ROWS);
                    Runnable run =
                            () ->
                                    kernel.crossEntropy(
                                            losses, sums, logits, labels, ROWS, CLASSES, 1,
                                            DType.F32);
                    run.run();
                    MemorySegment expected = Operands.empty(DType.F64, 1);
                    Operands.DEFINITION
                            .loss()
                            .crossEntropy(
                                    expected,
                                    Operands.empty(DType.F64, 1),
                                    Operands.part(logits, (ROWS - 1L) * CLASSES, CLASSES),
                                    labels.asSlice(8L * (ROWS - 1)),
                                    1,
                                    CLASSES,
                                    1,
                                    DType.F32);
                    Operands.check(
                            name,
                            losses.getAtIndex(ValueLayout.JAVA_DOUBLE, ROWS - 1),
                            expected.getAtIndex(ValueLayout.JAVA_DOUBLE, 0),
                            1e-6);
                    return run;
                });
    }
}
