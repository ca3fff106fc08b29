package dev.tenon.kernel.vector;

import dev.tenon.dtype.BFloat16;
import dev.tenon.dtype.BlockFormat;
import dev.tenon.kernel.Parallel;
import dev.tenon.kernel.QuantKernel;
import dev.tenon.kernel.Strided;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/// The family Quant on the Vector API: products with quantised weights.
///
/// The Vector API has no product of bytes that adds neighbours, so this multiplies in F32: the rows
/// of activations are rounded to what their integers stand for, and each row of weights is widened
/// once for all of them. A quantised weight is an integer of at most eight bits times an F16, exact
/// in F32; a rounded activation is off by half a unit in the last place. Weights stay as a GGUF
/// file has them.
public final class VectorQuant implements QuantKernel {
    private static final VectorSpecies<Float> FLOATS = Lanes.FLOATS;
    private static final int L = FLOATS.length();
    private static final int BLOCK = 32;
    private static final int DEPTH = 1024; // of one sum in F32: 32 terms in each of 32 lanes or so
    private static final int ROWS = 128; // that meet a widened row of weights
    private static final long GRAIN = 1 << 17; // multiply-adds of a part
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

    private final QuantKernel below;

    /// @param below the backend that packs weights
    public VectorQuant(QuantKernel below) {
        this.below = below;
    }

    @Override
    public long packedBytes(BlockFormat format, int rows, int columns) {
        return below.packedBytes(format, rows, columns);
    }

    @Override
    public Weights pack(
            MemorySegment packed, MemorySegment blocks, BlockFormat format, int rows, int columns) {
        return below.pack(packed, blocks, format, rows, columns);
    }

    @Override
    public void multiply(Strided y, Strided x, Weights weights) {
        int m = y.sizes()[0];
        int n = weights.rows();
        int k = weights.columns();
        QuantKernel.check(y, x, weights, packedBytes(weights.format(), n, k));
        if (m == 0 || n == 0) {
            return;
        }
        for (int row = 0; row < m; row += ROWS) {
            int count = Math.min(ROWS, m - row);
            float[] rows = activations(x, row, count, weights);
            long at = y.offset() + row * y.strides()[0];
            long grain = Math.max(1, GRAIN / Math.max(1, (long) count * k));
            Parallel.range(
                    n,
                    grain,
                    (from, to) -> outputs(y, at, count, rows, weights, (int) from, (int) to));
        }
    }

    /// Returns rows of activations, rounded for quantised weights.
    private static float[] activations(Strided x, int row, int count, Weights weights) {
        int k = weights.columns();
        float[] rows = Scratch.SHARED_LEFT.floats((long) count * k);
        for (int i = 0; i < count; i++) {
            long at = x.offset() + (row + i) * x.strides()[0];
            MemorySegment.copy(x.data(), FLOAT, 4 * at, rows, i * k, k);
            if (weights.format().isQuantised()) {
                round(rows, i * k, k);
            }
        }
        return rows;
    }

    private static void outputs(
            Strided y, long yAt, int count, float[] rows, Weights weights, int from, int to) {
        int k = weights.columns();
        float[] wide = Scratch.PART_RIGHT.floats(k);
        for (int j = from; j < to; j++) {
            widen(wide, weights, j);
            for (int i = 0; i < count; i++) {
                float sum = dot(rows, i * k, wide, k);
                y.data().set(FLOAT, 4 * (yAt + i * y.strides()[0] + j), sum);
            }
        }
    }

    /// Rounds activations to what their integers stand for.
    private static void round(float[] x, int at, int k) {
        for (int block = at; block < at + k; block += BLOCK) {
            float largest = 0;
            for (int j = block; j < block + BLOCK; j++) {
                largest = Math.max(largest, Math.abs(x[j]));
            }
            float scale = Float.isFinite(largest) ? largest / 127 : Float.NaN;
            float inverse = Math.min(127 / largest, Float.MAX_VALUE);
            for (int j = block; j < block + BLOCK; j++) {
                x[j] = scale * (float) Math.rint(x[j] * inverse);
            }
        }
    }

    private static void widen(float[] wide, Weights weights, int row) {
        BlockFormat format = weights.format();
        MemorySegment data = weights.data();
        int k = weights.columns();
        long at = row * format.bytes(k);
        switch (format) {
            case F16 -> {
                for (int j = 0; j < k; j++) {
                    wide[j] = Float.float16ToFloat(data.get(SHORT, at + 2L * j));
                }
            }
            case BF16 -> {
                for (int j = 0; j < k; j++) {
                    wide[j] = BFloat16.toFloat(data.get(SHORT, at + 2L * j));
                }
            }
            case Q8_0 -> {
                for (int j = 0; j < k; j += BLOCK, at += format.bytes()) {
                    float scale = format.scale(data, at);
                    for (int i = 0; i < BLOCK; i++) {
                        wide[j + i] = scale * data.get(ValueLayout.JAVA_BYTE, at + 2 + i);
                    }
                }
            }
            case Q4_0 -> {
                for (int j = 0; j < k; j += BLOCK, at += format.bytes()) {
                    float scale = format.scale(data, at);
                    for (int i = 0; i < BLOCK / 2; i++) {
                        int pair = data.get(ValueLayout.JAVA_BYTE, at + 2 + i);
                        wide[j + i] = scale * ((pair & 15) - 8);
                        wide[j + BLOCK / 2 + i] = scale * ((pair >>> 4 & 15) - 8);
                    }
                }
            }
        }
    }

    /// `k` is a multiple of 32, two of the longest vectors.
    private static float dot(float[] x, int at, float[] w, int k) {
        float sum = 0;
        for (int begin = 0; begin < k; begin += DEPTH) {
            int end = Math.min(k, begin + DEPTH);
            FloatVector a = FloatVector.zero(FLOATS);
            FloatVector b = a;
            int j = begin;
            for (; j + 2 * L <= end; j += 2 * L) {
                a = load(x, at + j).fma(load(w, j), a);
                b = load(x, at + j + L).fma(load(w, j + L), b);
            }
            sum += Lanes.sum(a.add(b));
        }
        return sum;
    }

    private static FloatVector load(float[] x, int at) {
        return FloatVector.fromArray(FLOATS, x, at);
    }
}
