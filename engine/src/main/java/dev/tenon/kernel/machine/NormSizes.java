package dev.tenon.kernel.machine;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// The sizes of a normalisation: `[samples, groups, channels, inner]`, a mean per sample and group.
record NormSizes(int samples, int groups, int channels, int inner) {
    /// Returns the elements of a group.
    int size() {
        return channels * inner;
    }

    /// Returns the elements of a sample.
    int width() {
        return groups * size();
    }

    /// Returns the groups of all samples.
    int rows() {
        return samples * groups;
    }

    /// Returns the planes of all samples.
    int planes() {
        return rows() * channels;
    }

    /// Returns all elements.
    long count() {
        return (long) rows() * size();
    }

    /// Machine code has no bounds of its own.
    ///
    /// @throws IndexOutOfBoundsException if an operand is too short
    void check(
            @Nullable MemorySegment result,
            MemorySegment mean,
            MemorySegment rstd,
            MemorySegment x,
            @Nullable MemorySegment... parameters) {
        Math.multiplyExact(Math.multiplyExact(samples, groups), channels);
        Math.multiplyExact(groups, Math.multiplyExact(channels, inner));
        check(result, 4 * count());
        check(x, 4 * count());
        check(mean, 8L * rows());
        check(rstd, 8L * rows());
        for (MemorySegment parameter : parameters) {
            check(parameter, 4L * groups * channels);
        }
    }

    private void check(@Nullable MemorySegment operand, long bytes) {
        if (operand != null && operand.byteSize() < bytes) {
            throw new IndexOutOfBoundsException(
                    "norm: an operand must have at least "
                            + bytes
                            + " bytes; got "
                            + operand.byteSize()
                            + " for sizes ["
                            + samples
                            + ", "
                            + groups
                            + ", "
                            + channels
                            + ", "
                            + inner
                            + "]");
        }
    }
}
