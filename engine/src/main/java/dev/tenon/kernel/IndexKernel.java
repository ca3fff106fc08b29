package dev.tenon.kernel;

import dev.tenon.dtype.DType;
import java.lang.foreign.MemorySegment;

/// Kernels of the family Index: moving elements by index: gather, embedding, concatenation,
/// padding.
///
/// Indices are I64 and have been checked. Where several results are added to one element, they are
/// added in the order of the indices, rounding to the type each time.
public interface IndexKernel {
    /// `y[i] = x[index[i]]` for rows of `width` elements of any type.
    ///
    /// @param y `[picks, width]`
    /// @param x `[rows, width]`
    /// @param index `[picks]`
    void take(
            MemorySegment y,
            MemorySegment x,
            MemorySegment index,
            int picks,
            int width,
            DType type);

    /// `dx = 0`, then `dx[index[i]] += dy[i]` for `i` from 0 up.
    ///
    /// @param dx `[rows, width]`
    /// @param dy `[picks, width]`
    /// @param index `[picks]`
    /// @param type F32 or F64
    void takeGradient(
            MemorySegment dx,
            MemorySegment dy,
            MemorySegment index,
            int picks,
            int width,
            DType type);

    /// `y[o, p, i] = x[o, index[o, p, i], i]`, elements of any type.
    ///
    /// @param y `[outer, picks, inner]`
    /// @param x `[outer, size, inner]`
    /// @param index `[outer, picks, inner]`
    void gather(
            MemorySegment y,
            MemorySegment x,
            MemorySegment index,
            int outer,
            int size,
            int picks,
            int inner,
            DType type);

    /// `dx = 0`, then `dx[o, index[o, p, i], i] += dy[o, p, i]` for `p` from 0 up.
    ///
    /// @param type F32 or F64
    void gatherGradient(
            MemorySegment dx,
            MemorySegment dy,
            MemorySegment index,
            int outer,
            int size,
            int picks,
            int inner,
            DType type);

    /// Copies `blocks` blocks of `bytes` bytes each: block `i` from `xStart + i * xStep` to `yStart
    /// + i * yStep`. Blocks of `y` do not overlap.
    void copyBlocks(
            MemorySegment y,
            long yStart,
            long yStep,
            MemorySegment x,
            long xStart,
            long xStep,
            int blocks,
            long bytes);

    /// `y[i, c] = 1` where `c = index[i]`, otherwise 0.
    ///
    /// @param y `[count, classes]`
    /// @param index `[count]`
    void oneHot(MemorySegment y, MemorySegment index, int count, int classes, DType type);
}
