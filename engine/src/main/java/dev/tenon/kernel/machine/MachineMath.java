package dev.tenon.kernel.machine;

import static dev.tenon.kernel.machine.Node.Comparison.EQUAL;
import static dev.tenon.kernel.machine.Node.Comparison.IS_NAN;
import static dev.tenon.kernel.machine.Node.Comparison.LESS;

import dev.tenon.kernel.MathCoefficients;

/// Exponential, logarithm, hyperbolic tangent, sigmoid and error function of F32 as formulas of a
/// [Pass]; the same formulas as the vector backend's.
///
/// Errors are the largest found over all floats, in units in the last place (ulp);
/// ElementwiseKernelTest measures them again.
///
/// | function | error |
/// |---|---|
/// | exp | 0.6 ulp with AVX-512, 1.02 ulp else, denormal results included |
/// | log | 0.9 ulp |
/// | tanh | 2.6 ulp |
/// | sigmoid | 2.2 ulp with AVX-512, 2.4 ulp else |
/// | erf | 1.6 ulp |
/// | normal | 6 ulp with AVX-512, 9 ulp else, from 0 to 5, then growing with the square |
///
/// NaN gives NaN; infinities and zeros give the limits.
final class MachineMath {
    private static final float ROUNDER = 0x1.8p23f; // adding it leaves an integer in the low bits
    private static final float ROUNDER16 = 0x1.8p19f; // adding it leaves sixteenths
    private static final float LOG2_E = (float) (1 / Math.log(2));
    private static final float EXP_LOWEST = -104; // e^x rounds to 0
    private static final float EXP_LOWEST_NORMAL = -88; // rounds to 2^-127
    private static final float EXP_HIGHEST = 89; // e^x is infinite
    private static final float EXCESS = 0x1p64f; // keeps 2^n and what it scales from being denormal
    private static final int EXCESS_POWER = 64;
    private static final float EXCESS_ROUNDER = ROUNDER + EXCESS_POWER;
    private static final int SIXTEENTHS = 19; // the bit of a sixteenth below an exponent
    private static final int EXPONENT = 0xFF80_0000; // and sign
    private static final float TAIL_SCALE = MathCoefficients.T4; // R(a) a for large a
    private static final float TANH_HIGHEST = 10; // tanh rounds to 1
    private static final float ERF_HIGHEST = 4.2f; // erf rounds to 1
    private static final float NORMAL_HIGHEST = Math.nextDown(15f); // 1 - Phi is 0
    private static final int SQRT_HALF_BITS = Float.floatToRawIntBits(0.70710677f);

    /// `2^(k/16)`, and how much of itself its rounding has taken.
    private static final float[] POWERS = new float[16];

    private static final float[] POWERS_REST = new float[16];

    /// `-2^(k/16) EXCESS TAIL_SCALE`, less the `k` that comes to its bits when the whole number of
    /// sixteenths is added to its exponent.
    private static final float[] TAIL_POWERS = new float[16];

    static {
        for (int k = 0; k < 16; k++) {
            double power = StrictMath.pow(2, k / 16.0);
            POWERS[k] = (float) power;
            POWERS_REST[k] = (float) (power / POWERS[k] - 1);
            int bits = Float.floatToRawIntBits((float) (-power * EXCESS * TAIL_SCALE));
            TAIL_POWERS[k] = Float.intBitsToFloat(bits - (k << SIXTEENTHS));
        }
    }

    private final Pass pass;

    MachineMath(Pass pass) {
        this.pass = pass;
    }

    private Node of(double value) {
        return pass.constant(value);
    }

    /// `x`, at most `bound`; NaN stays NaN.
    private Node atMost(Node x, double bound) {
        return of(bound).min(x);
    }

    /// Returns `e^x`: `2^n e^r` with `n = round(x / ln 2)`; with AVX-512 `n` is rounded to
    /// sixteenths, whose powers of two stand in a table, so that a short polynomial does for `e^r`.
    Node exp(Node x) {
        Node bounded = of(EXP_LOWEST).max(atMost(x, EXP_HIGHEST));
        if (pass.isa().wide()) {
            Node shifted = bounded.fma(of(LOG2_E), of(ROUNDER16));
            Node n = shifted.sub(of(ROUNDER16));
            Node r = remainder(bounded, n);
            Node p = r.fma(of(MathCoefficients.S3), of(MathCoefficients.S2));
            return power(shifted, r, p.fma(r, of(1))).scale(n);
        }
        Node shifted = bounded.fma(of(LOG2_E), of(ROUNDER));
        Node p = exponentialOf(remainder(bounded, shifted.sub(of(ROUNDER))));
        // in two halves: 2^n may be denormal or overflow where the result does not
        Node power = shifted.shiftLeft(23);
        Node half = power.shiftRight(1).and(pass.bits(EXPONENT));
        Node rest = power.subInts(half);
        return p.mul(half.addInts(of(1))).mul(rest.addInts(of(1)));
    }

