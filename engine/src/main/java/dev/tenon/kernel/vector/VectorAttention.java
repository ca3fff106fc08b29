package dev.tenon.kernel.vector;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import dev.tenon.dtype.DType;
import dev.tenon.kernel.AttentionKernel;
import dev.tenon.kernel.Parallel;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/// The family Attention on the Vector API, F32.
///
/// A part is a run of queries of one attention (or several small attentions). It turns the keys
/// once so that vectors lie along keys, and then computes a few rows of scores at a time, never the
/// whole matrix. The gradient is in [AttentionGradient].
public final class VectorAttention implements AttentionKernel {
    private static final VectorSpecies<Float> S = Lanes.FLOATS;
    private static final int L = S.length();

    /// Queries of a part: the keys are turned once for them.
    private static final int QUERIES = 128;

    /// Floats of the scores that a part works on, 128 KiB: a quarter of a usual second cache.
    private static final int SCORES = 32_768;

    /// Multiply-adds of a part made of several small attentions.
    private static final long WORK = 200_000;

    private final AttentionKernel below;

    /// @param below the backend that does what has no vector form
    public VectorAttention(AttentionKernel below) {
        this.below = below;
    }

    @Override
    public void attention(
            MemorySegment y,
            MemorySegment rows,
            MemorySegment q,
            MemorySegment k,
            MemorySegment v,
            Sizes sizes,
            double scale,
            DType type) {
        if (type != DType.F32) {
            below.attention(y, rows, q, k, v, sizes, scale, type);
            return;
        }
        int runs = (sizes.queries() + QUERIES - 1) / QUERIES;
        Parallel.range(
                (long) sizes.batch() * runs,
                grain(sizes),
                (from, to) -> {
                    for (long part = from; part < to; part++) {
                        int first = (int) (part % runs) * QUERIES;
                        int count = Math.min(QUERIES, sizes.queries() - first);
                        forward(y, rows, q, k, v, sizes, (float) scale, part / runs, first, count);
                    }
                });
    }

    /// Small attentions per part.
    static long grain(Sizes sizes) {
        long work =
                (long) Math.min(QUERIES, sizes.queries())
                        * sizes.keys()
                        * (sizes.size() + sizes.valueSize() + 8);
        return Math.max(1, WORK / Math.max(1, work));
    }

    private static void forward(
            MemorySegment y,
            MemorySegment rows,
            MemorySegment q,
            MemorySegment k,
            MemorySegment v,
            Sizes sizes,
            float scale,
            long batch,
            int first,
            int count) {
        int keys = sizes.keys();
        int size = sizes.size();
        int valueSize = sizes.valueSize();
        int columns = TileProduct.padded(keys);
        int step = rowStep(columns);
        int width = TileProduct.padded(valueSize);
        float[] stage = Scratch.STAGING.floats((long) keys * size);
        float[] turned = Scratch.KEYS.floats((long) size * step); // [size, keys]
        turn(turned, step, k, batch * keys * size, keys, size, columns, stage);
        float[] values = Scratch.VALUES.floats((long) keys * width); // [keys, valueSize]
        copyIn(values, width, v, batch * keys * valueSize, keys, valueSize);
        int tile = Math.clamp(SCORES / step / 8 * 8, 8, QUERIES);
        float[] p = Scratch.SCORES.floats((long) tile * step); // [tile, keys]
        float[] scaled = Scratch.QUERIES.floats((long) tile * size); // [tile, size]
        float[] result = Scratch.RESULT.floats((long) tile * width); // [tile, valueSize]
        float[] summary = Scratch.SUMMARY.floats(2L * tile);
        for (int done = 0; done < count; done += tile) {
            int n = Math.min(tile, count - done);
            long row = batch * sizes.queries() + first + done;
            MemorySegment.copy(q, JAVA_FLOAT_UNALIGNED, row * size * 4, scaled, 0, n * size);
            for (int i = 0; i < n * size; i++) {
                scaled[i] *= scale;
            }
            Arrays.fill(p, 0, n * step, 0);
            TileProduct.add(p, 0, step, scaled, 0, size, 1, turned, 0, step, n, size, columns);
            Arrays.fill(result, 0, n * width, 0);
            for (int i = 0; i < n; i++) {
                softmax(p, i * step, keys, columns, summary, 2 * i);
            }
            TileProduct.add(result, 0, width, p, 0, step, 1, values, 0, width, n, keys, width);
            for (int i = 0; i < n; i++) {
                multiply(result, i * width, width, summary[2 * i + 1]);
            }
            copyOut(y, row * valueSize, result, width, n, valueSize);
            MemorySegment.copy(summary, 0, rows, JAVA_FLOAT_UNALIGNED, row * 8, 2 * n);
        }
    }

