package dev.tenon.kernel;

import dev.tenon.dtype.BlockFormat;
import dev.tenon.dtype.DType;
import java.lang.foreign.MemorySegment;

/// Kernels of the family Quant: products with the weights of language models, which stay in the few
/// bits that the model's file has.
///
/// With [BlockFormat#F16] and [BlockFormat#BF16] weights are widened and multiplied in F32. With
/// the quantised formats also the activations become integers, 32 at a time, so that a block's
/// products are added up exactly:
///
/// ```
/// dx = max |x| / 127        qx = x (127 / max |x|), to the nearest integer, ties to even
/// y  = sum over blocks of (dw dx) (sum of qw qx)
/// ```
///
/// All but the outer sum is the same in every version: the divisions, the products with the inverse
/// and `dw dx` are each rounded to F32, and where `127 / max |x|` exceeds the largest F32 that
/// takes its place (numbers below 4e-37 become zeros). A block of activations with a NaN or an
/// infinity makes its row's results NaN.
///
/// The order in which the terms of an element are added depends on `k` alone, so that a row's
/// result depends on neither the rows around it nor the number of threads.
public interface QuantKernel {
    /// Weights as the kernel that packed them wants them.
    ///
    /// @param format the format that they were packed from
    /// @param rows n, the outputs
    /// @param columns k, the inputs, whole blocks
    /// @param data what [#pack] wrote, [#packedBytes] long
    record Weights(BlockFormat format, int rows, int columns, MemorySegment data) {}

    /// Returns the bytes that weights `[rows, columns]` take when packed.
    long packedBytes(BlockFormat format, int rows, int columns);

    /// Brings weights into the order in which this kernel reads them: once, when a model is loaded.
    ///
    /// @param packed where they go, from its beginning, at least [#packedBytes] long
    /// @param blocks `[rows, columns]` as a GGUF file has them, row by row, from its beginning
    /// @throws IllegalArgumentException if `columns` is no multiple of 32, or a segment is too
    ///   small
    Weights pack(
            MemorySegment packed, MemorySegment blocks, BlockFormat format, int rows, int columns);

    /// `y = x W^T`.
    ///
    /// @param y `[m, n]` F32, stride 1 along its last axis; it does not overlap `x`
    /// @param x `[m, k]` F32, stride 1 along its last axis
    /// @param weights `W [n, k]`, packed by this same kernel
    void multiply(Strided y, Strided x, Weights weights);

    /// Checks what [#pack] asks for.
    ///
    /// @throws IllegalArgumentException if it does not hold
    static void check(
            MemorySegment packed,
            long packedBytes,
            MemorySegment blocks,
            BlockFormat format,
            int rows,
            int columns) {
        if (columns % 32 != 0) {
            throw new IllegalArgumentException(
                    "quant: the weights' columns must be a multiple of 32; got "
                            + format
                            + " ["
                            + rows
                            + ", "
                            + columns
                            + "]");
        }
        long bytes = rows * format.bytes(columns);
        if (packed.byteSize() < packedBytes || blocks.byteSize() < bytes) {
            throw new IllegalArgumentException(
                    String.format(
                            "quant: weights %s [%d, %d] need %d bytes and %d packed; got %d and %d",
                            format,
                            rows,
                            columns,
                            bytes,
                            packedBytes,
                            blocks.byteSize(),
                            packed.byteSize()));
        }
    }

    /// Checks what [#multiply] asks for: a kernel of machine code has nothing else that stops it at
    /// the end of a buffer.
    ///
    /// @throws IllegalArgumentException if it does not hold
    static void check(Strided y, Strided x, Weights weights, long packedBytes) {
        boolean fits =
                y.type() == DType.F32
                        && x.type() == DType.F32
                        && y.sizes().length == 2
                        && x.sizes().length == 2
                        && y.sizes()[0] == x.sizes()[0]
                        && y.sizes()[1] == weights.rows()
                        && x.sizes()[1] == weights.columns()
                        && inside(y)
                        && inside(x)
                        && weights.data().byteSize() >= packedBytes;
        if (!fits) {
            throw new IllegalArgumentException(
                    "quant: y [m, n] and x [m, k] must be rows of F32 for weights [n, k]; got y "
                            + y
                            + ", x "
                            + x
                            + ", weights "
                            + weights);
        }
    }

    private static boolean inside(Strided x) {
        if (x.count() == 0) {
            return true;
        }
        long last = x.offset() + (x.sizes()[0] - 1) * x.strides()[0] + x.sizes()[1];
        return (x.strides()[1] == 1 || x.sizes()[1] == 1)
                && x.strides()[0] >= 0
                && x.offset() >= 0
                && last <= x.data().byteSize() / 4;
    }
}
