package dev.tenon.kernel.vector;

import dev.tenon.dtype.DType;
import dev.tenon.kernel.BinaryOp;
import dev.tenon.kernel.ElementwiseKernel;
import dev.tenon.kernel.Strided;
import dev.tenon.kernel.UnaryOp;
import java.lang.foreign.MemorySegment;

/// The family Elementwise on the Vector API.
public final class VectorElementwise implements ElementwiseKernel {
    private final ElementwiseKernel below;

    /// @param below the backend that does what has no vector form
    public VectorElementwise(ElementwiseKernel below) {
        this.below = below;
    }

    @Override
    public void unary(
            MemorySegment y,
            MemorySegment x,
            long count,
            UnaryOp op,
            double a,
            double b,
            DType type) {
        below.unary(y, x, count, op, a, b, type);
    }

    @Override
    public void unaryGradient(
            MemorySegment dx,
            MemorySegment dy,
            MemorySegment x,
            long count,
            UnaryOp op,
            double a,
            double b,
            DType type) {
        below.unaryGradient(dx, dy, x, count, op, a, b, type);
    }

    @Override
    public void binary(Strided y, Strided a, Strided b, BinaryOp op) {
        below.binary(y, a, b, op);
    }

    @Override
    public void where(Strided y, Strided condition, Strided a, Strided b) {
        below.where(y, condition, a, b);
    }

    @Override
    public void copy(Strided y, Strided x) {
        below.copy(y, x);
    }
}
