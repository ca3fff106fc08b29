package dev.tenon.bench;

import dev.tenon.tensor.Autograd;
import dev.tenon.tensor.MatmulOps;
import dev.tenon.tensor.Memory;
import dev.tenon.tensor.Tensor;

/// Times matrix products.
public final class MatmulBenchmark {
    private MatmulBenchmark() {}

    /// Returns the F32 operations a second (two to a multiply-add) of `a [batch, m, k]` times `b
    /// [batch, k, n]`, after checking one element of the result.
    ///
    /// @param transposed stores `b` as `[batch, n, k]`, as a linear layer does
    /// @throws IllegalStateException if the result is wrong
    public static double flops(int batch, int m, int n, int k, boolean transposed) {
        Tensor a = Operands.wave(batch, m, k);
        Tensor b =
                transposed
                        ? Operands.wave(batch, n, k).transpose(1, 2)
                        : Operands.wave(batch, k, n);
        Tensor c = MatmulOps.matmul(a, b).keep();
        double expected = 0;
        for (int i = 0; i < k; i++) {
            expected += a.at(batch - 1, m - 1, i) * b.at(batch - 1, i, n - 1);
        }
        Operands.check("matmul", c.at(batch - 1, m - 1, n - 1), expected, k);
        double seconds =
                Stopwatch.seconds(() -> Autograd.noGrad(() -> Memory.tidy(() -> run(a, b))));
        return 2.0 * batch * m * n * k / seconds;
    }

    private static void run(Tensor a, Tensor b) {
        MatmulOps.matmul(a, b);
    }
}