    /// Returns `e^x` for `x` up to 0 to the bits of [#exp], with fewer instructions: 2^n overflows
    /// nowhere, so that one scaling does and another undoes its excess.
    Node expOfNegative(Node x) {
        return pass.isa().wide() ? exp(x) : excessExp(of(EXP_LOWEST).max(x)).mul(of(1 / EXCESS));
    }

    /// Returns `e^x EXCESS` for `x` from EXP_LOWEST to 0 (AVX2).
    private Node excessExp(Node x) {
        Node shifted = x.fma(of(LOG2_E), of(ROUNDER));
        Node p = exponentialOf(remainder(x, shifted.sub(of(ROUNDER))));
        return p.mul(powerOfTwo(shifted, EXCESS));
    }

    /// Returns `e^x` for `x` up to 0 with fewer instructions than [#expOfNegative]: the relative
    /// error grows to 1 ulp per 2 of `-x`, as far as a rounding error of `x` itself would take it,
    /// and results below 1.2e-38 may be 0.
    Node roughExpOfNegative(Node x) {
        if (pass.isa().wide()) {
            double ln2 = Math.log(2);
            Node bounded = of(EXP_LOWEST).max(x);
            Node shifted = bounded.fma(of(LOG2_E), of(ROUNDER16));
            Node n = shifted.sub(of(ROUNDER16));
            Node f = bounded.fma(of(LOG2_E), of(ROUNDER16).sub(shifted));
            Node p = of(MathCoefficients.S3 * Math.pow(ln2, 3));
            p = p.fma(f, of(MathCoefficients.S2 * Math.pow(ln2, 2))).fma(f, of(ln2));
            return power(shifted, f, p).scale(n);
        }
        Node bounded = of(EXP_LOWEST_NORMAL).max(x);
        Node shifted = bounded.fma(of(LOG2_E), of(ROUNDER));
        Node minus = of(ROUNDER).sub(shifted); // -n of 2^n 2^f
        Node f = bounded.fma(of(LOG2_E), minus);
        return twoTo(f, 1).mul(powerOfTwo(shifted, 1)); // 0 where n is -127
    }

    /// Returns `2^f scale` for `|f| <= 1/2`.
    private Node twoTo(Node f, float scale) {
        return horner(
                f,
                scale * MathCoefficients.P5,
                scale * MathCoefficients.P4,
                scale * MathCoefficients.P3,
                scale * MathCoefficients.P2,
                scale * MathCoefficients.P1,
                scale);
    }

    /// `2^(k/16) (1 + r p)`, where `shifted` is a number of sixteenths `k`, modulo one, with
    /// ROUNDER16 added; what is left is to scale it by the whole powers.
    private Node power(Node shifted, Node r, Node p) {
        Node t = shifted.lookup(POWERS);
        return t.fma(p.fma(r, shifted.lookup(POWERS_REST)), t);
    }

    /// `x - n ln 2`.
    private Node remainder(Node x, Node n) {
        return n.fma(of(-MathCoefficients.LN2_LOW), n.fma(of(-MathCoefficients.LN2_HIGH), x));
    }

    /// Returns `e^x` for x from -87 to 88, where neither it nor 2^n is denormal or infinite.
    private Node exponential(Node x) {
        Node shifted = x.fma(of(LOG2_E), of(ROUNDER));
        Node n = shifted.sub(of(ROUNDER));
        Node scale = powerOfTwo(shifted, 1);
        return exponentialMinusOne(remainder(x, n)).fma(scale, scale);
    }

    private Node exponentialMinusOne(Node r) {
        return exponentialRest(r).mul(r).fma(r, r);
    }

    /// Returns `e^r` for `|r| <= ln 2 / 2`.
    private Node exponentialOf(Node r) {
        return exponentialRest(r).fma(r, of(1)).fma(r, of(1));
    }

    /// Returns `(e^r - 1 - r) / r^2`.
    private Node exponentialRest(Node r) {
        return horner(
                r,
                MathCoefficients.E6,
                MathCoefficients.E5,
                MathCoefficients.E4,
                MathCoefficients.E3,
                MathCoefficients.E2);
    }

