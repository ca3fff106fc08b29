package dev.tenon.kernel;

import dev.tenon.dtype.DType;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;

/// How far off the gradients of normalisation may be.
///
/// - z: 4u relatively; the mean, which a gradient is told as it is told rstd, loses `4 u^2 |mean|`
///   in its two halves of F32, or two of the least denormals
/// - the gradient that reaches the norm, `up`: `dy` times the activation's slope over all that the
///   activation may have been applied to ([NormBounds#ended], [Formulas#slope]); its middle is the
///   number below, half its width the error
/// - a gradient: its terms' errors, then those of its sums
final class NormGradientBounds {
    private final NormFuzz.Case c;
    private final MemorySegment dy;
    private final DType type;
    private final double u;
    private double[] ups; // the middles of what reaches the norm
    private double[] offs; // half the widths; infinite where it may be anything

    private final Map<Long, Sums> groups = new HashMap<>();

    /// What the gradients of a group share.
    ///
    /// @param open whether an `up` of the group may be anything
    /// @param sum of g over n
    /// @param product of g z over n
    /// @param most that a sum may come to
    private record Sums(
            boolean open,
            double sum,
            double product,
            double sumError,
            double productError,
            double most) {}

    NormGradientBounds(NormFuzz.Case c, MemorySegment dy) {
        this.c = c;
        this.dy = dy;
        type = c.type;
        u = Enclosure.unit(type);
    }

    /// Returns what reaches the norm.
    Enclosure upstream(int i) {
        Enclosure from = Enclosure.of(type, type.read(dy, i));
        UnaryOp activation = c.activation();
        return activation == null
                ? from
                : from.times(Formulas.slope(activation, NormBounds.ended(c, i, offOfZ(i)), 0, 0));
    }

    private void upstreams() {
        if (ups != null) {
            return;
        }
        ups = new double[Math.toIntExact(c.count)];
        offs = new double[ups.length];
        for (int i = 0; i < ups.length; i++) {
            Enclosure up = upstream(i);
            boolean number = !up.nan() && !up.unbounded();
            boolean known = number || up.none() || (up.lo() == up.hi() && !up.nan());
            ups[i] = number ? up.lo() / 2 + up.hi() / 2 : known ? up.lo() : 0;
            offs[i] = number ? up.hi() / 2 - up.lo() / 2 : known ? 0 : Double.POSITIVE_INFINITY;
        }
    }

    /// What an element of z is off.
    double offOfZ(long i) {
        long at = i / c.size;
        double halves = 4 * u * u * Math.abs(c.mean(at)) + 2 * Enclosure.least(type);
        return 4 * u * Math.abs(c.z(i)) + halves * c.rstd(at);
    }

    /// Returns the sums of a group, worked out once: elements come in any order of groups.
    private Sums sums(long group) {
        return groups.computeIfAbsent(group, this::summed);
    }

    private Sums summed(long group) {
        upstreams();
        boolean open = false;
        double sizes = 0;
        double productSizes = 0;
        double lost = 0;
        double productLost = 0;
        double sum = 0;
        double product = 0;
        for (int i = Math.toIntExact(group * c.size); i < (group + 1) * c.size; i++) {
            double weight = c.weight(i);
            double z = c.z(i);
            double g = ups[i] * weight;
            double off = offs[i] * Math.abs(weight);
            open |= Double.isInfinite(offs[i]);
            sum += g / c.size;
            product += g * z / c.size;
            sizes += (Math.abs(g) + off) / c.size;
            productSizes += (Math.abs(g) + off) * Math.abs(z) / c.size;
            lost += off / c.size;
            productLost += (off * Math.abs(z) + (Math.abs(g) + off) * offOfZ(i)) / c.size;
        }
        double units = Enclosure.roundings(type, c.size);
        double sumError = // each g may lose the least
                units * u * sizes + lost + 2 * Enclosure.least(type);
        double productError = units * u * productSizes + productLost + 4 * Enclosure.least(type);
        double r = c.rstd(group);
        double most = c.size * Math.max(sizes, productSizes) * Math.max(r, 1 / r);
        return new Sums(open, sum, product, sumError, productError, most);
    }

