package dev.tenon.kernel.scalar;

import dev.tenon.dtype.BlockFormat;
import dev.tenon.dtype.DType;
import dev.tenon.kernel.QuantKernel;
import dev.tenon.kernel.Strided;
import java.lang.foreign.MemorySegment;

/// The definition of the family Quant: products with quantised weights. It reads them as a GGUF
/// file has them.
public final class ScalarQuant implements QuantKernel {
    @Override
    public long packedBytes(BlockFormat format, int rows, int columns) {
        return rows * format.bytes(columns);
    }

    @Override
    public Weights pack(
            MemorySegment packed, MemorySegment blocks, BlockFormat format, int rows, int columns) {
        long size = packedBytes(format, rows, columns);
        QuantKernel.check(packed, size, blocks, format, rows, columns);
        MemorySegment.copy(blocks, 0, packed, 0, size);
        return new Weights(format, rows, columns, packed);
    }

    @Override
    public void multiply(Strided y, Strided x, Weights weights) {
        BlockFormat format = weights.format();
        int n = weights.rows();
        int k = weights.columns();
        long rowBytes = format.bytes(k);
        QuantKernel.check(y, x, weights, n * rowBytes);
        float[] row = new float[k];
        Activations activations = new Activations(k);
        for (int i = 0; i < y.sizes()[0]; i++) {
            for (int j = 0; j < k; j++) {
                row[j] = (float) DType.F32.read(x.data(), x.offset() + i * x.strides()[0] + j);
            }
            activations.quantise(row);
            for (int j = 0; j < n; j++) {
                double sum =
                        format.isQuantised()
                                ? activations.times(weights.data(), j * rowBytes, format)
                                : dot(row, weights.data(), (long) j * k, format);
                DType.F32.write(y.data(), y.offset() + i * y.strides()[0] + j, sum);
            }
        }
    }

    /// Returns the product of a row and the F16 or BF16 numbers from number `first` on.
    private static double dot(float[] row, MemorySegment data, long first, BlockFormat format) {
        DType type = format == BlockFormat.F16 ? DType.F16 : DType.BF16;
        double sum = 0;
        for (int j = 0; j < row.length; j++) {
            sum += row[j] * type.read(data, first + j);
        }
        return sum;
    }

    /// A row of activations as integers, with one scale to 32.
    private static final class Activations {
        private final int[] codes; // [k]
        private final float[] scales; // [k / 32]

        Activations(int k) {
            codes = new int[k];
            scales = new float[k / 32];
        }

        void quantise(float[] x) {
            for (int block = 0; block < scales.length; block++) {
                float largest = 0;
                for (int j = 32 * block; j < 32 * (block + 1); j++) {
                    largest = Math.max(largest, Math.abs(x[j])); // NaN wins
                }
                scales[block] = Float.isFinite(largest) ? largest / 127 : Float.NaN;
                float inverse = Math.min(127 / largest, Float.MAX_VALUE);
                for (int j = 32 * block; j < 32 * (block + 1); j++) {
                    codes[j] = (int) Math.rint(x[j] * inverse);
                }
            }
        }

        /// Returns the product with the quantised row of weights at byte `at`.
        double times(MemorySegment data, long at, BlockFormat format) {
            double y = 0;
            for (int block = 0; block < scales.length; block++) {
                long place = at + (long) block * format.bytes();
                int sum = 0;
                for (int j = 0; j < 32; j++) {
                    sum += codes[32 * block + j] * format.code(data, place, j);
                }
                float scale = format.scale(data, place) * scales[block];
                y += (double) scale * sum;
            }
            return y;
        }
    }
}
