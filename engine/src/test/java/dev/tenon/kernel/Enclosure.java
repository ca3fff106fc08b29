package dev.tenon.kernel;

import dev.tenon.dtype.DType;
import java.util.function.DoubleUnaryOperator;

/// What a kernel may make of a formula: all numbers from `lo` to `hi`, and NaN where `nan` says so.
///
/// A fuzz case works out its formula with enclosures in place of numbers, so that its bound comes
/// from the case's own operands: interval arithmetic, widened after each operation by the rounding
/// of the type (Higham, "Accuracy and stability of numerical algorithms", 2002, sections 2.2 and
/// 3.3). Cancellation, overflow on the way and zero times infinity need no exception: where they
/// happen the enclosure is wide, elsewhere it is not.
///
/// The bound of a type, in one place; `u` is half a unit in the last place of 1, 2^-24 in F32:
///
/// | what | off by at most |
/// |---|---|
/// | an operation that kernels do not rearrange | 0: the same bits |
/// | `+ - * /` and roots in a formula | 2u, relatively: 1 ulp |
/// | a setting that is a double | u, once, when it becomes a number of the type |
/// | exp, log, tanh, erf, sigmoid, sin, cos, pow | 6u: 3 ulp |
/// | a sum of n terms of sizes `S` in total | `u S` times [#roundings], the terms' own errors aside |
/// | a weight of a softmax | e^-87.3 more: smaller ones may be 0 |
/// | any result | two of the least denormals |
///
/// F64 counts twice, because the definition's own operations are then as coarse as the kernel's.
/// Where the definition, which works in F64, cancels, [#loosened] says so.
///
/// @param type whose rounding it is
/// @param lo the least number, NaN where there is none
/// @param hi the largest number
/// @param overflows whether infinities and NaN are as good, because sums may pass through them
record Enclosure(DType type, double lo, double hi, boolean nan, boolean overflows) {
    /// Elements that kernels add one after another before they start a new sum.
    private static final int CHAIN = 256;

    /// Exponentials of what is below -87.3 may be 0 where they are weights of a softmax: beside the
    /// largest, 1, they are nothing.
    private static final double FLUSHED = Math.exp(-87.3);

    Enclosure(DType type, double lo, double hi, boolean nan) {
        this(type, lo, hi, nan, false);
    }

    /// Returns what a weight of a softmax may lose, beside its rounding.
    static double flushed(DType type) {
        return type == DType.F32 ? FLUSHED : 0;
    }

    /// Returns half a unit in the last place of 1.
    static double unit(DType type) {
        return type == DType.F64 ? 0x1p-52 : 0x1p-24;
    }

    /// Returns what any result may be off by: two of the least denormals.
    static double least(DType type) {
        return type == DType.F64 ? 8 * Double.MIN_VALUE : 2 * Float.MIN_VALUE;
    }

    /// Returns the largest number.
    static double highest(DType type) {
        return type == DType.F64 ? Double.MAX_VALUE : Float.MAX_VALUE;
    }

    /// How many times `u S` a sum of `terms` products may be off: sums of F32 are cut every 256
    /// terms, so that an element is in a chain of `L = min(n, 256) + n / 256` additions; of F64, as
    /// the definition's are, `L = n`.
    ///
    /// No order of a chain is off by more than `L u S` (Higham, section 4.2). Where the rounding
    /// errors of a long chain are independent, as of random terms, they stay below `7 sqrt(L / 3) u
    /// S` but once in 10^11: partial sums that grow to S have a root mean square of `S / sqrt 3`
    /// (Higham and Mary, "A new approach to probabilistic rounding error analysis", 2019, with
    /// lambda = 7). A product, the coefficient or the bias that is added last, and the result are
    /// rounded once each.
    static double roundings(DType type, long terms) {
        double most = mostRoundings(type, terms);
        return type == DType.F64 ? most : Math.min(most, 4 + 7 * Math.sqrt((most - 4) / 3));
    }

    /// [#roundings] of terms that may be all the same, whose errors are not independent.
    static double mostRoundings(DType type, long terms) {
        return 4.0 + (type == DType.F64 ? terms : Math.min(terms, CHAIN) + terms / CHAIN);
    }

    /// Returns an operand.
    static Enclosure of(DType type, double value) {
        return new Enclosure(type, value, value, Double.isNaN(value));
    }

    /// Returns a setting, which kernels may round to the type.
    static Enclosure setting(DType type, double value) {
        return value == (float) value ? of(type, value) : of(type, value).off(unit(type), 0);
    }

