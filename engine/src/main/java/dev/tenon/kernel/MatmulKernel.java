package dev.tenon.kernel;

/// Kernels of the family Matmul: matrix products.
public interface MatmulKernel {
    /// `c = a b`, or `c += a b`, for each matrix of a batch.
    ///
    /// The order in which an element's products are added depends on `k` alone, so that it has the
    /// same bits whatever `batch`, `m` and `n` are: a row's result does not depend on the rows
    /// around it.
    ///
    /// @param c `[batch, m, n]`, stride 1 along its last axis; it overlaps neither operand
    /// @param a `[batch, m, k]`, any strides; a stride of 0 along the batch repeats one matrix
    /// @param b `[batch, k, n]`, any strides likewise; all three have one type, F32 or F64
    /// @param accumulate adds to what `c` holds instead of overwriting it
    void multiply(Strided c, Strided a, Strided b, boolean accumulate);

    /// `c = activation(alpha * a b + beta * c + bias)` for each matrix of a batch; operands and
    /// order as in [#multiply(Strided, Strided, Strided, boolean)].
    void multiply(Strided c, Strided a, Strided b, Epilogue epilogue);
}