    /// The polynomial with these coefficients, the highest power's first.
    private Node horner(Node x, float first, float... coefficients) {
        return horner(of(first), x, coefficients);
    }

    private Node horner(Node first, Node x, float... coefficients) {
        Node p = first;
        for (float coefficient : coefficients) {
            p = p.fma(x, of(coefficient));
        }
        return p;
    }

    /// `2^n factor`, where `shifted` is `n` with ROUNDER added and `factor` a power of two.
    private Node powerOfTwo(Node shifted, float factor) {
        return shifted.shiftLeft(23).addInts(of(factor)); // leaves of ROUNDER nothing
    }

    /// Returns the natural logarithm, `n ln 2 + log(1 + f)` for `x = 2^n (1 + f)`.
    Node log(Node x) {
        Node normal = of(Float.MIN_NORMAL);
        Node bits = x.select(LESS, normal, x.mul(of(0x1p23f)), x);
        Node power = bits.subInts(pass.bits(SQRT_HALF_BITS)).shiftRight(23);
        Node f = bits.subInts(power.shiftLeft(23)).sub(of(1));
        Node whole = power.intsToFloats();
        Node n = x.select(LESS, normal, whole.sub(of(23)), whole);
        Node p =
                horner(
                        f,
                        MathCoefficients.L11,
                        MathCoefficients.L10,
                        MathCoefficients.L9,
                        MathCoefficients.L8,
                        MathCoefficients.L7,
                        MathCoefficients.L6,
                        MathCoefficients.L5,
                        MathCoefficients.L4,
                        MathCoefficients.L3);
        Node square = f.mul(f);
        // f^3 P(f) + n ln2's lower part
        Node tail = p.mul(f).fma(square, n.mul(of(MathCoefficients.LN2_LOW)));
        tail = square.fma(of(-0.5), tail);
        Node y = n.fma(of(MathCoefficients.LN2_HIGH), f.add(tail));
        y = x.select(EQUAL, of(Float.POSITIVE_INFINITY), x, y);
        y = x.select(LESS, of(0), of(Float.NaN), y);
        y = x.select(EQUAL, of(0), of(Float.NEGATIVE_INFINITY), y);
        return x.select(IS_NAN, x, x, y);
    }

    /// Returns `tanh(x) = m / (m + 2)` with the sign of `x`, where `m = e^(2|x|) - 1 = 2^n (e^r -
    /// 1)
    /// + 2^n - 1` keeps its precision near 0, where `n = 0`.
    Node tanh(Node x) {
        Node a = atMost(x.abs(), TANH_HIGHEST);
        a = a.add(a);
        Node shifted = a.fma(of(LOG2_E), of(ROUNDER));
        Node n = shifted.sub(of(ROUNDER));
        Node r = n.fma(of(-MathCoefficients.LN2_HIGH), a); // a whole n up to 29 needs no LN2_LOW
        Node p = exponentialMinusOne(r);
        Node scale = powerOfTwo(shifted, 1);
        Node m = p.fma(scale, scale.sub(of(1)));
        return withSign(m.div(m.add(of(2))), x.again());
    }

    /// Returns `1 / (1 + e^-x)`, as `e^x / (1 + e^x)` for negative `x`, where it keeps its
    /// precision down to denormals.
    Node sigmoid(Node x) {
        if (pass.isa().wide()) {
            Node e = expOfNegative(x.negAbs());
            return x.ifNegative(e, of(1)).div(e.add(of(1)));
        }
        Node e = excessExp(of(EXP_LOWEST).max(x.negAbs()));
        return x.again().ifNegative(e, of(EXCESS)).div(e.add(of(EXCESS)));
    }

    /// Returns `x sigmoid(x)`.
    Node silu(Node x) {
        if (pass.isa().wide()) {
            return sigmoid(x).mul(x);
        }
        // among negative numbers the lower is the larger integer; NaN comes back with x
        Node e = excessExp(x.negAbs().minInts(of(EXP_LOWEST)));
        Node late = x.again();
        return late.ifNegative(e, of(EXCESS)).div(e.add(of(EXCESS))).mul(late.again());
    }

    /// Returns erf(x): a polynomial below 1, else `1 - erfc(|x|)` with the sign of `x`.
    Node erf(Node x) {
        Node a = atMost(x.abs(), ERF_HIGHEST);
        Node z = a.mul(a);
        Node p =
                horner(
                        z,
                        MathCoefficients.R5,
                        MathCoefficients.R4,
                        MathCoefficients.R3,
                        MathCoefficients.R2,
                        MathCoefficients.R1,
                        MathCoefficients.R0);
        Node small = p.fma(a, a);
        Node gauss = exponential(z.neg()).mul(of(-TAIL_SCALE));
        Node large = tail(a.mul(of(-Math.sqrt(2))), gauss, 0).fnma(of(2), of(1));
        return withSign(a.select(LESS, of(1), small, large), x);
    }

