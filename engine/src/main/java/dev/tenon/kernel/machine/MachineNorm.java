package dev.tenon.kernel.machine;

import dev.tenon.dtype.DType;
import dev.tenon.kernel.NormEpilogue;
import dev.tenon.kernel.NormGradients;
import dev.tenon.kernel.NormKernel;
import dev.tenon.kernel.NormShape;
import dev.tenon.kernel.UnaryOp;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// The family Norm in machine code, F32, with residual and activation in the same pass over memory;
/// other types and operands on the heap go below.
///
/// A sample's results do not depend on the other samples, and weight gradients are added up in a
/// fixed order, whatever the number of threads.
public final class MachineNorm implements NormKernel {
    /// Channels of fewer elements are normalised by rows, or down columns where statistics are per
    /// channel: vectors reach across channels.
    private static final int SHORT = 64;

    /// Bytes of a result from which on it is stored past the caches.
    private static final long PAST_CACHES = 16L << 20;

    private final Isa isa;
    private final NormKernel below;
    private final MachineRowNorm rows;
    private final MachinePlaneNorm planes;
    private final MachineChannelNorm channels;
    private final MachineColumnNorm columns;
    private final MachineRmsNorm rootMeanSquare;

    /// @param below the backend that does what has no machine code
    MachineNorm(Isa isa, NormKernel below) {
        this.isa = isa;
        this.below = below;
        rows = new MachineRowNorm(isa);
        planes = new MachinePlaneNorm(isa);
        channels = new MachineChannelNorm(isa, planes);
        columns = new MachineColumnNorm(isa);
        rootMeanSquare = new MachineRmsNorm(isa);
    }

    @Override
    public void normalize(
            MemorySegment y,
            MemorySegment mean,
            MemorySegment rstd,
            MemorySegment x,
            NormEpilogue epilogue,
            NormShape shape,
            double eps,
            DType type) {
        if (!takes(type, shape, epilogue, y, mean, rstd, x)) {
            below.normalize(y, mean, rstd, x, epilogue, shape, eps, type);
            return;
        }
        check(shape, epilogue, mean, rstd);
        check(shape, 4 * shape.count(), y, x);
        boolean streams = streams(y, shape);
        if (shape.isLast()) {
            columns.forward(shape, y, mean, rstd, x, epilogue, eps, streams);
        } else if (shape.inner() < SHORT) {
            rows.forward(shape, y, mean, rstd, x, epilogue, eps, streams);
        } else {
            planes.forward(shape, y, mean, rstd, x, epilogue, eps, streams);
        }
    }

    @Override
    public void normalizeGradient(
            NormGradients gradients,
            MemorySegment dy,
            MemorySegment x,
            MemorySegment mean,
            MemorySegment rstd,
            NormEpilogue epilogue,
            NormShape shape,
            DType type) {
        MemorySegment dx = gradients.dx();
        MemorySegment dweight = gradients.dweight();
        MemorySegment dbias = gradients.dbias();
        MemorySegment dresidual = gradients.dresidual();
        if (!takes(type, shape, epilogue, dx, dweight, dbias, dresidual, dy, x, mean, rstd)) {
            below.normalizeGradient(gradients, dy, x, mean, rstd, epilogue, shape, type);
            return;
        }
        check(shape, epilogue, mean, rstd);
        check(shape, 4 * shape.count(), dx, dresidual, dy, x);
        check(shape, 4L * shape.parameters(), dweight, dbias);
        MemorySegment up = upstream(gradients, dy, epilogue, shape);
        boolean streams = streams(dx, shape);
        if (shape.isLast()) {
            columns.backward(shape, gradients, up, dy, x, mean, rstd, epilogue, streams);
        } else if (shape.inner() < SHORT) {
            rows.backward(shape, gradients, up, dy, x, mean, rstd, epilogue, streams);
        } else {
            planes.backward(shape, gradients, up, dy, x, mean, rstd, epilogue, streams);
        }
    }

    /// Returns where the gradient is that comes to the norm itself: an activation's is written to
    /// the residual's, or to `dx`, which is made of it element by element.
    private static MemorySegment upstream(
            NormGradients gradients, MemorySegment dy, NormEpilogue epilogue, NormShape shape) {
        MemorySegment dx = gradients.dx();
        MemorySegment dresidual = gradients.dresidual();
        if (epilogue.activation() != null) {
            MemorySegment given = dresidual != null ? dresidual : dx;
            return given != null ? given : Workspace.SLOPED.floats(shape.count());
        }
        if (dresidual != null) {
            MemorySegment.copy(dy, 0, dresidual, 0, 4 * shape.count());
        }
        return dy;
    }

    /// The loops of the routines begin with a turn: there must be an element.
    private static boolean takes(
            DType type,
            NormShape shape,
            NormEpilogue epilogue,
            @Nullable MemorySegment... operands) {
        UnaryOp activation = epilogue.activation();
        return type == DType.F32
                && shape.count() > 0
                && (activation == null || UnaryFormula.has(activation))
                && areNative(epilogue.weight(), epilogue.bias(), epilogue.residual())
                && areNative(operands);
    }

    private static boolean areNative(@Nullable MemorySegment... operands) {
        boolean all = true;
        for (MemorySegment operand : operands) {
            all &= operand == null || operand.isNative();
        }
        return all;
    }

    private static void check(
            NormShape shape, NormEpilogue epilogue, MemorySegment mean, MemorySegment rstd) {
        check(shape, 8L * shape.rows(), mean, rstd);
        check(shape, 4L * shape.parameters(), epilogue.weight(), epilogue.bias());
        check(shape, 4 * shape.count(), epilogue.residual());
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
        if (shape.isLast()) {
            return streams(result, ColumnShape.ofGroups(shape));
        }
        int length = shape.inner() < SHORT ? shape.size() : shape.inner();
        return result != null
                && 4 * shape.count() >= PAST_CACHES
                && (result.address() | 4L * length) % isa.bytes() == 0;
    }