    /// The distance of rows of `columns` floats: one vector more than needed, because rows a power
    /// of two apart would all fall into the same few lines of the first cache.
    static int rowStep(int columns) {
        return columns + L;
    }

    /// Turns rows `[rows, size]` into `[size, rows]`, padded with zeros to `columns`.
    static void turn(
            float[] turned,
            int step,
            MemorySegment source,
            long from,
            int rows,
            int size,
            int columns,
            float[] stage) {
        MemorySegment.copy(source, JAVA_FLOAT_UNALIGNED, from * 4, stage, 0, rows * size);
        for (int e = 0; e < size; e++) {
            int at = e * step;
            for (int j = 0; j < rows; j++) {
                turned[at + j] = stage[j * size + e];
            }
            Arrays.fill(turned, at + rows, at + columns, 0);
        }
    }

    /// Copies rows of `size` elements to rows that are `width` apart, padded with zeros.
    static void copyIn(
            float[] target, int width, MemorySegment source, long from, int rows, int size) {
        if (width == size) {
            MemorySegment.copy(source, JAVA_FLOAT_UNALIGNED, from * 4, target, 0, rows * size);
            return;
        }
        for (int row = 0; row < rows; row++) {
            long at = (from + (long) row * size) * 4;
            MemorySegment.copy(source, JAVA_FLOAT_UNALIGNED, at, target, row * width, size);
            Arrays.fill(target, row * width + size, (row + 1) * width, 0);
        }
    }

    /// Copies rows that are `width` apart to rows of `size` elements.
    static void copyOut(
            MemorySegment target, long to, float[] source, int width, int rows, int size) {
        if (width == size) {
            MemorySegment.copy(source, 0, target, JAVA_FLOAT_UNALIGNED, to * 4, rows * size);
            return;
        }
        for (int row = 0; row < rows; row++) {
            long at = (to + (long) row * size) * 4;
            MemorySegment.copy(source, row * width, target, JAVA_FLOAT_UNALIGNED, at, size);
        }
    }

    /// Replaces a row of scores by `exp(score - top)`, the padding by zeros, and sets `top` and the
    /// reciprocal of the sum.
    private static void softmax(
            float[] p, int at, int keys, int columns, float[] summary, int number) {
        Arrays.fill(p, at + keys, at + columns, Float.NEGATIVE_INFINITY);
        FloatVector tops = FloatVector.fromArray(S, p, at);
        for (int j = L; j < columns; j += L) {
            FloatVector s = FloatVector.fromArray(S, p, at + j);
            // not max(), whose care for NaN costs five instructions: NaN comes back in the sum
            tops = tops.blend(s, s.compare(VectorOperators.GT, tops));
        }
        float top = tops.reduceLanes(VectorOperators.MAX);
        FloatVector sum = FloatVector.zero(S);
        for (int j = 0; j < columns; j += L) {
            FloatVector e = Exponential.exp(FloatVector.fromArray(S, p, at + j).sub(top));
            e.intoArray(p, at + j);
            sum = sum.add(e);
        }
        float reciprocal = 1 / Lanes.sum(sum);
        summary[number] = Float.isNaN(reciprocal) ? reciprocal : top;
        summary[number + 1] = reciprocal;
    }

    static void multiply(float[] x, int at, int count, float factor) {
        for (int i = 0; i < count; i += L) {
            FloatVector.fromArray(S, x, at + i).mul(factor).intoArray(x, at + i);
        }
    }

    @Override
    public void attentionGradient(
            MemorySegment dq,
            MemorySegment dk,
            MemorySegment dv,
            MemorySegment dy,
            MemorySegment y,
            MemorySegment rows,
            MemorySegment q,
            MemorySegment k,
            MemorySegment v,
            Sizes sizes,
            double scale,
            DType type) {
        if (type == DType.F32) {
            new AttentionGradient(dq, dk, dv, dy, y, rows, q, k, v, sizes, (float) scale).run();
        } else {
            below.attentionGradient(dq, dk, dv, dy, y, rows, q, k, v, sizes, scale, type);
        }
    }
}
