package dev.tenon.kernel.machine;

import dev.tenon.dtype.DType;
import dev.tenon.kernel.NormKernel;
import dev.tenon.kernel.NormShape;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// The family Norm in machine code, F32; other types and operands on the heap go below.
///
/// A sample's results do not depend on the other samples, and weight gradients are added up in a
/// fixed order, whatever the number of threads.
public final class MachineNorm implements NormKernel {
    /// Channels of fewer elements are normalised by rows, whose vectors reach across channels.
    private static final int SHORT = 64;

    /// Bytes of a result from which on it is stored past the caches.
    private static final long PAST_CACHES = 16L << 20;

    private final Isa isa;
    private final NormKernel below;
    private final MachineRowNorm rows;
    private final MachinePlaneNorm planes;

    /// @param below the backend that does what has no machine code
    MachineNorm(Isa isa, NormKernel below) {
        this.isa = isa;
        this.below = below;
        rows = new MachineRowNorm(isa);
        planes = new MachinePlaneNorm(isa);
    }

    @Override
    public void normalize(
            MemorySegment y,
            MemorySegment mean,
            MemorySegment rstd,
            MemorySegment x,
            @Nullable MemorySegment weight,
            @Nullable MemorySegment bias,
            NormShape shape,
            double eps,
            DType type) {
        if (!takes(type, shape, y, mean, rstd, x, weight, bias)) {
            below.normalize(y, mean, rstd, x, weight, bias, shape, eps, type);
            return;
        }
        check(shape, 4 * shape.count(), y, x);
        check(shape, 8L * shape.rows(), mean, rstd);
        check(shape, 4L * shape.parameters(), weight, bias);
        boolean streams = streams(y, shape);
        if (shape.inner() < SHORT) {
            rows.forward(shape, y, mean, rstd, x, weight, bias, eps, streams);
        } else {
            planes.forward(shape, y, mean, rstd, x, weight, bias, eps, streams);
        }
    }

    @Override
    public void normalizeGradient(
            @Nullable MemorySegment dx,
            @Nullable MemorySegment dweight,
            @Nullable MemorySegment dbias,
            MemorySegment dy,
            MemorySegment x,
            MemorySegment mean,
            MemorySegment rstd,
            @Nullable MemorySegment weight,
            NormShape shape,
            DType type) {
        if (!takes(type, shape, dx, dweight, dbias, dy, x, mean, rstd, weight)) {
            below.normalizeGradient(dx, dweight, dbias, dy, x, mean, rstd, weight, shape, type);
            return;
        }
        check(shape, 4 * shape.count(), dx, dy, x);
        check(shape, 8L * shape.rows(), mean, rstd);
        check(shape, 4L * shape.parameters(), dweight, dbias, weight);
        boolean streams = streams(dx, shape);
        if (shape.inner() < SHORT) {
            rows.backward(shape, dx, dweight, dbias, dy, x, mean, rstd, weight, streams);
        } else {
            planes.backward(shape, dx, dweight, dbias, dy, x, mean, rstd, weight, streams);
        }
    }

    /// The loops of the routines begin with a turn: there must be an element.
    private static boolean takes(DType type, NormShape shape, @Nullable MemorySegment... operands) {
        boolean takes = type == DType.F32 && shape.count() > 0;
        for (MemorySegment operand : operands) {
            takes &= operand == null || operand.isNative();
        }
        return takes;
    }

    /// Machine code has no bounds of its own.
    private static void check(NormShape shape, long bytes, @Nullable MemorySegment... operands) {
        for (MemorySegment operand : operands) {
            if (operand != null && operand.byteSize() < bytes) {
                throw new IndexOutOfBoundsException(
                        "norm: an operand must have at least "
                                + bytes
                                + " bytes; got "
                                + operand.byteSize()
                                + " for "
                                + shape);
            }
        }
    }

    /// Says whether a result goes past the caches: it is large, and all its rows or planes begin
    /// where a vector may.
    private boolean streams(@Nullable MemorySegment result, NormShape shape) {
        int length = shape.inner() < SHORT ? shape.size() : shape.inner();
        return result != null
                && 4 * shape.count() >= PAST_CACHES
                && (result.address() | 4L * length) % isa.bytes() == 0;
    }
}
