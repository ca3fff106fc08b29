package dev.tenon.bench;

import dev.tenon.bench.peer.Task;
import dev.tenon.bench.peer.TaskRun;
import dev.tenon.dtype.DType;
import dev.tenon.kernel.MatmulKernel;
import dev.tenon.kernel.Strided;
import dev.tenon.tensor.Backend;
import java.lang.foreign.MemorySegment;
import java.util.List;

/// Matrix products.
final class MatmulBenchmark {
    private MatmulBenchmark() {}

    static List<Trial> trials() {
        Trial small = product("matmul 256x256x256", 256, 256, 256, false);
        Trial large = product("matmul 1024x1024x1024", 1024, 1024, 1024, false);
        return List.of(
                small.onOneThread(),
                small,
                large.onOneThread(),
                large,
                product("matmul 128x2048x2048, linear layer", 128, 2048, 2048, true),
                product("matmul 32x128x64, small layer", 32, 128, 64, true),
                reading("matmul 1x4096x4096, row times matrix", 1, false).onOneThread(),
                reading("matmul 1x4096x4096, row times matrix", 1, false),
                reading("matmul 1x4096x4096, matrix times column", 1, true),
                reading("matmul 8x4096x4096", 8, false),
                reading("matmul 8x4096x4096, linear layer", 8, true));
    }

    /// `c [m, 4096] = a [m, 4096] b [4096, 4096]`: so few rows that `b`, read once, takes longer
    /// than the arithmetic.
    private static Trial reading(String name, int m, boolean transposed) {
        int size = 4096;
        Trial trial = product(name, m, size, size, transposed);
        return Trial.of(name, Work.READING, 4.0 * size * size, trial.prepare());
    }

    /// `c [m, n] = a [m, k] b [k, n]`.
    ///
    /// @param transposed stores `b` as `[n, k]`, as a linear layer does its weight
    static Trial product(String name, int m, int n, int k, boolean transposed) {
        return Trial.of(
                name,
                Work.ARITHMETIC,
                2.0 * m * n * k,
                () -> {
                    MatmulKernel kernel = Backend.kernels().matmul();
                    MemorySegment c = Operands.empty((long) m * n);
                    Strided a = matrix(Operands.numbers((long) m * k), 0, m, k, k, 1);
                    MemorySegment right = Operands.numbers((long) k * n);
                    Strided b =
                            transposed
                                    ? matrix(right, 0, k, n, 1, k)
                                    : matrix(right, 0, k, n, n, 1);
                    Strided y = matrix(c, 0, m, n, n, 1);
                    kernel.multiply(y, a, b, false);
                    for (int row : new int[] {0, m / 2, m - 1}) {
                        MemorySegment expected = Operands.empty(n);
                        Operands.DEFINITION
                                .matmul()
                                .multiply(
                                        matrix(expected, 0, 1, n, n, 1),
                                        matrix(a.data(), (long) row * k, 1, k, k, 1),
                                        b,
                                        false);
                        Operands.check(
                                name,
                                Operands.part(c, (long) row * n, n),
                                expected,
                                1e-5 * Math.sqrt(k));
                    }
                    return new TaskRun(
                            new Task.Matmul(c, a.data(), right, m, n, k, transposed),
                            () -> kernel.multiply(y, a, b, false));
                });
    }

    private static Strided matrix(
            MemorySegment data, long offset, int rows, int columns, long down, long across) {
        return new Strided(
                data,
                DType.F32,
                offset,
                new int[] {1, rows, columns},
                new long[] {0, down, across});
    }
}
