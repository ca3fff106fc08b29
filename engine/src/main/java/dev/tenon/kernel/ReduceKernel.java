package dev.tenon.kernel;

import dev.tenon.dtype.DType;
import java.lang.foreign.MemorySegment;

/// Kernels of the family Reduce: sums, extremes and softmax along an axis.
///
/// Inputs are contiguous `[outer, size, inner]`; the middle axis is reduced.
public interface ReduceKernel {
    /// `y[o, i] = sum over s of x[o, s, i]`.
    ///
    /// @param type F32 or F64
    void sum(MemorySegment y, MemorySegment x, int outer, int size, int inner, DType type);
}
