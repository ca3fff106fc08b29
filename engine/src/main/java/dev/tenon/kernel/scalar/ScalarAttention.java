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
        double[] queries = Doubles.of(q, type);
        double[] keys = Doubles.of(k, type);
        double[] values = Doubles.of(v, type);
        double[] p = new double[sizes.keys()];
        double[] sum = new double[sizes.valueSize()];
        for (int b = 0; b < sizes.batch(); b++) {
            for (int i = 0; i < sizes.queries(); i++) {
                int row = b * sizes.queries() + i;
                double top = Double.NEGATIVE_INFINITY;
                for (int j = 0; j < sizes.keys(); j++) {
                    int key = b * sizes.keys() + j;
                    p[j] = scale * dot(queries, row, keys, key, sizes.size());
                    top = Math.max(top, p[j]);
                }
                double total = 0;
                java.util.Arrays.fill(sum, 0);
                for (int j = 0; j < sizes.keys(); j++) {
                    p[j] = Math.exp(p[j] - top);
                    total += p[j];
                    for (int e = 0; e < sum.length; e++) {
                        sum[e] += p[j] * values[(b * sizes.keys() + j) * sum.length + e];
                    }
                }
                for (int e = 0; e < sum.length; e++) {
                    type.write(y, (long) row * sum.length + e, sum[e] / total);
                }
                type.write(rows, 2L * row, Double.isNaN(total) ? total : top);
                type.write(rows, 2L * row + 1, 1 / total);
            }
        }
    }

    private static double dot(double[] a, int aRow, double[] b, int bRow, int size) {
        double sum = 0;
        for (int e = 0; e < size; e++) {
            sum += a[aRow * size + e] * b[bRow * size + e];
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
        double[] qs = Doubles.of(q, type);
        double[] ks = Doubles.of(k, type);
        double[] vs = Doubles.of(v, type);
        double[] ys = Doubles.of(y, type);
        double[] dys = Doubles.of(dy, type);
        int keys = sizes.keys();
        int size = sizes.size();
        int valueSize = sizes.valueSize();
        for (int b = 0; b < sizes.batch(); b++) {
            double[] dkSum = new double[keys * size]; // [keys, size]
            double[] dvSum = new double[keys * valueSize]; // [keys, valueSize]
            for (int i = 0; i < sizes.queries(); i++) {
                int row = b * sizes.queries() + i;
                double top = type.read(rows, 2L * row);
                double reciprocal = type.read(rows, 2L * row + 1);
                double common = dot(dys, row, ys, row, valueSize); // rowsum(dy * y)
                double[] dqSum = new double[size];
                for (int j = 0; j < keys; j++) {
                    int key = b * keys + j;
                    double score = scale * dot(qs, row, ks, key, size);
                    double p = Math.exp(score - top) * reciprocal;
                    double ds = p * (dot(dys, row, vs, key, valueSize) - common) * scale;
                    for (int e = 0; e < size; e++) {
                        dqSum[e] += ds * ks[key * size + e];
                        dkSum[j * size + e] += ds * qs[row * size + e];
                    }
                    for (int e = 0; e < valueSize; e++) {
                        dvSum[j * valueSize + e] += p * dys[row * valueSize + e];
                    }
                }
                write(dq, (long) row * size, dqSum, type);
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
