package dev.tenon.kernel.scalar;

import dev.tenon.dtype.DType;
import dev.tenon.kernel.AttentionKernel;
import java.lang.foreign.MemorySegment;

/// The definition of the family Attention.
public final class ScalarAttention implements AttentionKernel {
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
        double[] p = new double[sizes.keys()];
        double[] sum = new double[sizes.valueSize()];
        for (int b = 0; b < sizes.batch(); b++) {
            for (int i = 0; i < sizes.queries(); i++) {
                long row = (long) b * sizes.queries() + i;
                double top = Double.NEGATIVE_INFINITY;
                for (int j = 0; j < sizes.keys(); j++) {
                    p[j] = scale * dot(q, row, k, (long) b * sizes.keys() + j, sizes.size(), type);
                    top = Math.max(top, p[j]);
                }
                double total = 0;
                java.util.Arrays.fill(sum, 0);
                for (int j = 0; j < sizes.keys(); j++) {
                    p[j] = Math.exp(p[j] - top);
                    total += p[j];
                    for (int e = 0; e < sum.length; e++) {
                        long at = ((long) b * sizes.keys() + j) * sum.length + e;
                        sum[e] += p[j] * type.read(v, at);
                    }
                }
                for (int e = 0; e < sum.length; e++) {
                    type.write(y, row * sum.length + e, sum[e] / total);
                }
                type.write(rows, 2 * row, Double.isNaN(total) ? total : top);
                type.write(rows, 2 * row + 1, 1 / total);
            }
        }
    }

    private static double dot(
            MemorySegment a, long aRow, MemorySegment b, long bRow, int size, DType type) {
        double sum = 0;
        for (int e = 0; e < size; e++) {
            sum += type.read(a, aRow * size + e) * type.read(b, bRow * size + e);
        }
        return sum;
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
        int keys = sizes.keys();
        int size = sizes.size();
        int valueSize = sizes.valueSize();
        for (int b = 0; b < sizes.batch(); b++) {
            double[] dkSum = new double[keys * size]; // [keys, size]
            double[] dvSum = new double[keys * valueSize]; // [keys, valueSize]
            for (int i = 0; i < sizes.queries(); i++) {
                long row = (long) b * sizes.queries() + i;
                double top = type.read(rows, 2 * row);
                double reciprocal = type.read(rows, 2 * row + 1);
                double common = dot(dy, row, y, row, valueSize, type); // rowsum(dy * y)
                double[] dqSum = new double[size];
                for (int j = 0; j < keys; j++) {
                    long key = (long) b * keys + j;
                    double score = scale * dot(q, row, k, key, size, type);
                    double p = Math.exp(score - top) * reciprocal;
                    double ds = p * (dot(dy, row, v, key, valueSize, type) - common) * scale;
                    for (int e = 0; e < size; e++) {
                        dqSum[e] += ds * type.read(k, key * size + e);
                        dkSum[j * size + e] += ds * type.read(q, row * size + e);
                    }
                    for (int e = 0; e < valueSize; e++) {
                        dvSum[j * valueSize + e] += p * type.read(dy, row * valueSize + e);
                    }
                }
                write(dq, row * size, dqSum, type);
            }
            write(dk, (long) b * keys * size, dkSum, type);
            write(dv, (long) b * keys * valueSize, dvSum, type);
        }
    }

    private static void write(MemorySegment target, long from, double[] values, DType type) {
        for (int i = 0; i < values.length; i++) {
            type.write(target, from + i, values[i]);
        }
    }
}