    /// Returns an enclosure of any number and NaN.
    static Enclosure any(DType type) {
        return new Enclosure(type, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY, true);
    }

    /// Returns an enclosure of infinities and NaN.
    static Enclosure notFinite(DType type) {
        return new Enclosure(type, Double.NaN, Double.NaN, true, true);
    }

    /// Returns what a sum may be.
    ///
    /// @param sum the sum, in F64
    /// @param sizes the sum of the terms' sizes and what is added to it
    /// @param lost how far off all terms may be before they are added
    static Enclosure sum(DType type, double sum, double sizes, long terms, double lost) {
        return sum(type, sum, sizes, roundings(type, terms), terms, lost);
    }

    /// Returns what a sum may be that is off by `units` times `u sizes`.
    static Enclosure sum(
            DType type, double sum, double sizes, double units, long terms, double lost) {
        if (!Double.isFinite(sizes)) {
            return of(type, sum); // an operand is not finite
        }
        double error = units * unit(type) * sizes + terms * least(type) + lost;
        if (sizes + error <= highest(type)) {
            return of(type, sum).off(0, error);
        }
        // it depends on the order whether it overflows on the way
        return Double.isFinite(error) ? of(type, sum).off(0, error).orOverflow() : any(type);
    }

    // ---- arithmetic

    private Enclosure with(double from, double to, boolean notNumber) {
        return overflows ? any(type) : new Enclosure(type, from, to, notNumber);
    }

    private Enclosure orOverflow() {
        return new Enclosure(type, lo, hi, nan, true);
    }

    /// Returns this, each number off by the share `relative` of itself and by `absolute`.
    private Enclosure off(double relative, double absolute) {
        double from = Double.isInfinite(lo) ? lo : lo - relative * Math.abs(lo) - absolute;
        double to = Double.isInfinite(hi) ? hi : hi + relative * Math.abs(hi) + absolute;
        return new Enclosure(type, atLeastHeld(from), -atLeastHeld(-to), nan, overflows);
    }

    /// Returns the least that a number of at least `bound` may be once it is one of the type:
    /// beyond the highest it may be that or, clearly beyond, is infinite.
    private double atLeastHeld(double bound) {
        double highest = highest(type);
        if (bound < -highest) {
            return Double.NEGATIVE_INFINITY;
        }
        return bound > highest && bound <= highest * (1 + unit(type)) ? highest : bound;
    }

    /// Returns this, a relative `units` of `u` wider on both sides.
    Enclosure off(double units) {
        boolean exact = lo == 0 && hi == 0;
        return exact ? this : off(units * unit(type), least(type));
    }

    /// Returns this with `error` more on both sides.
    Enclosure loosened(double error) {
        return off(0, error);
    }

    private Enclosure hull(Enclosure b, boolean notNumber, double... ends) {
        if (b.overflows) {
            return any(type);
        }
        double from = Double.NaN;
        double to = Double.NaN;
        boolean undefined = notNumber;
        for (double end : ends) {
            undefined |= Double.isNaN(end);
            from = Double.isNaN(from) || end < from ? end : from;
            to = Double.isNaN(to) || end > to ? end : to;
        }
        return with(from, to, undefined);
    }

    Enclosure plus(Enclosure b) {
        if (overflows || b.overflows) {
            return any(type);
        }
        boolean undefined = nan || b.nan || opposite(lo, b.hi) || opposite(hi, b.lo);
        if (lo == hi && b.lo == b.hi) {
            return hull(b, undefined, lo + b.lo).off(2);
        }
        double from = lo + b.lo;
        double to = hi + b.hi;
        return with(
                        Double.isNaN(from) && !none() && !b.none()
                                ? Double.NEGATIVE_INFINITY
                                : from,
                        Double.isNaN(to) && !none() && !b.none() ? Double.POSITIVE_INFINITY : to,
                        undefined)
                .off(2);
    }

    /// Says whether it is NaN for certain.
    boolean none() {
        return Double.isNaN(lo);
    }

    private static boolean opposite(double a, double b) {
        return Double.isInfinite(a) && a == -b;
    }

    Enclosure minus(Enclosure b) {
        return plus(b.negated());
    }

    Enclosure negated() {
        return with(-hi, -lo, nan);
    }

