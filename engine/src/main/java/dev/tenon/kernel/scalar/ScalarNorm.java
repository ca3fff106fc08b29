package dev.tenon.kernel.scalar;

import dev.tenon.dtype.DType;
import dev.tenon.kernel.NormEpilogue;
import dev.tenon.kernel.NormGradients;
import dev.tenon.kernel.NormKernel;
import dev.tenon.kernel.NormShape;
import dev.tenon.kernel.UnaryOp;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// The definition of the family Norm; batch norm and root mean square norm have files of their own.
public final class ScalarNorm implements NormKernel {
    @Override
    public void normalize(
            MemorySegment y,
            MemorySegment mean,
            MemorySegment rstd,
            MemorySegment x,
            NormEpilogue epilogue,
            NormShape shape,
            double eps,
            DType type) {
        UnaryOp activation = epilogue.activation();
        for (long group = 0; group < shape.rows(); group++) {
            statistics(mean, rstd, x, group, shape, eps, type);
            double mu = DType.F64.read(mean, group);
            double r = DType.F64.read(rstd, group);
            for (int j = 0; j < shape.size(); j++) {
                long i = shape.at(group, j);
                double z = (type.read(x, i) - mu) * r;
                double u = ended(epilogue, z, i, shape, type);
                double value =
                        activation == null ? u : ScalarElementwise.apply(activation, u, 0, 0);
                type.write(y, i, value);
            }
        }
    }

    /// Writes mean and rstd of the elements of group `group`.
    private static void statistics(
            MemorySegment mean,
            MemorySegment rstd,
            MemorySegment x,
            long group,
            NormShape shape,
            double eps,
            DType type) {
        int size = shape.size();
        double sum = 0;
        for (int j = 0; j < size; j++) {
            sum += type.read(x, shape.at(group, j));
        }
        double mu = sum / size;
        double squares = 0;
        for (int j = 0; j < size; j++) {
            double d = type.read(x, shape.at(group, j)) - mu;
            squares += d * d;
        }
        DType.F64.write(mean, group, mu);
        DType.F64.write(rstd, group, 1 / Math.sqrt(squares / size + eps));
    }

    /// Returns `z * weight + bias + residual` for element `i`.
    static double ended(NormEpilogue epilogue, double z, long i, NormShape shape, DType type) {
        int channel = shape.channel(i);
        return z * or(epilogue.weight(), channel, 1, type)
                + or(epilogue.bias(), channel, 0, type)
                + or(epilogue.residual(), i, 0, type);
    }

    static double or(@Nullable MemorySegment operand, long index, double otherwise, DType type) {
        return operand == null ? otherwise : type.read(operand, index);
    }

    @Override
    public void normalizeGradient(
            NormGradients gradients,
            MemorySegment dy,
            MemorySegment x,
            MemorySegment mean,
            MemorySegment rstd,
            NormEpilogue epilogue,
            NormShape shape,
            DType type) {
        int size = shape.size();
        double[] dweights = new double[shape.parameters()];
        double[] dbiases = new double[shape.parameters()];
        double[] ups = new double[size]; // [size], what dresidual is
        for (long group = 0; group < shape.rows(); group++) {
            double mu = DType.F64.read(mean, group);
            double r = DType.F64.read(rstd, group);
            double sum = 0; // of g
            double product = 0; // of g * z
            for (int j = 0; j < size; j++) {
                long i = shape.at(group, j);
                int channel = shape.channel(i);
                double z = (type.read(x, i) - mu) * r;
                double up = type.read(dy, i) * slope(epilogue, z, i, shape, type);
                double g = up * or(epilogue.weight(), channel, 1, type);
                sum += g;
                product += g * z;
                dbiases[channel] += up;
                dweights[channel] += up * z;
                ups[j] = up;
            }
            for (int j = 0; j < size; j++) {
                long i = shape.at(group, j);
                int channel = shape.channel(i);
                double g = ups[j] * or(epilogue.weight(), channel, 1, type);
                double z = (type.read(x, i) - mu) * r;
                write(gradients.dx(), i, r * (g - sum / size - z * product / size), type);
                write(gradients.dresidual(), i, ups[j], type);
            }
        }
        for (int channel = 0; channel < dweights.length; channel++) {
            write(gradients.dweight(), channel, dweights[channel], type);
            write(gradients.dbias(), channel, dbiases[channel], type);
        }
    }

    /// Returns the activation's slope at element `i`.
    static double slope(NormEpilogue epilogue, double z, long i, NormShape shape, DType type) {
        UnaryOp activation = epilogue.activation();
        return activation == null
                ? 1
                : ScalarElementwise.derivative(
                        activation, ended(epilogue, z, i, shape, type), 0, 0);
    }

    static void write(@Nullable MemorySegment to, long index, double value, DType type) {
        if (to != null) {
            type.write(to, index, value);
        }
    }

    @Override
    public void channelMoments(
            MemorySegment mean,
            MemorySegment variance,
            MemorySegment x,
            NormShape shape,
            DType type) {
        ScalarBatchNorm.moments(mean, variance, x, shape, type);
    }

    @Override
    public void channelNormalize(
            MemorySegment y,
            MemorySegment mean,
            MemorySegment rstd,
            MemorySegment x,
            NormEpilogue epilogue,
            NormShape shape,
            DType type) {
        ScalarBatchNorm.normalize(y, mean, rstd, x, epilogue, shape, type);
    }

    @Override
    public void channelNormalizeGradient(
            NormGradients gradients,
            MemorySegment dy,
            MemorySegment x,
            MemorySegment mean,
            MemorySegment rstd,
            boolean ofBatch,
            NormEpilogue epilogue,
            NormShape shape,
            DType type) {
        ScalarBatchNorm.gradient(gradients, dy, x, mean, rstd, ofBatch, epilogue, shape, type);
    }

    @Override
    public void rmsNormalize(
            MemorySegment y,
            MemorySegment rstd,
            MemorySegment x,
            @Nullable MemorySegment weight,
            int rows,
            int size,
            double eps,
            DType type) {
        ScalarRmsNorm.normalize(y, rstd, x, weight, rows, size, eps, type);
    }

    @Override
    public void rmsNormalizeGradient(
            @Nullable MemorySegment dx,
            @Nullable MemorySegment dweight,
            MemorySegment dy,
            MemorySegment x,
            MemorySegment rstd,
            @Nullable MemorySegment weight,
            int rows,
            int size,
            DType type) {
        ScalarRmsNorm.gradient(dx, dweight, dy, x, rstd, weight, rows, size, type);
    }
}
