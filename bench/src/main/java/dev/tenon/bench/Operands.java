package dev.tenon.bench;

import dev.tenon.dtype.DType;
import dev.tenon.kernel.Kernels;
import dev.tenon.kernel.scalar.ScalarKernels;
import dev.tenon.tensor.Shape;
import dev.tenon.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Operands of benchmarks, and the check that a result is right before it is timed.
final class Operands {
    /// What results are checked against, on a part of the operands.
    static final Kernels DEFINITION = ScalarKernels.create();

    private Operands() {}

    /// Returns room for `count` F32 elements.
    static MemorySegment empty(long count) {
        return empty(DType.F32, count);
    }

    /// Returns room for `count` elements.
    static MemorySegment empty(DType type, long count) {
        return Tensor.empty(type, Shape.of(Math.toIntExact(count))).segment();
    }

    /// Returns `count` F32 numbers in [-1, 1) without a pattern, always the same.
    static MemorySegment numbers(long count) {
        return numbers(count, 0);
    }

    /// Returns `count` F32 numbers in [-1, 1) without a pattern, others for another seed.
    static MemorySegment numbers(long count, int seed) {
        MemorySegment numbers = empty(count);
        for (int i = 0; i < count; i++) {
            numbers.setAtIndex(ValueLayout.JAVA_FLOAT, i, mixed(mixed(seed) + i) * 0x1p-31f);
        }
        return numbers;
    }

    /// Returns `count` I64 indices in [0, limit).
    static MemorySegment indices(int count, int limit) {
        MemorySegment indices = empty(DType.I64, count);
        for (int i = 0; i < count; i++) {
            indices.setAtIndex(ValueLayout.JAVA_LONG, i, Math.floorMod(mixed(i), limit));
        }
        return indices;
    }

    /// A hash of i: multiplied and shifted until every bit depends on every other.
    private static int mixed(int i) {
        int h = (i + 1) * 0x9E3779B9;
        h = (h ^ (h >>> 15)) * 0x85EBCA6B;
        return h ^ (h >>> 13);
    }

    /// Returns the F32 elements `from` (included) to `from + count` (excluded) of `data`.
    static MemorySegment part(MemorySegment data, long from, long count) {
        return data.asSlice(4 * from, 4 * count);
    }

    /// Returns the sum of products of F32 elements.
    static double dot(MemorySegment a, MemorySegment b) {
        double sum = 0;
        for (long i = 0; i < a.byteSize() / 4; i++) {
            sum +=
                    (double) a.getAtIndex(ValueLayout.JAVA_FLOAT, i)
                            * b.getAtIndex(ValueLayout.JAVA_FLOAT, i);
        }
        return sum;
    }

    /// Compares F32 elements.
    ///
    /// @param tolerance for elements up to 1 in size; larger ones may be off by as large a part
    /// @throws IllegalStateException if one is further off
    static void check(String name, MemorySegment result, MemorySegment expected, double tolerance) {
        for (long i = 0; i < expected.byteSize() / 4; i++) {
            check(
                    name,
                    result.getAtIndex(ValueLayout.JAVA_FLOAT, i),
                    expected.getAtIndex(ValueLayout.JAVA_FLOAT, i),
                    tolerance);
        }
    }

    /// Compares two numbers as [#check(String, MemorySegment, MemorySegment, double)] does.
    ///
    /// @throws IllegalStateException if they differ more
    static void check(String name, double result, double expected, double tolerance) {
        if (!(Math.abs(result - expected) <= tolerance * Math.max(1, Math.abs(expected)))) {
            throw new IllegalStateException(
                    name
                            + ": the result must be right before it is timed; got "
                            + result
                            + ", expected "
                            + expected);
        }
    }
}