    private boolean streams(@Nullable MemorySegment result, ColumnShape shape) {
        return result != null
                && 4 * shape.count() >= PAST_CACHES
                && (result.address() | shape.stride()) % isa.bytes() == 0;
    }

    @Override
    public void channelMoments(
            MemorySegment mean,
            MemorySegment variance,
            MemorySegment x,
            NormShape shape,
            DType type) {
        if (!takes(type, shape, NormEpilogue.of(null, null), mean, variance, x)) {
            below.channelMoments(mean, variance, x, shape, type);
            return;
        }
        check(shape, 8L * shape.parameters(), mean, variance);
        check(shape, 4 * shape.count(), x);
        if (shape.inner() < SHORT) {
            columns.moments(shape, mean, variance, x);
        } else {
            channels.moments(shape, mean, variance, x);
        }
    }

    private static void checkChannels(
            NormShape shape, NormEpilogue epilogue, MemorySegment mean, MemorySegment rstd) {
        check(shape, 8L * shape.parameters(), mean, rstd);
        check(shape, 4L * shape.parameters(), epilogue.weight(), epilogue.bias());
        check(shape, 4 * shape.count(), epilogue.residual());
    }

    @Override
    public void channelNormalize(
            MemorySegment y,
            MemorySegment mean,
            MemorySegment rstd,
            MemorySegment x,
            NormEpilogue epilogue,
            NormShape shape,
            DType type) {
        if (!takes(type, shape, epilogue, y, mean, rstd, x)) {
            below.channelNormalize(y, mean, rstd, x, epilogue, shape, type);
            return;
        }
        checkChannels(shape, epilogue, mean, rstd);
        check(shape, 4 * shape.count(), y, x);
        if (shape.inner() < SHORT) {
            boolean streams = streams(y, ColumnShape.ofChannels(shape));
            columns.apply(shape, y, mean, rstd, x, epilogue, streams);
        } else {
            channels.apply(shape, y, mean, rstd, x, epilogue, streams(y, shape));
        }
    }

    @Override
    public void channelNormalizeGradient(
            NormGradients gradients,
            MemorySegment dy,
            MemorySegment x,
            MemorySegment mean,
            MemorySegment rstd,
            boolean ofBatch,
            NormEpilogue epilogue,
            NormShape shape,
            DType type) {
        MemorySegment dx = gradients.dx();
        MemorySegment dweight = gradients.dweight();
        MemorySegment dbias = gradients.dbias();
        MemorySegment dresidual = gradients.dresidual();
        if (!takes(type, shape, epilogue, dx, dweight, dbias, dresidual, dy, x, mean, rstd)) {
            below.channelNormalizeGradient(
                    gradients, dy, x, mean, rstd, ofBatch, epilogue, shape, type);
            return;
        }
        checkChannels(shape, epilogue, mean, rstd);
        check(shape, 4 * shape.count(), dx, dresidual, dy, x);
        check(shape, 4L * shape.parameters(), dweight, dbias);
        MemorySegment up = upstream(gradients, dy, epilogue, shape);
        boolean down = shape.inner() < SHORT;
        boolean streams = down ? streams(dx, ColumnShape.ofChannels(shape)) : streams(dx, shape);
        boolean scales = // a frozen norm: x has no part in its gradient
                !ofBatch && dweight == null && dbias == null && epilogue.activation() == null;
        if (scales && dx != null && down) {
            columns.scale(shape, dx, dy, rstd, epilogue.weight(), streams);
        } else if (scales && dx != null) {
            channels.scale(shape, dx, dy, rstd, epilogue.weight(), streams);
        } else if (down) {
            columns.channelsBackward(
                    shape, gradients, up, dy, x, mean, rstd, ofBatch, epilogue, streams);
        } else {
            channels.backward(shape, gradients, up, dy, x, mean, rstd, ofBatch, epilogue, streams);
        }
    }

    @Override
    public void rmsNormalize(
            MemorySegment y,
            MemorySegment rstd,
            MemorySegment x,
            @Nullable MemorySegment weight,
            int rows,
            int size,
            double eps,
            DType type) {
        NormShape shape = NormShape.rows(rows, size);
        NormEpilogue end = NormEpilogue.of(weight, null);
        if (!takes(type, shape, end, y, rstd, x)) {
            below.rmsNormalize(y, rstd, x, weight, rows, size, eps, type);
            return;
        }
        check(shape, end, rstd, rstd);
        check(shape, 4 * shape.count(), y, x);
        rootMeanSquare.forward(y, rstd, x, weight, rows, size, eps, streams(y, shape));
    }

    @Override
    public void rmsNormalizeGradient(
            @Nullable MemorySegment dx,
            @Nullable MemorySegment dweight,
            MemorySegment dy,
            MemorySegment x,
            MemorySegment rstd,
            @Nullable MemorySegment weight,
            int rows,
            int size,
            DType type) {
        NormShape shape = NormShape.rows(rows, size);
        NormEpilogue end = NormEpilogue.of(weight, null);
        if (!takes(type, shape, end, dx, dweight, dy, x, rstd)) {
            below.rmsNormalizeGradient(dx, dweight, dy, x, rstd, weight, rows, size, type);
            return;
        }
        check(shape, end, rstd, rstd);
        check(shape, 4 * shape.count(), dx, dy, x);
        check(shape, 4L * size, dweight);
        boolean streams = streams(dx, shape);
        rootMeanSquare.backward(dx, dweight, dy, x, rstd, weight, rows, size, streams);
    }
}
