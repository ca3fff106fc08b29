package dev.tenon.kernel.vector;

import dev.tenon.dtype.DType;
import dev.tenon.kernel.BinaryOp;
import dev.tenon.kernel.ElementwiseKernel;
import dev.tenon.kernel.Nest;
import dev.tenon.kernel.Parallel;
import dev.tenon.kernel.Strided;
import dev.tenon.kernel.UnaryOp;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// The family Elementwise on the Vector API, for F32; other types and SIN, COS and POW go below, in
/// parts that run side by side.
public final class VectorElementwise implements ElementwiseKernel {
    private static final int LENGTH = Lanes.FLOATS.length();
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
    // three vectors per thread, for the elements after the last whole vector: they must get the
    // same
    // bits as in a vector, wherever a batch puts them
    private static final ThreadLocal<MemorySegment> REST =
            ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(3L * 64, 64));

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
        if (op == UnaryOp.POW && a == 2) {
            unary(y, x, count, UnaryOp.SQUARE, 0, 0, type);
        } else if (type == DType.F32 && VectorUnary.has(op) && Lanes.takes(y) && Lanes.takes(x)) {
            Parallel.range(count, Nest.GRAIN, (from, to) -> part(y, x, from, to, op, a, b));
        } else {
            Parallel.range(
                    count,
                    Nest.GRAIN,
                    (from, to) ->
                            below.unary(
                                    slice(y, from, to, type),
                                    slice(x, from, to, type),
                                    to - from,
                                    op,
                                    a,
                                    b,
                                    type));
        }
    }

    private static void part(
            MemorySegment y, MemorySegment x, long from, long to, UnaryOp op, double a, double b) {
        long whole = from + (to - from) / LENGTH * LENGTH;
        VectorUnary.run(op, y, x, from, whole, a, b);
        if (whole < to) {
            MemorySegment rest = REST.get();
            long bytes = (to - whole) * 4;
            MemorySegment.copy(x, whole * 4, rest, 0, bytes);
            VectorUnary.run(op, rest, rest, 0, LENGTH, a, b);
            MemorySegment.copy(rest, 0, y, whole * 4, bytes);
        }
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
        if (op == UnaryOp.POW && a == 2) {
            unaryGradient(dx, dy, x, count, UnaryOp.SQUARE, 0, 0, type);
        } else if (type == DType.F32
                && VectorUnary.has(op)
                && Lanes.takes(dx)
                && Lanes.takes(dy)
                && Lanes.takes(x)) {
            Parallel.range(
                    count, Nest.GRAIN, (from, to) -> gradientPart(dx, dy, x, from, to, op, a, b));
        } else {
            Parallel.range(
                    count,
                    Nest.GRAIN,
                    (from, to) ->
                            below.unaryGradient(
                                    slice(dx, from, to, type),
                                    slice(dy, from, to, type),
                                    slice(x, from, to, type),
                                    to - from,
                                    op,
                                    a,
                                    b,
                                    type));
        }
    }

    private static void gradientPart(
            MemorySegment dx,
            MemorySegment dy,
            MemorySegment x,
            long from,
            long to,
            UnaryOp op,
            double a,
            double b) {
        long whole = from + (to - from) / LENGTH * LENGTH;
        VectorUnaryGradient.run(op, dx, dy, x, from, whole, a, b);
        if (whole < to) {
            MemorySegment rest = REST.get();
            long bytes = (to - whole) * 4;
            MemorySegment.copy(dy, whole * 4, rest, 64, bytes);
            MemorySegment.copy(x, whole * 4, rest, 128, bytes);
            VectorUnaryGradient.run(op, rest, rest.asSlice(64), rest.asSlice(128), 0, LENGTH, a, b);
            MemorySegment.copy(rest, 0, dx, whole * 4, bytes);
        }
    }

    private static MemorySegment slice(MemorySegment data, long from, long to, DType type) {
        return data.asSlice(type.bytes(from), type.bytes(to - from));
    }

    @Override
    public void binary(Strided y, Strided a, Strided b, BinaryOp op) {
        if (VectorBinary.takes(y, a, b, op)) {
            VectorBinary.run(Nest.of(y, a, b), y, a, b, op);
        } else {
            slabs(
                    y,
                    (from, to) ->
                            below.binary(
                                    slab(y, from, to), slab(a, from, to), slab(b, from, to), op));
        }
    }

    @Override
    public void where(Strided y, Strided condition, Strided a, Strided b) {
        if (y.type() != DType.F32 || condition.type() != DType.BOOL) {
            slabs(
                    y,
                    (from, to) ->
                            below.where(
                                    slab(y, from, to),
                                    slab(condition, from, to),
                                    slab(a, from, to),
                                    slab(b, from, to)));
            return;
        }
        Nest nest = Nest.of(y, condition, a, b);
        long cStep = nest.innerStride(1);
        long aStep = nest.innerStride(2);
        long bStep = nest.innerStride(3);
        nest.rows(
                Nest.GRAIN,
                (at, count) -> {
                    for (int i = 0; i < count; i++) {
                        byte c = condition.data().get(ValueLayout.JAVA_BYTE, at[1] + i * cStep);
                        float u = a.data().get(FLOAT, (at[2] + i * aStep) * 4);
                        float v = b.data().get(FLOAT, (at[3] + i * bStep) * 4);
                        y.data().set(FLOAT, (at[0] + i) * 4, c != 0 ? u : v);
                    }
                });
    }

    @Override
    public void copy(Strided y, Strided x) {
        if (!VectorCopy.run(y, x)) {
            slabs(y, (from, to) -> below.copy(slab(y, from, to), slab(x, from, to)));
        }
    }

    /// Runs `part` on ranges of the first axis.
    private static void slabs(Strided y, Parallel.Range part) {
        if (y.sizes().length == 0) {
            part.run(0, 1);
            return;
        }
        long slab = y.count() / Math.max(1, y.sizes()[0]);
        Parallel.range(y.sizes()[0], Math.max(1, Nest.GRAIN / Math.max(1, slab)), part);
    }

    private static Strided slab(Strided operand, long from, long to) {
        if (operand.sizes().length == 0) {
            return operand;
        }
        int[] sizes = operand.sizes().clone();
        sizes[0] = (int) (to - from);
        long offset = operand.offset() + from * operand.strides()[0];
        return new Strided(operand.data(), operand.type(), offset, sizes, operand.strides());
    }
}
