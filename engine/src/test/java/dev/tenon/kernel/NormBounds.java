package dev.tenon.kernel;

import dev.tenon.dtype.DType;
import java.lang.foreign.MemorySegment;

/// How far off normalisation and its gradients may be.
///
/// Means come in two steps: a first one `m` in F32, off by `9 u mean |x|` at most (32 terms meet in
/// F32), then the sum of `x - m`. With `R u` the error of a sum in proportion to its terms' sizes
/// ([Enclosure#roundings]):
///
/// - mean: `R u (mean |x - mean| + |m - mean|)`
/// - rstd, relatively: half the variance's `(R + 4) u`, as far as the variance counts beside eps
/// - z: `rstd` times the mean's error and 2u of the difference, `|z|` times rstd's error; in a
///   gradient, which is told both, the mean's two halves of F32 lose `4 u^2 |mean|`, or two of the
///   least denormals
/// - a gradient: its terms' errors, then those of its sums
final class NormBounds {
    private final NormFuzz.Case c;
    private final DType type;
    private final double u;
    private long group = -1;
    private double variance;
    private double meanError;
    private double rstdError; // relatively
    private double sum; // of g over n
    private double product; // of g z over n
    private double sumError;
    private double productError;

    NormBounds(NormFuzz.Case c) {
        this.c = c;
        type = c.type;
        u = Enclosure.unit(type);
    }

    private void statistics(long newGroup) {
        if (newGroup == group) {
            return;
        }
        group = newGroup;
        double mean = c.mean(group);
        double sizes = 0;
        double differences = 0;
        double squares = 0;
        for (long i = group * c.size; i < (group + 1) * c.size; i++) {
            double difference = type.read(c.x, i) - mean;
            sizes += Math.abs(type.read(c.x, i));
            differences += Math.abs(difference);
            squares += difference * difference;
        }
        double units = Enclosure.roundings(type, c.size);
        double first = 9 * u * sizes / c.size;
        meanError = units * u * (differences / c.size + first) + 2 * Enclosure.least(type);
        variance = squares / c.size;
        double off = (units + 4) * u * variance + meanError * meanError + units * u * first * first;
        rstdError = off / (variance + NormFuzz.EPS) / 2 + u;
    }

    Enclosure mean(int of) {
        statistics(of);
        return number(c.mean(of), meanError + 0x1p-52 * Math.abs(c.mean(of)));
    }

    Enclosure rstd(int of) {
        statistics(of);
        return number(c.rstd(of), rstdError * c.rstd(of));
    }

    /// A number of F64 that is off by `error`; where an operand was not finite, the same.
    private Enclosure number(double value, double error) {
        Enclosure number = Enclosure.of(type == DType.F32 ? DType.F64 : type, value);
        return Double.isFinite(value) ? number.loosened(error) : number;
    }

    private Enclosure result(double value, double error) {
        return Double.isFinite(value)
                ? Enclosure.of(type, value).loosened(error).off(1)
                : Enclosure.of(type, value);
    }

    Enclosure result(int i) {
        statistics(i / c.size);
        double z = c.z(i);
        double difference = Math.abs(type.read(c.x, i) - c.mean(group));
        double off = c.rstd(group) * (meanError + 2 * u * difference) + Math.abs(z) * rstdError;
        double scaled = Math.abs(c.weight(i) * z);
        double error = Math.abs(c.weight(i)) * off + 3 * u * scaled + u * Math.abs(c.bias(i));
        return result(z * c.weight(i) + c.bias(i), error);
    }

    /// What an element of z is off in a gradient.
    private double offOfZ(long i) {
        long at = i / c.size;
        double halves = 4 * u * u * Math.abs(c.mean(at)) + 2 * Enclosure.least(type);
        return 4 * u * Math.abs(c.z(i)) + halves * c.rstd(at);
    }

    private void sums(MemorySegment up, long newGroup) {
        if (newGroup == group) {
            return;
        }
        group = newGroup;
        double sizes = 0;
        double productSizes = 0;
        double offs = 0;
        sum = 0;
        product = 0;
        for (long i = group * c.size; i < (group + 1) * c.size; i++) {
            double g = type.read(up, i) * c.weight(i);
            double z = c.z(i);
            sum += g / c.size;
            product += g * z / c.size;
            sizes += Math.abs(g) / c.size;
            productSizes += Math.abs(g * z) / c.size;
            offs += Math.abs(g) * offOfZ(i) / c.size;
        }
        double units = Enclosure.roundings(type, c.size);
        sumError = units * u * sizes + 2 * Enclosure.least(type); // each g may lose the least
        productError = units * u * productSizes + offs + 4 * Enclosure.least(type);
    }

    Enclosure gradient(MemorySegment up, int i) {
        sums(up, i / c.size);
        if (!Double.isFinite(sum) || !Double.isFinite(product)) {
            // every gradient of the group is infinite or NaN, by the order of the formula's terms
            return Enclosure.notFinite(type);
        }
        double g = type.read(up, i) * c.weight(i);
        double z = c.z(i);
        double off = sumError + Math.abs(z) * productError + offOfZ(i) * Math.abs(product);
        double rounded = 4 * u * (Math.abs(g) + Math.abs(sum) + Math.abs(z * product));
        rounded += 4 * Enclosure.least(type);
        // rstd may come first: then what is lost of denormal factors is not made smaller by it
        double lost = Enclosure.least(type) * (4 + Math.abs(type.read(c.x, i) - c.mean(group)));
        double r = c.rstd(group);
        return result(r * (g - sum - z * product), r * (off + rounded) + lost);
    }

    Enclosure parameter(MemorySegment up, int parameter, boolean ofWeight) {
        double total = 0;
        double sizes = 0;
        double offs = 0;
        for (long sample = 0; sample < c.n[0]; sample++) {
            for (int s = 0; s < c.n[3]; s++) {
                long i = (sample * c.parameters + parameter) * c.n[3] + s;
                double term = type.read(up, i) * (ofWeight ? c.z(i) : 1);
                total += term;
                sizes += Math.abs(term);
                offs += ofWeight ? Math.abs(type.read(up, i)) * offOfZ(i) : 0;
            }
        }
        long terms = (long) c.n[0] * c.n[3];
        return Enclosure.sum(type, total, sizes, terms, Double.isFinite(total) ? offs : 0);
    }
}
