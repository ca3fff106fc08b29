package dev.tenon.kernel.vector;

import static dev.tenon.kernel.vector.Moments.load;
import static dev.tenon.kernel.vector.Moments.read;
import static dev.tenon.kernel.vector.Moments.write;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import dev.tenon.dtype.DType;
import dev.tenon.kernel.Parallel;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.jspecify.annotations.Nullable;

/// Root mean square norm of rows.
///
/// A row's result does not depend on the other rows; weight gradients are added up within blocks of
/// rows in F32 and over the blocks in double, in their order.
final class RmsNorm {
    private static final VectorSpecies<Float> S = Lanes.FLOATS;
    private static final int L = S.length();
    private static final ByteOrder LITTLE = ByteOrder.LITTLE_ENDIAN;

    private static final int PART = 16_384; // elements of a part
    private static final int BLOCK = 32; // rows whose weight gradients are added up in F32
    private static final int CHUNK = 4096; // elements added in F32 lanes before they go to F64

    private final int rows;
    private final int size;

    RmsNorm(int rows, int size) {
        this.rows = rows;
        this.size = size;
    }

    private float[] weights(@Nullable MemorySegment weight) {
        float[] w = Scratch.WEIGHT.floats(size);
        if (weight == null) {
            Arrays.fill(w, 0, size, 1);
        } else {
            MemorySegment.copy(weight, JAVA_FLOAT_UNALIGNED, 0, w, 0, size);
        }
        return w;
    }

    void forward(
            MemorySegment y,
            MemorySegment rstd,
            MemorySegment x,
            @Nullable MemorySegment weight,
            double eps) {
        float[] w = weights(weight);
        Parallel.range(
                rows,
                Math.max(1, PART / Math.max(1, size)),
                (from, to) -> {
                    for (long row = from; row < to; row++) {
                        double r = 1 / Math.sqrt(squares(x, row * size) / size + eps);
                        DType.F64.write(rstd, row, r);
                        apply(y, x, row * size, (float) r, w);
                    }
                });
    }

    private double squares(MemorySegment x, long from) {
        double squares = 0;
        int i = 0;
        while (i <= size - L) {
            FloatVector a = FloatVector.zero(S);
            FloatVector b = a;
            int end = Math.min(size, i + CHUNK);
            for (; i <= end - 2 * L; i += 2 * L) {
                FloatVector v = load(x, from + i);
                FloatVector u = load(x, from + i + L);
                a = v.fma(v, a);
                b = u.fma(u, b);
            }
            for (; i <= end - L; i += L) {
                FloatVector v = load(x, from + i);
                a = v.fma(v, a);
            }
            squares += Lanes.sum(a.add(b));
        }
        for (; i < size; i++) {
            double value = read(x, from + i);
            squares += value * value;
        }
        return squares;
    }

    private void apply(MemorySegment y, MemorySegment x, long from, float r, float[] w) {
        int i = 0;
        for (; i <= size - L; i += L) {
            load(x, from + i)
                    .mul(r)
                    .mul(FloatVector.fromArray(S, w, i))
                    .intoMemorySegment(y, (from + i) * 4, LITTLE);
        }
        for (; i < size; i++) {
            write(y, from + i, read(x, from + i) * r * w[i]);
        }
    }

    void backward(
            @Nullable MemorySegment dx,
            @Nullable MemorySegment dweight,
            MemorySegment dy,
            MemorySegment x,
            MemorySegment rstd,
            @Nullable MemorySegment weight) {
        float[] w = weights(weight);
        int blocks = (rows + BLOCK - 1) / BLOCK;
        float[] partial = Scratch.SHARED.floats((long) blocks * size);
        Parallel.range(
                blocks,
                Math.max(1, PART / Math.max(1, BLOCK * size)),
                (from, to) -> {
                    for (int block = (int) from; block < to; block++) {
                        int at = block * size;
                        Arrays.fill(partial, at, at + size, 0);
                        int last = Math.min(rows, (block + 1) * BLOCK);
                        for (int row = block * BLOCK; row < last; row++) {
                            double r = DType.F64.read(rstd, row);
                            double product = sum(dy, x, row, (float) r, w, partial, at);
                            if (dx != null) {
                                toward(dx, dy, x, row, r, product, w);
                            }
                        }
                    }
                });
        for (int i = 0; i < size && dweight != null; i++) {
            double sum = 0;
            for (int block = 0; block < blocks; block++) {
                sum += partial[block * size + i];
            }
            write(dweight, i, (float) sum);
        }
    }

    /// Returns the sum of `g z` and adds `dy z` to the weight's partial gradient.
    private double sum(
            MemorySegment dy,
            MemorySegment x,
            long row,
            float r,
            float[] w,
            float[] partial,
            int at) {
        long from = row * size;
        double product = 0;
        int i = 0;
        while (i <= size - L) {
            FloatVector p = FloatVector.zero(S);
            int end = Math.min(size - L, i + CHUNK);
            for (; i <= end; i += L) {
                FloatVector up = load(dy, from + i);
                FloatVector z = load(x, from + i).mul(r);
                FloatVector upz = up.mul(z);
                p = upz.fma(FloatVector.fromArray(S, w, i), p);
                upz.add(FloatVector.fromArray(S, partial, at + i)).intoArray(partial, at + i);
            }
            product += Lanes.sum(p);
        }
        for (; i < size; i++) {
            float upz = read(dy, from + i) * (read(x, from + i) * r);
            product += (double) upz * w[i];
            partial[at + i] += upz;
        }
        return product;
    }

    /// `dx = g * r + x * slope`, the slope `-r^2 sum(g z) / size`.
    private void toward(
            MemorySegment dx,
            MemorySegment dy,
            MemorySegment x,
            long row,
            double rstd,
            double product,
            float[] w) {
        float r = (float) rstd;
        float slope = (float) (-rstd * rstd * product / size);
        FloatVector rs = FloatVector.broadcast(S, r);
        long from = row * size;
        int i = 0;
        for (; i <= size - L; i += L) {
            FloatVector g = load(dy, from + i).mul(FloatVector.fromArray(S, w, i));
            g.fma(rs, load(x, from + i).mul(slope)).intoMemorySegment(dx, (from + i) * 4, LITTLE);
        }
        for (; i < size; i++) {
            write(dx, from + i, Math.fma(read(dy, from + i) * w[i], r, read(x, from + i) * slope));
        }
    }
}
