package dev.tenon.kernel;

import dev.tenon.dtype.DType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Random;

/// Segments for kernel tests.
final class Samples {
    /// Sizes around vector widths, and one that no width divides.
    static final int[] SIZES = {1, 7, 8, 31, 32, 33, 207, 4099};

    private Samples() {}

    /// Returns a segment of `count` elements that are not numbers, so that one that a kernel
    /// forgets shows.
    static MemorySegment unset(long count, DType type) {
        MemorySegment segment = Arena.ofAuto().allocate(Math.max(1, type.bytes(count)), 64);
        for (long i = 0; i < count; i++) {
            type.write(segment, i, Double.NaN);
        }
        return segment.asSlice(0, type.bytes(count));
    }

    /// Returns normally distributed elements.
    static MemorySegment normal(Random random, long count, DType type) {
        MemorySegment segment = unset(count, type);
        for (long i = 0; i < count; i++) {
            type.write(segment, i, random.nextGaussian());
        }
        return segment;
    }

    /// Runs `body` with one thread and with two.
    static void withThreads(int threads, Runnable body) {
        int before = Parallel.threads();
        Parallel.threads(threads);
        try {
            body.run();
        } finally {
            Parallel.threads(before);
        }
    }
}
