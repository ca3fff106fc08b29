package dev.tenon.kernel.scalar;

import dev.tenon.dtype.DType;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// The definition of root mean square norm (Zhang, Sennrich 2019, arXiv:1910.07467).
final class ScalarRmsNorm {
    private ScalarRmsNorm() {}

    /// `y = x * rstd * weight`; writes rstd.
    static void normalize(
            MemorySegment y,
            MemorySegment rstd,
            MemorySegment x,
            @Nullable MemorySegment weight,
            int rows,
            int size,
            double eps,
            DType type) {
        for (long row = 0; row < rows; row++) {
            double squares = 0;
            for (int j = 0; j < size; j++) {
                double value = type.read(x, row * size + j);
                squares += value * value;
            }
            double r = 1 / Math.sqrt(squares / size + eps);
            DType.F64.write(rstd, row, r);
            for (int j = 0; j < size; j++) {
                double z = type.read(x, row * size + j) * r;
                type.write(y, row * size + j, z * ScalarNorm.or(weight, j, 1, type));
            }
        }
    }

    /// The gradients of [#normalize].
    static void gradient(
            @Nullable MemorySegment dx,
            @Nullable MemorySegment dweight,
            MemorySegment dy,
            MemorySegment x,
            MemorySegment rstd,
            @Nullable MemorySegment weight,
            int rows,
            int size,
            DType type) {
        double[] dweights = new double[size];
        for (long row = 0; row < rows; row++) {
            double r = DType.F64.read(rstd, row);
            double product = 0; // of g * z
            for (int j = 0; j < size; j++) {
                double z = type.read(x, row * size + j) * r;
                double up = type.read(dy, row * size + j);
                product += up * ScalarNorm.or(weight, j, 1, type) * z;
                dweights[j] += up * z;
            }
            for (int j = 0; j < size; j++) {
                double z = type.read(x, row * size + j) * r;
                double g = type.read(dy, row * size + j) * ScalarNorm.or(weight, j, 1, type);
                ScalarNorm.write(dx, row * size + j, r * (g - z * product / size), type);
            }
        }
        for (int j = 0; j < size; j++) {
            ScalarNorm.write(dweight, j, dweights[j], type);
        }
    }
}
