package dev.tenon.kernel;

import dev.tenon.dtype.DType;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;

/// How far off normalisation may be.
///
/// Means come in two steps: a first one `m` in F32, off by `9 u mean |x|` at most (32 terms meet in
/// F32), then the sum of `x - m`. With `R u` the error of a sum in proportion to its terms' sizes
/// ([Enclosure#roundings]):
///
/// - mean: `R u (mean |x - mean| + |m - mean|)`
/// - rstd, relatively: half the variance's `(R + 4) u`, as far as the variance counts beside eps
/// - z: `rstd` times the mean's error and 2u of the difference, `|z|` times rstd's error
/// - what the activation is applied to: the weight times z's error, the rounding of the product and
///   of both sums, and where that factor comes first `|x - mean|` times what `rstd * weight` loses
///   where it is denormal; the activation of that enclosure
final class NormBounds {
    private final NormFuzz.Case c;
    private final DType type;
    private final double u;
    private final boolean anyShift;
    private final Map<Long, Statistics> groups = new HashMap<>();

    /// @param rstdError relatively
    private record Statistics(
            double variance, double meanError, double varianceError, double rstdError) {}

    NormBounds(NormFuzz.Case c) {
        this(c, false);
    }

    /// @param anyShift whether the sums are of differences from any of the elements, not from a
    ///   first mean
    NormBounds(NormFuzz.Case c, boolean anyShift) {
        this.anyShift = anyShift;
        this.c = c;
        type = c.type;
        u = Enclosure.unit(type);
    }

    /// Returns how far off a group's statistics may be, worked out once: elements come in any order
    /// of groups.
    private Statistics statistics(long group) {
        return groups.computeIfAbsent(group, this::workOut);
    }

    private Statistics workOut(long group) {
        double mean = c.mean(group);
        double sizes = 0;
        double differences = 0;
        double squares = 0;
        double farthest = 0;
        for (long i = group * c.size; i < (group + 1) * c.size; i++) {
            double difference = type.read(c.x, i) - mean;
            sizes += Math.abs(type.read(c.x, i));
            differences += Math.abs(difference);
            squares += difference * difference;
            farthest = Math.max(farthest, Math.abs(difference));
        }
        double units = Enclosure.roundings(type, c.size);
        double first = anyShift ? farthest : 9 * u * sizes / c.size;
        double meanError = units * u * (differences / c.size + first) + 2 * Enclosure.least(type);
        double variance = squares / c.size;
        double off = (units + 4) * u * variance + meanError * meanError + units * u * first * first;
        double varianceError = 2 * off + 2 * Enclosure.least(type); // of each square
        double rstdError = off / (variance + NormFuzz.EPS) / 2 + u;
        return new Statistics(variance, meanError, varianceError, rstdError);
    }

    Enclosure mean(int of) {
        double meanError = statistics(of).meanError;
        return number(c.mean(of), meanError + 0x1p-52 * Math.abs(c.mean(of)));
    }

    Enclosure rstd(int of) {
        return number(c.rstd(of), statistics(of).rstdError * c.rstd(of));
    }

    Enclosure variance(int of) {
        Statistics s = statistics(of);
        return number(s.variance, s.varianceError + 0x1p-50 * s.variance);
    }

    /// A number of F64 that is off by `error`; where an operand was not finite, the same.
    private Enclosure number(double value, double error) {
        Enclosure number = Enclosure.of(type == DType.F32 ? DType.F64 : type, value);
        return Double.isFinite(value) ? number.loosened(error) : number;
    }

    Enclosure result(int i) {
        long group = i / c.size;
        Statistics s = statistics(group);
        double difference = Math.abs(type.read(c.x, i) - c.mean(group));
        double off = c.rstd(group) * (s.meanError + 2 * u * difference);
        Enclosure sum = ended(c, i, off + Math.abs(c.z(i)) * s.rstdError);
        return c.activation() == null ? sum : Formulas.value(c.activation(), sum, 0, 0);
    }

    /// Returns what the activation is applied to, if z is off by `off`.
    static Enclosure ended(NormFuzz.Case c, int i, double off) {
        double u = Enclosure.unit(c.type);
        double z = c.z(i);
        double weight = c.weight(i);
        if (Double.isInfinite(weight) && Math.abs(z) <= off) {
            return Enclosure.any(c.type); // of either sign, or NaN
        }
        double error = Math.abs(weight) * off + 3 * u * Math.abs(weight * z);
        error += u * Math.abs(c.bias(i));
        if (c.isScaledFirst() && Double.isFinite(weight)) { // the factor may be denormal
            error += Enclosure.least(c.type) * Math.abs(c.type.read(c.x, i) - c.mean(i / c.size));
        }
        Enclosure sum = finite(c.type, z * weight + c.bias(i), error);
        MemorySegment residual = c.residual();
        return residual == null ? sum : sum.plus(Enclosure.of(c.type, c.type.read(residual, i)));
    }

    /// A number that is off by `error`; where an operand was not finite, the same.
    static Enclosure finite(DType type, double value, double error) {
        return Double.isFinite(value)
                ? Enclosure.of(type, value).loosened(error).off(1)
                : Enclosure.of(type, value);
    }
}
