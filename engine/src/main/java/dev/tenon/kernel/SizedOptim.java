package dev.tenon.kernel;

import dev.tenon.dtype.DType;
import dev.tenon.kernel.OptimKernel.AdamStep;
import dev.tenon.kernel.OptimKernel.Decay;
import java.lang.foreign.MemorySegment;

/// The part of the family Optim for rules whose step depends on sums over the whole parameter: Lamb
/// on its size and that of the step, Adafactor on the squares of each row and column.
///
/// A step takes several passes, the fewest that the sums allow; what two passes need is worked out
/// twice, not stored. Sums are added up in double, in an order that follows from the sizes alone.
public interface SizedOptim {
    /// The sums of squares of a parameter and of what a step would change it by.
    record Sizes(double weight, double change) {}

    /// `m` and `v` as in [OptimKernel#adam]; returns the sums of squares of `keep * w` and of `u =
    /// rate * m / (sqrt(v) * rootScale + epsilon)`. `w` stays as it is.
    ///
    /// @param m first moment
    /// @param v second moment
    Sizes lambMoments(
            MemorySegment w,
            MemorySegment g,
            MemorySegment m,
            MemorySegment v,
            long count,
            AdamStep step,
            Decay decay,
            DType type);

    /// `w = keep * w - factor * rate * m / (sqrt(v) * rootScale + epsilon)`.
    void lambStep(
            MemorySegment w,
            MemorySegment m,
            MemorySegment v,
            long count,
            AdamStep step,
            double factor,
            double keep,
            DType type);

    /// `rows[i] = sum over j of g[i, j]^2; columns[j] = sum over i of g[i, j]^2`.
    ///
    /// @param rows F64 of shape `[height]`
    /// @param columns F64 of shape `[width]`
    /// @param g of shape `[height, width]`
    void adafactorSquares(
            MemorySegment rows,
            MemorySegment columns,
            MemorySegment g,
            int height,
            int width,
            DType type);

    /// Returns the sum of squares of the changes `g[i, j] * min(rows[i] * columns[j], limit)`.
    ///
    /// @param rows of shape `[height]`, of the same type as `g`
    /// @param columns of shape `[width]`, of the same type as `g`
    double adafactorSize(
            MemorySegment g,
            MemorySegment rows,
            MemorySegment columns,
            double limit,
            int height,
            int width,
            DType type);

    /// `w[i, j] = keep * w[i, j] - rate * g[i, j] * min(rows[i] * columns[j], limit)`.
    void adafactorStep(
            MemorySegment w,
            MemorySegment g,
            MemorySegment rows,
            MemorySegment columns,
            double limit,
            double rate,
            double keep,
            int height,
            int width,
            DType type);
}
