package dev.tenon.kernel;

import dev.tenon.dtype.DType;
import java.lang.foreign.MemorySegment;

/// Kernels of the family Random: random numbers from a counter.
///
/// Element `i` is a function of key, stream and `i` alone, computed with the same bits by every
/// backend. Words of [Philox] are dealt to elements so that neighbours come from neighbouring
/// blocks, which suits vectors of any width: a chunk of 16 blocks serves 64 elements of F32, the
/// element `16 * j + b` of the chunk getting word `j` of block `b`; in F64 it serves 32 elements,
/// `16 * j + b` getting words `2j` and `2j + 1` of block `b`.
public interface RandomKernel {
    /// Blocks per chunk.
    int CHUNK_BLOCKS = 16;

    /// `y[i - first] = lo + (hi - lo) * u_i` for `i` in `[first, first + count)`, where `u_i` is
    /// uniform in `[0, 1)` with 24 bits in F32 and 53 in F64; a result that rounds to `hi` becomes
    /// the number below.
    ///
    /// @param type F32 or F64
    void uniform(
            MemorySegment y,
            long first,
            long count,
            long key,
            long stream,
            double lo,
            double hi,
            DType type);

    /// `y[i - first] = mean + deviation * z_i` for `i` in `[first, first + count)`, where `z_i` is
    /// standard normal by Box and Muller's transform, computed in double.
    ///
    /// @param type F32 or F64
    void normal(
            MemorySegment y,
            long first,
            long count,
            long key,
            long stream,
            double mean,
            double deviation,
            DType type);

    /// `y[i - first] = x[i - first] / (1 - p)` for `i` in `[first, first + count)` where the
    /// element's word, as F32 elements get them, is at least `p * 2^32`, otherwise 0.
    ///
    /// @param p probability of 0, in `[0, 1]`
    /// @param type F32 or F64
    void dropout(
            MemorySegment y,
            MemorySegment x,
            long first,
            long count,
            double p,
            long key,
            long stream,
            DType type);
}
