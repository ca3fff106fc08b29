package dev.tenon.kernel;

import dev.tenon.dtype.DType;
import java.lang.foreign.MemorySegment;

/// Kernels of the family Reduce: sums, extremes and softmax along an axis.
///
/// Inputs are contiguous `[outer, size, inner]`; the middle axis is reduced, so that results are
/// `[outer, inner]`. Types are F32 or F64. Outputs never overlap inputs. The order in which
/// elements are added depends on `size` and `inner` alone, so that a row gives the same bits
/// whatever else is in the batch.
public interface ReduceKernel {
    /// `y[o, i] = sum over s of x[o, s, i]`; 0 for no elements.
    void sum(MemorySegment y, MemorySegment x, int outer, int size, int inner, DType type);

    /// `y[o, i] = sum over s of x[o, s, i] / size`; NaN for no elements.
    void mean(MemorySegment y, MemorySegment x, int outer, int size, int inner, DType type);

    /// `y[o, i] = sum over s of (x[o, s, i] - mean[o, i])^2 / max(0, size - correction)`, in two
    /// passes.
    ///
    /// @param correction what is subtracted from the number of elements: 1 for the unbiased
    ///   estimate, 0 for the population's variance
    void variance(
            MemorySegment y,
            MemorySegment x,
            int outer,
            int size,
            int inner,
            double correction,
            DType type);

    /// The largest or smallest element along the axis and its number; of equal ones the first, and
    /// NaN before any number.
    ///
    /// @param y values, `[outer, inner]` of `type`
    /// @param index their numbers along the axis, `[outer, inner]` I64
    /// @param size at least 1
    /// @param largest whether the largest is wanted, otherwise the smallest
    void extreme(
            MemorySegment y,
            MemorySegment index,
            MemorySegment x,
            int outer,
            int size,
            int inner,
            boolean largest,
            DType type);

    /// The gradient of [#extreme]: `dx[o, index[o, i], i] = dy[o, i]`, 0 elsewhere.
    void extremeGradient(
            MemorySegment dx,
            MemorySegment dy,
            MemorySegment index,
            int outer,
            int size,
            int inner,
            DType type);

    /// `y[o, s, i] = exp(x[o, s, i] - m) / sum over t of exp(x[o, t, i] - m)` with `m = max over t
    /// of x[o, t, i]`, or its logarithm `x[o, s, i] - m - log(sum over t of exp(x[o, t, i] - m))`.
    ///
    /// @param log whether the logarithm is wanted
    void softmax(
            MemorySegment y,
            MemorySegment x,
            int outer,
            int size,
            int inner,
            boolean log,
            DType type);

    /// The gradient of [#softmax] from its result `y`: `dx[s] = y[s] (dy[s] - sum over t of dy[t]
    /// y[t])`, or for the logarithm `dx[s] = dy[s] - exp(y[s]) sum over t of dy[t]`.
    void softmaxGradient(
            MemorySegment dx,
            MemorySegment dy,
            MemorySegment y,
            int outer,
            int size,
            int inner,
            boolean log,
            DType type);

    /// Returns the sum of the squares of `count` elements, added up in double.
    double sumOfSquares(MemorySegment x, long count, DType type);
}
