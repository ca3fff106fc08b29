package dev.tenon.kernel.scalar;

import dev.tenon.dtype.DType;
import dev.tenon.kernel.NormKernel;
import dev.tenon.kernel.NormShape;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// The definition of the family Norm.
public final class ScalarNorm implements NormKernel {
    @Override
    public void normalize(
            MemorySegment y,
            MemorySegment mean,
            MemorySegment rstd,
            MemorySegment x,
            @Nullable MemorySegment weight,
            @Nullable MemorySegment bias,
            NormShape shape,
            double eps,
            DType type) {
        int channels = shape.channels();
        int inner = shape.inner();
        for (long group = 0; group < shape.rows(); group++) {
            statistics(mean, rstd, x, group, shape.size(), eps, type);
            double mu = DType.F64.read(mean, group);
            double r = DType.F64.read(rstd, group);
            for (int c = 0; c < channels; c++) {
                long channel = group % shape.groups() * channels + c;
                for (int s = 0; s < inner; s++) {
                    long i = (group * channels + c) * inner + s;
                    double z = (type.read(x, i) - mu) * r;
                    type.write(y, i, z * scale(weight, channel, type) + shift(bias, channel, type));
                }
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
    public void normalizeGradient(
            @Nullable MemorySegment dx,
            @Nullable MemorySegment dweight,
            @Nullable MemorySegment dbias,
            MemorySegment dy,
            MemorySegment x,
            MemorySegment mean,
            MemorySegment rstd,
            @Nullable MemorySegment weight,
            NormShape shape,
            DType type) {
        int channels = shape.channels();
        int inner = shape.inner();
        double size = shape.size();
        double[] dweights = new double[shape.parameters()];
        double[] dbiases = new double[shape.parameters()];
        for (long group = 0; group < shape.rows(); group++) {
            double mu = DType.F64.read(mean, group);
            double r = DType.F64.read(rstd, group);
            double sum = 0; // of g
            double product = 0; // of g * z
            for (int c = 0; c < channels; c++) {
                int channel = (int) (group % shape.groups()) * channels + c;
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
                long channel = group % shape.groups() * channels + c;
                for (int s = 0; s < inner; s++) {
                    long i = (group * channels + c) * inner + s;
                    double g = type.read(dy, i) * scale(weight, channel, type);
                    double z = (type.read(x, i) - mu) * r;
                    type.write(dx, i, r * (g - sum / size - z * product / size));
                }
            }
        }
        for (int channel = 0; channel < dweights.length; channel++) {
            if (dweight != null) {
                type.write(dweight, channel, dweights[channel]);
            }
            if (dbias != null) {
                type.write(dbias, channel, dbiases[channel]);
            }
        }
    }
}
