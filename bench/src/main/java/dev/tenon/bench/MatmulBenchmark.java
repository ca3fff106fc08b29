package dev.tenon.bench;

import dev.tenon.bench.peer.Task;
import dev.tenon.bench.peer.TaskRun;
import dev.tenon.dtype.DType;
import dev.tenon.kernel.Epilogue;
import dev.tenon.kernel.Kernels;
import dev.tenon.kernel.MatmulKernel;
import dev.tenon.kernel.Strided;
import dev.tenon.kernel.UnaryOp;
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
                reading("matmul 8x4096x4096, linear layer", 8, true),
                linear(128, 2048, 2048, UnaryOp.GELU_ERF, true),
                linear(128, 2048, 2048, UnaryOp.GELU_ERF, false),
                linear(8, 4096, 4096, UnaryOp.SILU, true),
                linear(8, 4096, 4096, UnaryOp.SILU, false),
                linear(4096, 4096, 64, UnaryOp.SILU, true),
                linear(4096, 4096, 64, UnaryOp.SILU, false));
    }

    /// `y [m, n] = activation(x [m, k] weight [n, k]' + bias)`; of little depth, the result is most
    /// of what is read and written.
    ///
    /// @param together whether the product's store applies the activation, as a layer does where no
    ///   gradient is asked for, or a pass of its own into other memory
    private static Trial linear(int m, int n, int k, UnaryOp activation, boolean together) {
        String function = activation == UnaryOp.GELU_ERF ? "GELU" : "SiLU";
        String layer =
                "linear %dx%dx%d %s %s".formatted(m, n, k, together ? "+" : "then", function);
        return m > 8
                ? Trial.of(
                        layer,
                        Work.ARITHMETIC,
                        2.0 * m * n * k,
                        () -> layer(layer, m, n, k, activation, together))
                : Trial.of(
                        layer,
                        Work.READING,
                        4.0 * n * k,
                        () -> layer(layer, m, n, k, activation, together));
    }

    private static Runnable layer(
            String name, int m, int n, int k, UnaryOp activation, boolean together) {
        Kernels kernels = Backend.kernels();
        MemorySegment y = Operands.empty((long) m * n);
        MemorySegment before = Operands.empty((long) m * n);
        MemorySegment x = Operands.numbers((long) m * k);
        MemorySegment weight = Operands.numbers((long) n * k);
        MemorySegment bias = Operands.numbers(n);
        Strided a = matrix(x, 0, m, k, k, 1);
        Strided b = matrix(weight, 0, k, n, 1, k);
        Epilogue epilogue = new Epilogue(1, 0, bias, activation);
        Runnable whole = () -> kernels.matmul().multiply(matrix(y, 0, m, n, n, 1), a, b, epilogue);
        Runnable apart =
                () -> {
                    kernels.matmul()
                            .multiply(matrix(before, 0, m, n, n, 1), a, b, Epilogue.of(bias));
                    kernels.elementwise()
                            .unary(y, before, (long) m * n, activation, 0, 0, DType.F32);
                };
        Runnable run = together ? whole : apart;
        run.run();
        for (int row : new int[] {0, m / 2, m - 1}) {
            MemorySegment expected = Operands.empty(n);
            Operands.DEFINITION
                    .matmul()
                    .multiply(
                            matrix(expected, 0, 1, n, n, 1),
                            matrix(x, (long) row * k, 1, k, k, 1),
                            b,
                            epilogue);
            MemorySegment result = Operands.part(y, (long) row * n, n);
            Operands.check(name, result, expected, 1e-5 * Math.sqrt(k));
        }
        return new TaskRun(new Task.Linear(y, x, weight, bias, m, n, k, activation), run);
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
