package dev.tenon.kernel.vector;

import dev.tenon.dtype.DType;
import dev.tenon.kernel.RandomKernel;
import java.lang.foreign.MemorySegment;

/// The family Random on the Vector API: random numbers from a counter.
public final class VectorRandom implements RandomKernel {
    private final RandomKernel below;

    /// @param below the backend that does what has no vector form
    public VectorRandom(RandomKernel below) {
        this.below = below;
    }

    @Override
    public void uniform(
            MemorySegment y,
            long first,
            long count,
            long key,
            long stream,
            double lo,
            double hi,
            DType type) {
        below.uniform(y, first, count, key, stream, lo, hi, type);
    }

    @Override
    public void normal(
            MemorySegment y,
            long first,
            long count,
            long key,
            long stream,
            double mean,
            double deviation,
            DType type) {
        below.normal(y, first, count, key, stream, mean, deviation, type);
    }

    @Override
    public void dropout(
            MemorySegment y,
            MemorySegment x,
            long count,
            double p,
            long key,
            long stream,
            DType type) {
        below.dropout(y, x, count, p, key, stream, type);
    }
}
