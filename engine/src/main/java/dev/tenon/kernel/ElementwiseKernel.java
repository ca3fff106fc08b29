package dev.tenon.kernel;

import dev.tenon.dtype.DType;
import java.lang.foreign.MemorySegment;

/// Kernels of the family Elementwise: maps over elements with broadcasting, and copies with
/// conversion.
///
/// Outputs come first and never overlap an input, unless they are exactly the same elements.
public interface ElementwiseKernel {
    /// `y = op(x)` over `count` contiguous elements.
    ///
    /// @param type F32 or F64
    /// @param a the op's first setting, ignored by ops without
    /// @param b the op's second setting, ignored by ops without
    void unary(
            MemorySegment y,
            MemorySegment x,
            long count,
            UnaryOp op,
            double a,
            double b,
            DType type);

    /// `dx = dy * op'(x)` over `count` contiguous elements.
    void unaryGradient(
            MemorySegment dx,
            MemorySegment dy,
            MemorySegment x,
            long count,
            UnaryOp op,
            double a,
            double b,
            DType type);

    /// `y = op(a, b)`; `y` is contiguous, all three have the same sizes, `a` and `b` the same type.
    /// Integer types compute in 64 bits.
    void binary(Strided y, Strided a, Strided b, BinaryOp op);

    /// `y = condition ? a : b`, by a BOOL condition; `y`, `a` and `b` have one type.
    void where(Strided y, Strided condition, Strided a, Strided b);

    /// `y = x`, converted to `y`'s type; both may be strided, and their sizes are equal.
    void copy(Strided y, Strided x);
}
