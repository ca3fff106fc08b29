package dev.tenon.kernel.scalar;

import dev.tenon.dtype.DType;
import dev.tenon.kernel.NormEpilogue;
import dev.tenon.kernel.NormGradients;
import dev.tenon.kernel.NormShape;
import dev.tenon.kernel.UnaryOp;
import java.lang.foreign.MemorySegment;

/// The definition of batch norm (Ioffe, Szegedy 2015, arXiv:1502.03167): statistics per channel.
final class ScalarBatchNorm {
    private ScalarBatchNorm() {}

    /// Mean and biased variance of each channel.
    static void moments(
            MemorySegment mean,
            MemorySegment variance,
            MemorySegment x,
            NormShape shape,
            DType type) {
        long n = shape.perParameter();
        for (int channel = 0; channel < shape.parameters(); channel++) {
            double sum = 0;
            for (int sample = 0; sample < shape.samples(); sample++) {
                long first = first(sample, channel, shape);
                for (long i = first; i < first + shape.inner(); i++) {
                    sum += type.read(x, i);
                }
            }
            double mu = sum / n;
            double squares = 0;
            for (int sample = 0; sample < shape.samples(); sample++) {
                long first = first(sample, channel, shape);
                for (long i = first; i < first + shape.inner(); i++) {
                    double d = type.read(x, i) - mu;
                    squares += d * d;
                }
            }
            DType.F64.write(mean, channel, mu);
            DType.F64.write(variance, channel, squares / n);
        }
    }

    private static long first(int sample, int channel, NormShape shape) {
        return ((long) sample * shape.parameters() + channel) * shape.inner();
    }

    /// `y = f((x - mean) * rstd * weight + bias + residual)`.
    static void normalize(
            MemorySegment y,
            MemorySegment mean,
            MemorySegment rstd,
            MemorySegment x,
            NormEpilogue epilogue,
            NormShape shape,
            DType type) {
        UnaryOp activation = epilogue.activation();
        for (long i = 0; i < shape.count(); i++) {
            double z = z(mean, rstd, x, i, shape, type);
            double u = ScalarNorm.ended(epilogue, z, i, shape, type);
            double value = activation == null ? u : ScalarElementwise.apply(activation, u, 0, 0);
            type.write(y, i, value);
        }
    }

    private static double z(
            MemorySegment mean,
            MemorySegment rstd,
            MemorySegment x,
            long i,
            NormShape shape,
            DType type) {
        long channel = shape.channel(i);
        return (type.read(x, i) - DType.F64.read(mean, channel)) * DType.F64.read(rstd, channel);
    }

    /// The gradients of [#normalize].
    static void gradient(
            NormGradients gradients,
            MemorySegment dy,
            MemorySegment x,
            MemorySegment mean,
            MemorySegment rstd,
            boolean ofBatch,
            NormEpilogue epilogue,
            NormShape shape,
            DType type) {
        double[] sums = new double[shape.parameters()]; // of dresidual
        double[] products = new double[shape.parameters()]; // of dresidual * z
        for (long i = 0; i < shape.count(); i++) {
            double z = z(mean, rstd, x, i, shape, type);
            double up = type.read(dy, i) * ScalarNorm.slope(epilogue, z, i, shape, type);
            sums[shape.channel(i)] += up;
            products[shape.channel(i)] += up * z;
        }
        long n = shape.perParameter();
        for (long i = 0; i < shape.count(); i++) {
            int channel = shape.channel(i);
            double z = z(mean, rstd, x, i, shape, type);
            double up = type.read(dy, i) * ScalarNorm.slope(epilogue, z, i, shape, type);
            double scale =
                    DType.F64.read(rstd, channel)
                            * ScalarNorm.or(epilogue.weight(), channel, 1, type);
            double g = ofBatch ? up - sums[channel] / n - z * products[channel] / n : up;
            ScalarNorm.write(gradients.dx(), i, scale * g, type);
            ScalarNorm.write(gradients.dresidual(), i, up, type);
        }
        for (int channel = 0; channel < sums.length; channel++) {
            ScalarNorm.write(gradients.dweight(), channel, products[channel], type);
            ScalarNorm.write(gradients.dbias(), channel, sums[channel], type);
        }
    }
}
