package dev.tenon.kernel.vector;

import static dev.tenon.kernel.vector.Lanes.DOUBLES;
import static dev.tenon.kernel.vector.Lanes.FLOATS;
import static dev.tenon.kernel.vector.Lanes.load;
import static dev.tenon.kernel.vector.Lanes.store;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;

/// Softmax and its logarithm over rows, with their gradients. Terms are F32, their sums double. The
/// end of a row goes through a vector of its own, since masked loads would allocate.
final class RowSoftmax {
    private static final int L = FLOATS.length();
    private static final ThreadLocal<MemorySegment> REST =
            ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(64, 64));

    private RowSoftmax() {}

    /// Works out rows `from` to `to` of `size` elements.
    static void forward(
            MemorySegment y, MemorySegment x, long from, long to, int size, boolean log) {
        MemorySegment rest = REST.get();
        for (long row = from; row < to; row++) {
            long at = row * size;
            float max = RowExtreme.max(x, at, size);
            exponentials(y, x, at, size, max, rest);
            double sum = Moments.sum(y, at, size);
            if (log) {
                shift(y, x, at, size, max, (float) Math.log(sum));
            } else {
                scale(y, at, size, (float) (1 / sum));
            }
        }
    }

    /// `y = exp(x - max)`.
    private static void exponentials(
            MemorySegment y, MemorySegment x, long at, int size, float max, MemorySegment rest) {
        int whole = size / L * L;
        vectors(y, at, x, at, whole, max);
        if (whole < size) {
            last(rest, x, at + whole, size - whole, max);
            for (int i = whole; i < size; i++) {
                Moments.write(y, at + i, Moments.read(rest, i - whole));
            }
        }
    }

    private static void vectors(
            MemorySegment y, long yAt, MemorySegment x, long xAt, int count, float max) {
        for (int i = 0; i < count; i += L) {
            store(VectorMath.exp(load(x, xAt + i).sub(max)), y, yAt + i);
        }
    }

    /// `rest = exp(x - max)` for the last elements of a row.
    private static void last(MemorySegment rest, MemorySegment x, long at, int count, float max) {
        for (int i = 0; i < count; i++) {
            Moments.write(rest, i, Moments.read(x, at + i));
        }
        vectors(rest, 0, rest, 0, L, max);
    }

    private static void scale(MemorySegment y, long at, int size, float factor) {
        int i = 0;
        for (; i <= size - L; i += L) {
            store(load(y, at + i).mul(factor), y, at + i);
        }
        for (; i < size; i++) {
            Moments.write(y, at + i, Moments.read(y, at + i) * factor);
        }
    }

    /// `y = (x - max) - log`.
    private static void shift(
            MemorySegment y, MemorySegment x, long at, int size, float max, float log) {
        int i = 0;
        for (; i <= size - L; i += L) {
            store(load(x, at + i).sub(max).sub(log), y, at + i);
        }
        for (; i < size; i++) {
            Moments.write(y, at + i, Moments.read(x, at + i) - max - log);
        }
    }

    /// Works out the gradient of rows `from` to `to` from the results `y`.
    static void gradient(
            MemorySegment dx,
            MemorySegment dy,
            MemorySegment y,
            long from,
            long to,
            int size,
            boolean log) {
        MemorySegment rest = REST.get();
        for (long row = from; row < to; row++) {
            long at = row * size;
            if (log) {
                exponentials(dx, y, at, size, 0, rest);
                subtract(dx, dy, at, size, (float) Moments.sum(dy, at, size));
            } else {
                float sum = (float) product(dy, y, at, size);
                int i = 0;
                for (; i <= size - L; i += L) {
                    store(load(dy, at + i).sub(sum).mul(load(y, at + i)), dx, at + i);
                }
                for (; i < size; i++) {
                    float v = Moments.read(y, at + i) * (Moments.read(dy, at + i) - sum);
                    Moments.write(dx, at + i, v);
                }
            }
        }
    }

    private static double product(MemorySegment a, MemorySegment b, long at, int size) {
        DoubleVector sum = DoubleVector.zero(DOUBLES);
        int i = 0;
        for (; i <= size - L; i += L) {
            sum = sum.add(Lanes.halves(load(a, at + i).mul(load(b, at + i))));
        }
        double total = Lanes.sum(sum);
        for (; i < size; i++) {
            total += (double) Moments.read(a, at + i) * Moments.read(b, at + i);
        }
        return total;
    }

    /// `dx = dy - exp(y) sum`, given `exp(y)` in `dx`.
    private static void subtract(MemorySegment dx, MemorySegment dy, long at, int size, float sum) {
        FloatVector minus = FloatVector.broadcast(FLOATS, -sum);
        int i = 0;
        for (; i <= size - L; i += L) {
            store(load(dx, at + i).fma(minus, load(dy, at + i)), dx, at + i);
        }
        for (; i < size; i++) {
            float v = Math.fma(Moments.read(dx, at + i), -sum, Moments.read(dy, at + i));
            Moments.write(dx, at + i, v);
        }
    }
}
