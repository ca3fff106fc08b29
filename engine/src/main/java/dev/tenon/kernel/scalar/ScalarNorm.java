package dev.tenon.kernel.scalar;

import dev.tenon.dtype.DType;
import dev.tenon.kernel.NormKernel;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// The definition of the family Norm.
public final class ScalarNorm implements NormKernel {
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
        for (int row = 0; row < rows; row++) {
            statistics(mean, rstd, x, row, size, eps, type);
            double mu = DType.F64.read(mean, row);
            double r = DType.F64.read(rstd, row);
            for (int j = 0; j < size; j++) {
                long i = (long) row * size + j;
                double z = (type.read(x, i) - mu) * r;
                type.write(y, i, z * scale(weight, j, type) + shift(bias, j, type));
            }
        }
    }

    /// Writes mean and rstd of the `size` elements of group `group`.
    private static void statistics(
            MemorySegment mean,
            MemorySegment rstd,
            MemorySegment x,
            long group,
            long size,
            double eps,
            DType type) {
        double sum = 0;
        for (long i = group * size; i < (group + 1) * size; i++) {
            sum += type.read(x, i);
        }
        double mu = sum / size;
        double squares = 0;
        for (long i = group * size; i < (group + 1) * size; i++) {
            double d = type.read(x, i) - mu;
            squares += d * d;
        }
        DType.F64.write(mean, group, mu);
        DType.F64.write(rstd, group, 1 / Math.sqrt(squares / size + eps));
    }

    private static double scale(@Nullable MemorySegment weight, long index, DType type) {
        return weight == null ? 1 : type.read(weight, index);
    }

    private static double shift(@Nullable MemorySegment bias, long index, DType type) {
        return bias == null ? 0 : type.read(bias, index);
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
        for (int row = 0; row < rows && dx != null; row++) {
            double mu = DType.F64.read(mean, row);
            double r = DType.F64.read(rstd, row);
            double sum = 0; // of g
            double product = 0; // of g * z
            for (int j = 0; j < size; j++) {
                long i = (long) row * size + j;
                double g = type.read(dy, i) * scale(weight, j, type);
                sum += g;
                product += g * (type.read(x, i) - mu) * r;
            }
            for (int j = 0; j < size; j++) {
                long i = (long) row * size + j;
                double g = type.read(dy, i) * scale(weight, j, type);
                double z = (type.read(x, i) - mu) * r;
                type.write(dx, i, r * (g - sum / size - z * product / size));
            }
        }
        for (int j = 0; j < size; j++) {
            double sum = 0;
            double product = 0;
            for (int row = 0; row < rows; row++) {
                long i = (long) row * size + j;
                double z =
                        (type.read(x, i) - DType.F64.read(mean, row)) * DType.F64.read(rstd, row);
                sum += type.read(dy, i);
                product += type.read(dy, i) * z;
            }
            writeParameters(dweight, dbias, j, product, sum, type);
        }
    }

    private static void writeParameters(
            @Nullable MemorySegment dweight,
            @Nullable MemorySegment dbias,
            int index,
            double product,
            double sum,
            DType type) {
        if (dweight != null) {
            type.write(dweight, index, product);
        }
        if (dbias != null) {
            type.write(dbias, index, sum);
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
        for (long group = 0; group < (long) samples * groups; group++) {
            statistics(mean, rstd, x, group, (long) channels * inner, eps, type);
            double mu = DType.F64.read(mean, group);
            double r = DType.F64.read(rstd, group);
            for (int c = 0; c < channels; c++) {
                long channel = group % groups * channels + c;
                for (int s = 0; s < inner; s++) {
                    long i = (group * channels + c) * inner + s;
                    double z = (type.read(x, i) - mu) * r;
                    type.write(y, i, z * scale(weight, channel, type) + shift(bias, channel, type));
                }
            }
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
        double[] dweights = new double[groups * channels];
        double[] dbiases = new double[groups * channels];
        double size = (double) channels * inner;
        for (long group = 0; group < (long) samples * groups; group++) {
            double mu = DType.F64.read(mean, group);
            double r = DType.F64.read(rstd, group);
            double sum = 0; // of g
            double product = 0; // of g * z
            for (int c = 0; c < channels; c++) {
                int channel = (int) (group % groups) * channels + c;
                for (int s = 0; s < inner; s++) {
                    long i = (group * channels + c) * inner + s;
                    double up = type.read(dy, i);
                    double z = (type.read(x, i) - mu) * r;
                    sum += up * scale(weight, channel, type);
                    product += up * scale(weight, channel, type) * z;
                    dbiases[channel] += up;
                    dweights[channel] += up * z;
                }
            }
            for (int c = 0; c < channels && dx != null; c++) {
                long channel = group % groups * channels + c;
                for (int s = 0; s < inner; s++) {
                    long i = (group * channels + c) * inner + s;
                    double g = type.read(dy, i) * scale(weight, channel, type);
                    double z = (type.read(x, i) - mu) * r;
                    type.write(dx, i, r * (g - sum / size - z * product / size));
                }
            }
        }
        for (int channel = 0; channel < dweights.length; channel++) {
            writeParameters(dweight, dbias, channel, dweights[channel], dbiases[channel], type);
        }
    }
}
