package dev.tenon.kernel.machine;

import dev.tenon.dtype.DType;
import dev.tenon.kernel.NormKernel;
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
    public void layerNorm(
            MemorySegment y,
            MemorySegment mean,
            MemorySegment rstd,
            MemorySegment x,
            @Nullable MemorySegment weight,
            @Nullable MemorySegment bias,
            int rows,
            int size,
            double eps,
            DType type) {
        if (takes(type, (long) rows * size, y, mean, rstd, x, weight, bias)) {
            NormSizes sizes = new NormSizes(rows, 1, size, 1);
            sizes.check(y, mean, rstd, x, weight, bias);
            this.rows.forward(sizes, y, mean, rstd, x, weight, bias, eps, streams(y, sizes, size));
        } else {
            below.layerNorm(y, mean, rstd, x, weight, bias, rows, size, eps, type);
        }
    }

    @Override
    public void layerNormGradient(
            @Nullable MemorySegment dx,
            @Nullable MemorySegment dweight,
            @Nullable MemorySegment dbias,
            MemorySegment dy,
            MemorySegment x,
            MemorySegment mean,
            MemorySegment rstd,
            @Nullable MemorySegment weight,
            int rows,
            int size,
            DType type) {
        if (takes(type, (long) rows * size, dx, dweight, dbias, dy, x, mean, rstd, weight)) {
            NormSizes sizes = new NormSizes(rows, 1, size, 1);
            sizes.check(dx, mean, rstd, x, weight, dweight, dbias);
            sizes.check(dy, mean, rstd, x);
            boolean streams = streams(dx, sizes, size);
            this.rows.backward(sizes, dx, dweight, dbias, dy, x, mean, rstd, weight, streams);
        } else {
            below.layerNormGradient(
                    dx, dweight, dbias, dy, x, mean, rstd, weight, rows, size, type);
        }
    }

    @Override
    public void groupNorm(
            MemorySegment y,
            MemorySegment mean,
            MemorySegment rstd,
            MemorySegment x,
            @Nullable MemorySegment weight,
            @Nullable MemorySegment bias,
            int samples,
            int groups,
            int channels,
            int inner,
            double eps,
            DType type) {
        int size = Math.multiplyExact(channels, inner);
        long count = (long) samples * groups * size;
        if (!takes(type, count, y, mean, rstd, x, weight, bias)) {
            below.groupNorm(
                    y, mean, rstd, x, weight, bias, samples, groups, channels, inner, eps, type);
            return;
        }
        NormSizes sizes = new NormSizes(samples, groups, channels, inner);
        sizes.check(y, mean, rstd, x, weight, bias);
        if (inner < SHORT) {
            rows.forward(sizes, y, mean, rstd, x, weight, bias, eps, streams(y, sizes, size));
        } else {
            planes.forward(sizes, y, mean, rstd, x, weight, bias, eps, streams(y, sizes, inner));
        }
    }

    @Override
    public void groupNormGradient(
            @Nullable MemorySegment dx,
            @Nullable MemorySegment dweight,
            @Nullable MemorySegment dbias,
            MemorySegment dy,
            MemorySegment x,
            MemorySegment mean,
            MemorySegment rstd,
            @Nullable MemorySegment weight,
            int samples,
            int groups,
            int channels,
            int inner,
            DType type) {
        int size = Math.multiplyExact(channels, inner);
        long count = (long) samples * groups * size;
        if (!takes(type, count, dx, dweight, dbias, dy, x, mean, rstd, weight)) {
            below.groupNormGradient(
                    dx, dweight, dbias, dy, x, mean, rstd, weight, samples, groups, channels, inner,
                    type);
            return;
        }
        NormSizes sizes = new NormSizes(samples, groups, channels, inner);
        sizes.check(dx, mean, rstd, x, weight, dweight, dbias);
        sizes.check(dy, mean, rstd, x);
        if (inner < SHORT) {
            boolean streams = streams(dx, sizes, size);
            rows.backward(sizes, dx, dweight, dbias, dy, x, mean, rstd, weight, streams);
        } else {
            boolean streams = streams(dx, sizes, inner);
            planes.backward(sizes, dx, dweight, dbias, dy, x, mean, rstd, weight, streams);
        }
    }

    /// The loops of the routines begin with a turn: there must be an element.
    private static boolean takes(DType type, long count, @Nullable MemorySegment... operands) {
        boolean takes = type == DType.F32 && count > 0;
        for (MemorySegment operand : operands) {
            takes &= operand == null || operand.isNative();
        }
        return takes;
    }

    /// Says whether a result goes past the caches: it is large, and all its rows of `length`
    /// elements begin where a vector may.
    private boolean streams(@Nullable MemorySegment result, NormSizes sizes, int length) {
        return result != null
                && 4 * sizes.count() >= PAST_CACHES
                && (result.address() | 4L * length) % isa.bytes() == 0;
    }
}
