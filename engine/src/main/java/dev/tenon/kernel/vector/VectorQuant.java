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
/// The Vector API has no product of bytes that adds neighbours, so this multiplies in F32: the
/// codes of activations and of each row of weights, which is widened once for all of them, are
/// integers that F32 holds, as it holds the sum of a block's products, at most `32 * 127 * 128`. So
/// the integers are exact here too, and a block counts with the product of its two scales. Weights
/// stay as a GGUF file has them.
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
            float[] rows = activations(x, row, count, k);
            float[] scales = weights.format().isQuantised() ? round(rows, count * k) : rows;
            long at = y.offset() + row * y.strides()[0];
            long grain = Math.max(1, GRAIN / Math.max(1, (long) count * k));
            Parallel.range(
                    n,
                    grain,
                    (from, to) ->
                            outputs(y, at, count, rows, scales, weights, (int) from, (int) to));
        }
    }

    private static float[] activations(Strided x, int row, int count, int k) {
        float[] rows = Scratch.SHARED_LEFT.floats((long) count * k);
        for (int i = 0; i < count; i++) {
            long at = x.offset() + (row + i) * x.strides()[0];
            MemorySegment.copy(x.data(), FLOAT, 4 * at, rows, i * k, k);
        }
        return rows;
    }

    private static void outputs(
            Strided y,
            long yAt,
            int count,
            float[] rows,
            float[] scales,
            Weights weights,
            int from,
            int to) {
        int k = weights.columns();
        boolean quantised = weights.format().isQuantised();
        float[] wide = Scratch.PART_RIGHT.floats(quantised ? k + k / BLOCK : k);
        for (int j = from; j < to; j++) {
            widen(wide, weights, j);
            for (int i = 0; i < count; i++) {
                float sum =
                        quantised
                                ? blocks(rows, i * k, scales, i * (k / BLOCK), wide, k)
                                : dot(rows, i * k, wide, k);
                y.data().set(FLOAT, 4 * (yAt + i * y.strides()[0] + j), sum);
            }
        }
    }

    /// Makes `count` activations integers and returns the scale of each block.
    private static float[] round(float[] x, int count) {
        float[] scales = Scratch.SHARED_RIGHT.floats(count / BLOCK);
        for (int block = 0; block < count / BLOCK; block++) {
            float largest = 0;
            for (int j = BLOCK * block; j < BLOCK * (block + 1); j++) {
                largest = Math.max(largest, Math.abs(x[j]));
            }
            scales[block] = Float.isFinite(largest) ? largest / 127 : Float.NaN;
            float inverse = Math.min(127 / largest, Float.MAX_VALUE);
            for (int j = BLOCK * block; j < BLOCK * (block + 1); j++) {
                x[j] = (float) Math.rint(x[j] * inverse);
            }
        }
        return scales;
    }

    /// Widens a row of weights; codes that have a scale leave it behind the row.
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
                    wide[k + j / BLOCK] = format.scale(data, at);
                    for (int i = 0; i < BLOCK; i++) {
                        wide[j + i] = data.get(ValueLayout.JAVA_BYTE, at + 2 + i);
                    }
                }
            }
            case Q4_0 -> {
                for (int j = 0; j < k; j += BLOCK, at += format.bytes()) {
                    wide[k + j / BLOCK] = format.scale(data, at);
                    for (int i = 0; i < BLOCK / 2; i++) {
                        int pair = data.get(ValueLayout.JAVA_BYTE, at + 2 + i);
                        wide[j + i] = (pair & 15) - 8;
                        wide[j + BLOCK / 2 + i] = (pair >>> 4 & 15) - 8;
                    }
                }
            }
        }
    }

    /// Returns the product of two rows of codes with their scales.
    private static float blocks(float[] x, int at, float[] scales, int scalesAt, float[] w, int k) {
        float sum = 0;
        for (int begin = 0; begin < k; begin += DEPTH) {
            int end = Math.min(k, begin + DEPTH);
            FloatVector a = FloatVector.zero(FLOATS);
            for (int block = begin; block < end; block += BLOCK) {
                FloatVector integers = load(x, at + block).mul(load(w, block));
                for (int j = block + L; j < block + BLOCK; j += L) {
                    integers = load(x, at + j).fma(load(w, j), integers);
                }
                float scale = w[k + block / BLOCK] * scales[scalesAt + block / BLOCK];
                a = integers.fma(FloatVector.broadcast(FLOATS, scale), a);
            }
            sum += Lanes.sum(a);
        }
        return sum;
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
