package dev.tenon.bench;

import dev.tenon.tensor.Tensor;

/// Operands of benchmarks, and the check that a result is right before it is timed.
final class Operands {
    private Operands() {}

    /// Returns an F32 tensor of `sin(0.37 i)`, numbers in [-1, 1] without a pattern.
    static Tensor wave(int... sizes) {
        int count = 1;
        for (int size : sizes) {
            count *= size;
        }
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) Math.sin(0.37 * i);
        }
        return Tensor.of(values, sizes);
    }

    /// @param terms products that the result sums up
    /// @throws IllegalStateException if a result is further off than rounding explains
    static void check(String op, double result, double expected, int terms) {
        double allowed = 1e-6 * Math.max(8, terms);
        if (!(Math.abs(result - expected) <= allowed)) {
            throw new IllegalStateException(
                    op
                            + ": the result must be right before it is timed; got "
                            + result
                            + ", expected "
                            + expected);
        }
    }
}
