package dev.tenon.kernel;

import dev.tenon.dtype.DType;
import java.lang.foreign.MemorySegment;

/// What softmax along the middle axis of `[outer, size, inner]` may come to in a type.
///
/// An exponential of `x - m` is off by its own error and by `2 u |x - m|`: what rounding the
/// difference does to it, and as much again; the sum by the mean of that over its terms, weighted
/// as they are, and by the additions. So a probability has a relative bound, however small it is.
final class Softmax {
    private final MemorySegment x;
    private final int[] n;
    private final DType type;
    private long row = -1;
    private double top;
    private double total;
    private double units; // of u that the total may be off, relatively

    Softmax(MemorySegment x, int[] n, DType type) {
        this.x = x;
        this.n = n;
        this.type = type;
    }

    private void turnTo(long newRow) {
        if (newRow == row) {
            return;
        }
        row = newRow;
        long first = row / n[2] * n[1] * n[2] + row % n[2];
        top = Double.NEGATIVE_INFINITY;
        for (int s = 0; s < n[1]; s++) {
            top = Math.max(top, type.read(x, first + (long) s * n[2]));
        }
        total = 0;
        double weighted = 0;
        for (int s = 0; s < n[1]; s++) {
            double d = type.read(x, first + (long) s * n[2]) - top;
            total += Math.exp(d);
            weighted += d < -800 ? 0 : Math.exp(d) * Math.abs(d);
        }
        units = 2 * weighted / total + 6 + Enclosure.roundings(type, n[1]);
    }

    /// Returns what result `i` may be: a probability or its logarithm.
    Enclosure result(long i, boolean log) {
        turnTo(i / ((long) n[1] * n[2]) * n[2] + i % n[2]);
        Enclosure d = Enclosure.of(type, type.read(x, i)).minus(Enclosure.of(type, top));
        Enclosure sum = Enclosure.of(type, total).off(units);
        if (log) {
            return d.minus(sum.grown(Math::log));
        }
        Enclosure p = d.exp().over(sum);
        return p.loosened(p.none() ? 0 : Enclosure.flushed(type)).atLeast(0);
    }

    /// Returns what the logarithm of the sum of the exponentials of `x - m` may be, along the axis
    /// of result `number`.
    Enclosure logarithm(long number) {
        turnTo(number);
        return Enclosure.of(type, total).off(units).grown(Math::log);
    }

    /// Returns `m` of result `number`.
    double top(long number) {
        turnTo(number);
        return top;
    }
}
