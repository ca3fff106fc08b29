package dev.tenon.kernel.machine;

import dev.tenon.dtype.DType;
import dev.tenon.kernel.ReduceKernel;
import java.lang.foreign.MemorySegment;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The family Reduce in machine code, for F32: sums, means and variances along any axis, softmax
/// and its logarithm along the last; the rest goes below.
public final class MachineReduce implements ReduceKernel {
    private final ReduceKernel below;
    private final Lazy<SumRows> rows;
    private final Lazy<SumColumns> columns;
    private final Lazy<SoftmaxRows> softmax;
    private final Lazy<SoftmaxRows> logSoftmax;

    /// @param below the backend that does what has no machine code
    MachineReduce(Isa isa, ReduceKernel below) {
        this.below = below;
        rows = new Lazy<>(() -> new SumRows(isa));
        columns = new Lazy<>(() -> new SumColumns(isa));
        softmax = new Lazy<>(() -> new SoftmaxRows(isa, false));
        logSoftmax = new Lazy<>(() -> new SoftmaxRows(isa, true));
    }

    /// Routines that are made when they are wanted first.
    private static final class Lazy<T> {
        private final Supplier<T> make;
        private volatile @Nullable T made;

        Lazy(Supplier<T> make) {
            this.make = make;
        }

        T get() {
            T known = made;
            if (known != null) {
                return known;
            }
            synchronized (this) {
                T again = made;
                if (again == null) {
                    again = make.get();
                    made = again;
                }
                return again;
            }
        }
    }

    /// Says whether machine code takes the operands.
    ///
    /// @param count elements of an operand, in the order of the operands
    private static boolean takes(DType type, long[] count, MemorySegment... operands) {
        boolean takes = type == DType.F32;
        for (int i = 0; i < operands.length; i++) {
            takes &= operands[i].isNative();
            if (takes && operands[i].byteSize() < 4 * count[i]) {
                throw new IndexOutOfBoundsException(
                        "reduce: operand "
                                + i
                                + " must have at least "
                                + 4 * count[i]
                                + " bytes; got "
                                + operands[i].byteSize());
            }
        }
        return takes;
    }

    private static long[] counts(int outer, int size, int inner) {
        return new long[] {(long) outer * inner, (long) outer * size * inner};
    }

    // ---- sums, means, variances

    @Override
    public void sum(MemorySegment y, MemorySegment x, int outer, int size, int inner, DType type) {
        if (takes(type, counts(outer, size, inner), y, x)) {
            sum(y, x, outer, size, inner, 1);
        } else {
            below.sum(y, x, outer, size, inner, type);
        }
    }

    @Override
    public void mean(MemorySegment y, MemorySegment x, int outer, int size, int inner, DType type) {
        if (takes(type, counts(outer, size, inner), y, x)) {
            sum(y, x, outer, size, inner, size);
        } else {
            below.mean(y, x, outer, size, inner, type);
        }
    }

    private void sum(
            MemorySegment y, MemorySegment x, int outer, int size, int inner, double divisor) {
        if (inner == 1) {
            rows.get().sum(y, x, outer, size, divisor);
        } else {
            columns.get().sum(y, x, outer, size, inner, divisor);
        }
    }

    @Override
    public void variance(
            MemorySegment y,
            MemorySegment x,
            int outer,
            int size,
            int inner,
            double correction,
            DType type) {
        if (!takes(type, counts(outer, size, inner), y, x)) {
            below.variance(y, x, outer, size, inner, correction, type);
        } else if (inner == 1) {
            rows.get().variance(y, x, outer, size, Math.max(0, size - correction));
        } else {
            columns.get().variance(y, x, outer, size, inner, Math.max(0, size - correction));
        }
    }

    @Override
    public double sumOfSquares(MemorySegment x, long count, DType type) {
        return takes(type, new long[] {count}, x)
                ? rows.get().squares(x, count)
                : below.sumOfSquares(x, count, type);
    }

    // ---- extremes

    @Override
    public void extreme(
            MemorySegment y,
            MemorySegment index,
            MemorySegment x,
            int outer,
            int size,
            int inner,
            boolean largest,
            DType type) {
        below.extreme(y, index, x, outer, size, inner, largest, type);
    }

    @Override
    public void extremeGradient(
            MemorySegment dx,
            MemorySegment dy,
            MemorySegment index,
            int outer,
            int size,
            int inner,
            DType type) {
        below.extremeGradient(dx, dy, index, outer, size, inner, type);
    }

    // ---- softmax

    @Override
    public void softmax(
            MemorySegment y,
            MemorySegment x,
            int outer,
            int size,
            int inner,
            boolean log,
            DType type) {
        long count = (long) outer * size;
        if (inner == 1 && takes(type, new long[] {count, count}, y, x)) {
            (log ? logSoftmax : softmax).get().forward(y, x, outer, size);
        } else {
            below.softmax(y, x, outer, size, inner, log, type);
        }
    }

    @Override
    public void softmaxGradient(
            MemorySegment dx,
            MemorySegment dy,
            MemorySegment y,
            int outer,
            int size,
            int inner,
            boolean log,
            DType type) {
        long count = (long) outer * size;
        if (inner == 1 && takes(type, new long[] {count, count, count}, dx, dy, y)) {
            (log ? logSoftmax : softmax).get().gradient(dx, dy, y, outer, size);
        } else {
            below.softmaxGradient(dx, dy, y, outer, size, inner, log, type);
        }
    }
}
