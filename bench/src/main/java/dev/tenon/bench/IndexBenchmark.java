package dev.tenon.bench;

import dev.tenon.dtype.DType;
import dev.tenon.kernel.IndexKernel;
import dev.tenon.tensor.Backend;
import java.lang.foreign.MemorySegment;
import java.util.List;

/// Rows of 768 elements picked from a table, as an embedding does, and put back.
final class IndexBenchmark {
    private static final int ROWS = 32_768;
    private static final int PICKS = 16_384;
    private static final int WIDTH = 768;

    private IndexBenchmark() {}

    static List<Trial> trials() {
        return List.of(take(), takeGradient());
    }

    private static Trial take() {
        String name = "embedding 32768x768, 16384 rows, forward";
        return Trial.of(
                name,
                Work.MOVING,
                8.0 * PICKS * WIDTH,
                () -> {
                    IndexKernel kernel = Backend.kernels().index();
                    MemorySegment x = Operands.numbers((long) ROWS * WIDTH);
                    MemorySegment index = Operands.indices(PICKS, ROWS);
                    MemorySegment y = Operands.empty((long) PICKS * WIDTH);
                    kernel.take(y, x, index, PICKS, WIDTH, DType.F32);
                    MemorySegment expected = Operands.empty(WIDTH);
                    Operands.DEFINITION
                            .index()
                            .take(
                                    expected,
                                    x,
                                    index.asSlice(8L * (PICKS - 1)),
                                    1,
                                    WIDTH,
                                    DType.F32);
                    Operands.check(
                            name, Operands.part(y, (PICKS - 1L) * WIDTH, WIDTH), expected, 0);
                    return () -> kernel.take(y, x, index, PICKS, WIDTH, DType.F32);
                });
    }

    private static Trial takeGradient() {
        String name = "embedding 32768x768, 16384 rows, backward";
        return Trial.of(
                name,
                Work.MOVING,
                // dx is cleared, then read and written where it was picked; dy is read
                4.0 * ROWS * WIDTH + 12.0 * PICKS * WIDTH,
                () -> {
                    IndexKernel kernel = Backend.kernels().index();
                    MemorySegment dy = Operands.numbers((long) PICKS * WIDTH);
                    MemorySegment index = Operands.indices(PICKS, ROWS);
                    MemorySegment dx = Operands.empty((long) ROWS * WIDTH);
                    kernel.takeGradient(dx, dy, index, PICKS, WIDTH, DType.F32);
                    MemorySegment expected = Operands.empty((long) ROWS * WIDTH);
                    Operands.DEFINITION
                            .index()
                            .takeGradient(expected, dy, index, PICKS, WIDTH, DType.F32);
                    Operands.check(name, dx, expected, 1e-6);
                    return () -> kernel.takeGradient(dx, dy, index, PICKS, WIDTH, DType.F32);
                });
    }
}