    /// Returns `|x|`, at most where the normal distribution's tail is long 0 in F32; that also for
    /// NaN.
    Node boundedAbs(Node x) {
        return x.abs().minInts(of(NORMAL_HIGHEST)); // in the order of their bits, NaN beyond all
    }

    /// `-boundedAbs(x)`.
    private Node boundedNegAbs(Node x) {
        return x.negAbs().minInts(of(-NORMAL_HIGHEST)); // among negative numbers the lower is more
    }

    /// The normal distribution at some `a >= 0`.
    ///
    /// @param minus `-a`, bounded
    /// @param tail `1 - Phi(a)`
    /// @param density `phi(a) = Phi'(a)`
    record Normal(Node minus, Node tail, Node density) {}

    /// Returns the normal distribution's upper tail and density.
    ///
    /// Both are multiples of `e^(-a^2/2)`. The exponential would magnify the rounding error of the
    /// square, so that is worked out and taken from what remains after whole powers.
    ///
    /// @param x whose absolute value is `a`
    Normal normal(Node x) {
        Node minus = boundedNegAbs(x);
        Node square = minus.mul(minus);
        Node error = minus.fnma(minus, square); // what the square is too large by
        Node gauss = pass.isa().wide() ? wideGauss(square, error) : gauss(square, error);
        Node late = pass.isa().wide() ? minus : boundedNegAbs(x.again());
        Node tail = tail(late, gauss, EXCESS_POWER);
        double density = -1 / Math.sqrt(2 * Math.PI) / EXCESS / TAIL_SCALE;
        return new Normal(late, tail, gauss.mul(of(density)));
    }

    /// Returns `-e^(-(square - error) / 2) EXCESS TAIL_SCALE` (AVX-512).
    private Node wideGauss(Node square, Node error) {
        Node shifted = square.fma(of(-0.5 * LOG2_E), of(ROUNDER16));
        Node n = shifted.sub(of(ROUNDER16));
        Node s = n.fma(of(2 * Math.log(2)), square).sub(error);
        Node p = s.fma(of(-MathCoefficients.S3 / 8), of(MathCoefficients.S2 / 4));
        p = p.fma(s, of(-0.5)).mul(s); // e^(-s/2) = 1 + p
        Node power = shifted.shiftLeft(SIXTEENTHS).addInts(shifted.lookup(TAIL_POWERS));
        return p.fma(power, power);
    }

    /// Returns `-e^(-(square - error) / 2) EXCESS TAIL_SCALE`.
    private Node gauss(Node square, Node error) {
        float minusHalfLog2E = (float) (-0.5 / Math.log(2));
        Node minus = of(ROUNDER).sub(square.fma(of(minusHalfLog2E), of(ROUNDER))); // -n
        Node f = square.fma(of(minusHalfLog2E), minus);
        Node p = twoTo(error.fnma(of(minusHalfLog2E), f), -TAIL_SCALE);
        return p.addInts(of(EXCESS_ROUNDER).sub(minus).shiftLeft(23));
    }

    /// Returns the tail `R(a) e^(-a^2/2)`, where `R = T / U` is a rational function.
    ///
    /// Both polynomials begin with 1, which saves each a multiplication.
    ///
    /// @param minus `-a`, which a GELU has
    /// @param gauss `-e^(-a^2/2) TAIL_SCALE 2^power`
    private Node tail(Node minus, Node gauss, int power) {
        Node above =
                horner(
                        minus.add(of(-MathCoefficients.T3 / TAIL_SCALE)),
                        minus,
                        MathCoefficients.T2 / TAIL_SCALE,
                        -MathCoefficients.T1 / TAIL_SCALE,
                        MathCoefficients.T0 / TAIL_SCALE);
        above = above.mul(gauss);
        Node below =
                horner(
                        minus.add(of(-MathCoefficients.U4)),
                        minus,
                        MathCoefficients.U3,
                        -MathCoefficients.U2,
                        MathCoefficients.U1);
        Node scaled = below.addInts(pass.bits(power << 23)); // it is 125 at least
        Node whole = scaled.fma(minus, of(-2 * MathCoefficients.T0 * Math.scalb(1f, power)));
        return above.div(whole);
    }

    private Node withSign(Node magnitude, Node x) {
        return magnitude.or(x.and(pass.bits(0x8000_0000)));
    }
}