    Enclosure times(Enclosure b) {
        boolean undefined = nan || b.nan || (holdsZero() && b.unbounded());
        undefined |= unbounded() && b.holdsZero();
        return hull(
                        b,
                        undefined,
                        product(lo, b.lo, b),
                        product(lo, b.hi, b),
                        product(hi, b.lo, b),
                        product(hi, b.hi, b))
                .off(2);
    }

    /// Returns the product of an end of this and an end of `b`; zero times the infinite end of many
    /// numbers is zero times what is near it.
    private double product(double end, double endOfB, Enclosure b) {
        boolean many = Double.isInfinite(end) ? lo != hi : b.lo != b.hi;
        boolean zero = end == 0 && Double.isInfinite(endOfB);
        zero |= Double.isInfinite(end) && endOfB == 0;
        return zero && many ? 0 : end * endOfB;
    }

    Enclosure times(double setting) {
        return times(setting(type, setting));
    }

    Enclosure plus(double setting) {
        return plus(setting(type, setting));
    }

    private boolean holdsZero() {
        return lo <= 0 && hi >= 0;
    }

    /// Says whether it may be infinite.
    boolean unbounded() {
        return Double.isInfinite(lo) || Double.isInfinite(hi);
    }

    Enclosure squared() {
        double from = holdsZero() ? 0 : Math.min(lo * lo, hi * hi);
        return with(from, Math.max(lo * lo, hi * hi), nan).off(2).atLeast(0);
    }

    Enclosure over(Enclosure b) {
        if (b.lo == b.hi || !b.holdsZero()) {
            boolean undefined = nan || b.nan || (unbounded() && b.unbounded());
            undefined |= holdsZero() && b.holdsZero();
            return hull(b, undefined, lo / b.lo, lo / b.hi, hi / b.lo, hi / b.hi).off(2);
        }
        boolean undefined = nan || b.nan || holdsZero() || (unbounded() && b.unbounded());
        if (b.lo == 0 && lo > 0) {
            return with(lo / b.hi, Double.POSITIVE_INFINITY, undefined).off(2);
        }
        Enclosure any = any(type);
        return with(any.lo, any.hi, undefined);
    }

    Enclosure root() {
        if (hi < 0) {
            return of(type, Double.NaN);
        }
        return with(Math.sqrt(Math.max(0, lo)), Math.sqrt(hi), nan || lo < 0).off(2).atLeast(0);
    }

    Enclosure size() {
        double from = holdsZero() ? 0 : Math.min(Math.abs(lo), Math.abs(hi));
        return with(from, Math.max(Math.abs(lo), Math.abs(hi)), nan);
    }

    /// Returns -1, 0 or 1; NaN stays.
    Enclosure sign() {
        return with(Math.signum(lo), Math.signum(hi), nan);
    }

    Enclosure atLeast(double bound) {
        return none() ? this : with(Math.max(lo, bound), Math.max(hi, bound), nan);
    }

    Enclosure atMost(double bound) {
        return none() ? this : with(Math.min(lo, bound), Math.min(hi, bound), nan);
    }

    /// Returns the larger of both, NaN if either may be.
    Enclosure max(Enclosure b) {
        if (b.overflows) {
            return any(type);
        }
        return with(Math.max(lo, b.lo), Math.max(hi, b.hi), nan || b.nan);
    }

    /// Returns a growing function of this, off by three units in the last place.
    Enclosure grown(DoubleUnaryOperator function) {
        double from = function.applyAsDouble(lo);
        double to = function.applyAsDouble(hi);
        return hull(this, nan || Double.isNaN(from), from, to).off(6);
    }

    Enclosure exp() {
        return grown(Math::exp).atLeast(0);
    }

    // ---- comparison

    /// Says whether nothing is asked of a result.
    boolean isUnbounded() {
        return nan && lo == Double.NEGATIVE_INFINITY && hi == Double.POSITIVE_INFINITY;
    }

    boolean holds(double value) {
        if (overflows && !Double.isFinite(value)) {
            return true;
        }
        return Double.isNaN(value) ? nan : lo <= value && value <= hi;
    }

    /// Returns how much of the way from the middle to the ends `value` is.
    double share(double value) {
        double half = (hi - lo) / 2;
        return half > 0 && Double.isFinite(half) && Double.isFinite(value)
                ? Math.abs(value - lo - half) / half
                : 0;
    }

    @Override
    public String toString() {
        return "from " + lo + " to " + hi + (overflows ? " or overflown" : nan ? " or NaN" : "");
    }
}
