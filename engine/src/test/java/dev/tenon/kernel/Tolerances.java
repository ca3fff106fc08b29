package dev.tenon.kernel;

import dev.tenon.dtype.DType;
import java.lang.foreign.MemorySegment;

/// How close a computed number must be to the expected one, per type: the one table of all tests
/// but the fuzz, which works out a bound for each result ([Enclosure]).
///
/// A value passes if `|actual - expected| <= absolute * scale + relative * |expected|`, where
/// `scale` is the size of the terms that were added up (1 unless told). NaN matches NaN, and an
/// infinity the same infinity.
public final class Tolerances {
    private Tolerances() {}

    /// Returns the relative tolerance: a few units in the last place for one operation and short
    /// sums of it.
    public static double relative(DType type) {
        return switch (type) {
            case F64 -> 1e-12;
            case F32 -> 5e-6;
            case F16 -> 2e-3;
            case BF16 -> 1.6e-2;
            case I64, I32, U8, BOOL -> 0;
        };
    }

    /// Returns the absolute tolerance for terms of size 1.
    public static double absolute(DType type) {
        return switch (type) {
            case F64 -> 1e-13;
            case F32 -> 1e-6;
            case F16 -> 1e-3;
            case BF16 -> 8e-3;
            case I64, I32, U8, BOOL -> 0;
        };
    }

    /// Checks one number.
    ///
    /// @param scale size of the terms that were added up
    /// @param what named in the message
    public static void assertClose(
            double actual, double expected, double scale, DType type, String what) {
        if (Double.isNaN(expected) ? Double.isNaN(actual) : actual == expected) {
            return;
        }
        double allowed = absolute(type) * scale + relative(type) * Math.abs(expected);
        double error = Math.abs(actual - expected);
        if (!(error <= allowed) || Double.isInfinite(expected)) {
            throw new AssertionError(
                    what + ": " + actual + ", expected " + expected + " within " + allowed);
        }
    }

    /// Checks `count` contiguous elements of `type`.
    public static void assertClose(
            MemorySegment actual,
            MemorySegment expected,
            long count,
            double scale,
            DType type,
            String what) {
        for (long i = 0; i < count; i++) {
            assertClose(
                    type.read(actual, i),
                    type.read(expected, i),
                    scale,
                    type,
                    what + ", element " + i);
        }
    }

    /// Checks numbers that were computed in `type`.
    public static void assertClose(
            double[] actual, double[] expected, double scale, DType type, String what) {
        if (actual.length != expected.length) {
            throw new AssertionError(
                    what + ": " + actual.length + " values, expected " + expected.length);
        }
        for (int i = 0; i < actual.length; i++) {
            assertClose(actual[i], expected[i], scale, type, what + ", element " + i);
        }
    }
}