    Enclosure gradient(int i) {
        long group = i / c.size;
        Sums s = sums(group);
        if (s.open) {
            return Enclosure.any(type);
        }
        double sum = s.sum;
        double product = s.product;
        if (!Double.isFinite(sum) || !Double.isFinite(product)) {
            // every gradient of the group is infinite or NaN, by the order of the formula's terms
            return Enclosure.notFinite(type);
        }
        if (!(s.most <= Enclosure.highest(type))) {
            return Enclosure.any(type); // it depends on the order whether it overflows on the way
        }
        double g = ups[i] * c.weight(i);
        double off = offs[i] * Math.abs(c.weight(i));
        double z = c.z(i);
        double rounded = 4 * u * (Math.abs(g) + off + Math.abs(sum) + Math.abs(z * product));
        rounded += 4 * Enclosure.least(type);
        off += s.sumError + Math.abs(z) * s.productError;
        off += offOfZ(i) * (Math.abs(product) + s.productError);
        // rstd may come first: then what is lost of denormal factors is not made smaller by it
        double lost = Enclosure.least(type) * (4 + Math.abs(type.read(c.x, i) - c.mean(group)));
        double r = c.rstd(group);
        return NormBounds.finite(type, r * (g - sum - z * product), r * (off + rounded) + lost);
    }

    /// The gradient if mean and rstd are constants: `rstd * g`.
    Enclosure constantGradient(int i) {
        upstreams();
        if (Double.isInfinite(offs[i])) {
            return Enclosure.any(type);
        }
        double scale = c.rstd(i / c.size) * c.weight(i);
        double off = offs[i] * Math.abs(scale) + 4 * u * Math.abs(scale * ups[i]);
        off += Enclosure.least(type) * (4 + Math.abs(ups[i]) + Math.abs(c.weight(i)));
        return NormBounds.finite(type, scale * ups[i], off);
    }

    Enclosure parameter(int parameter, boolean ofWeight) {
        return parameter(parameter, ofWeight, false);
    }

    /// @param rstdLast whether `up (x - mean)` is added up before rstd, which makes larger what it
    ///   lost where it is denormal: so do kernels of channels, which have one rstd for all terms
    Enclosure parameter(int parameter, boolean ofWeight, boolean rstdLast) {
        upstreams();
        double total = 0;
        double sizes = 0;
        double lost = 0;
        double early = 0; // the terms' sizes before rstd comes to them
        for (long sample = 0; sample < c.n[0]; sample++) {
            for (int s = 0; s < c.n[3]; s++) {
                int i = Math.toIntExact((sample * c.parameters + parameter) * c.n[3] + s);
                double factor = ofWeight ? c.z(i) : 1;
                double off = ofWeight ? offOfZ(i) : 0;
                boolean anySign = Double.isInfinite(ups[i]) && Math.abs(factor) <= off;
                if (Double.isInfinite(offs[i]) || anySign) {
                    return Enclosure.any(type);
                }
                total += ups[i] * factor;
                sizes += (Math.abs(ups[i]) + offs[i]) * Math.abs(factor);
                lost += offs[i] * Math.abs(factor) + (Math.abs(ups[i]) + offs[i]) * off;
                if (ofWeight && rstdLast) {
                    lost += Enclosure.least(type) * (1 + c.rstd(i / c.size));
                    early += (Math.abs(ups[i]) + offs[i]) * Math.abs(factor) / c.rstd(i / c.size);
                }
            }
        }
        if (Double.isFinite(total) && early > Enclosure.highest(type)) {
            return Enclosure.any(type); // it overflows on the way
        }
        long terms = (long) c.n[0] * c.n[3];
        return Enclosure.sum(type, total, sizes, terms, Double.isFinite(total) ? lost : 0);
    }
}
