package dev.tenon.kernel.vector;

import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.EQ;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LT;
import static jdk.incubator.vector.VectorOperators.NE;

import dev.tenon.kernel.MathCoefficients;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;

/// Exponential, logarithm, hyperbolic tangent, sigmoid and error function of F32 vectors.
///
/// Built from additions, multiplications, divisions and FMA only, which IEEE 754 rounds in one way,
/// so that an element gives the same bits in the interpreter, in compiled code and in any lane; the
/// Vector API's own EXP, TANH, ... promise no such thing. The polynomials' coefficients are
/// [MathCoefficients]. Errors are the largest found over all floats, against the exact result, in
/// units in its last place (ulp); ElementwiseKernelTest measures them again.
///
/// | function | error |
/// |---|---|
/// | exp | 1.02 ulp, denormal results included |
/// | log | 0.9 ulp |
/// | tanh | 2.6 ulp |
/// | sigmoid | 2.4 ulp |
/// | erf | 1.6 ulp |
/// | normalTail | 9 ulp from 0 to 5, then growing with the square |
///
/// NaN gives NaN; infinities and zeros give the limits.
///
/// C2 inlines methods of ours only until it has parsed 18,000 nodes, about 60 operations, and each
/// call that it does not inline allocates its vectors. So constants are vectors made once (a
/// broadcast counts as an operation), and the longest functions call others early.
final class VectorMath {
    static final FloatVector ZERO = of(0f);
    static final FloatVector HALF = of(0.5f);
    static final FloatVector ONE = of(1f);
    static final FloatVector TWO = of(2f);
    private static final FloatVector INFINITY = of(Float.POSITIVE_INFINITY);

    private static final FloatVector LOG2_E = of((float) (1 / Math.log(2)));
    private static final FloatVector LN2_HIGH = of(MathCoefficients.LN2_HIGH);
    private static final FloatVector LN2_LOW = of(MathCoefficients.LN2_LOW);
    private static final FloatVector MINUS_LN2_HIGH = LN2_HIGH.neg();
    private static final FloatVector MINUS_LN2_LOW = LN2_LOW.neg();
    private static final FloatVector EXP_LOWEST = of(-104f); // below it e^x rounds to 0
    private static final FloatVector EXP_HIGHEST = of(88.8f); // above it e^x is infinite
    private static final FloatVector E2 = of(MathCoefficients.E2);
    private static final FloatVector E3 = of(MathCoefficients.E3);
    private static final FloatVector E4 = of(MathCoefficients.E4);
    private static final FloatVector E5 = of(MathCoefficients.E5);
    private static final FloatVector E6 = of(MathCoefficients.E6);
    // adding it leaves an integer in the low bits
    private static final FloatVector ROUNDER = of(0x1.8p23f);
    private static final IntVector ROUNDER_BITS = ROUNDER.reinterpretAsInts();
    private static final IntVector BIAS = of(127);
    private static final IntVector SIGN = of(0x80000000);

    private static final FloatVector L3 = of(MathCoefficients.L3);
    private static final FloatVector L4 = of(MathCoefficients.L4);
    private static final FloatVector L5 = of(MathCoefficients.L5);
    private static final FloatVector L6 = of(MathCoefficients.L6);
    private static final FloatVector L7 = of(MathCoefficients.L7);
    private static final FloatVector L8 = of(MathCoefficients.L8);
    private static final FloatVector L9 = of(MathCoefficients.L9);
    private static final FloatVector L10 = of(MathCoefficients.L10);
    private static final FloatVector L11 = of(MathCoefficients.L11);
    private static final FloatVector MINUS_HALF = of(-0.5f);
    private static final FloatVector LEAST_NORMAL = of(Float.MIN_NORMAL);
    private static final FloatVector TWO_TO_23 = of(0x1p23f);
    private static final FloatVector TWENTY_THREE = of(23f);
    private static final FloatVector NOT_A_NUMBER = of(Float.NaN);
    private static final FloatVector MINUS_INFINITY = of(Float.NEGATIVE_INFINITY);
    private static final IntVector SQRT_HALF_BITS = of(Float.floatToRawIntBits(0.70710677f));

    private static final FloatVector TANH_HIGHEST = of(10f); // tanh(10) rounds to 1

    private static final FloatVector R0 = of(MathCoefficients.R0);
    private static final FloatVector R1 = of(MathCoefficients.R1);
    private static final FloatVector R2 = of(MathCoefficients.R2);
    private static final FloatVector R3 = of(MathCoefficients.R3);
    private static final FloatVector R4 = of(MathCoefficients.R4);
    private static final FloatVector R5 = of(MathCoefficients.R5);
    private static final FloatVector T0 = of(MathCoefficients.T0);
    private static final FloatVector T1 = of(MathCoefficients.T1);
    private static final FloatVector T2 = of(MathCoefficients.T2);
    private static final FloatVector T3 = of(MathCoefficients.T3);
    private static final FloatVector T4 = of(MathCoefficients.T4);
    private static final FloatVector U0 = of(2 * MathCoefficients.T0);
    private static final FloatVector U1 = of(MathCoefficients.U1);
    private static final FloatVector U2 = of(MathCoefficients.U2);
    private static final FloatVector U3 = of(MathCoefficients.U3);
    private static final FloatVector U4 = of(MathCoefficients.U4);
    private static final FloatVector ERF_HIGHEST = of(4.2f); // erf(4.2) rounds to 1
    private static final FloatVector NORMAL_HIGHEST = of(28f); // 1 - Phi(15) is 0 in F32
    private static final FloatVector SQRT_2 = of((float) Math.sqrt(2));

    private VectorMath() {}

    private static FloatVector of(float value) {
        return FloatVector.broadcast(Lanes.FLOATS, value);
    }

    private static IntVector of(int value) {
        return IntVector.broadcast(Lanes.INTS, value);
    }

    /// Returns `e^x`: `2^n e^r` with `n = round(x / ln 2)`. The power of two is applied in two
    /// halves, since 2^n may be denormal or overflow where the result does not.
    static FloatVector exp(FloatVector x) {
        FloatVector shifted = x.fma(LOG2_E, ROUNDER);
        FloatVector n = shifted.sub(ROUNDER);
        FloatVector r = n.fma(MINUS_LN2_LOW, n.fma(MINUS_LN2_HIGH, x));
        FloatVector p = exponentialMinusOne(r).add(ONE);
        IntVector power = shifted.reinterpretAsInts().sub(ROUNDER_BITS);
        IntVector half = power.lanewise(ASHR, 1);
        FloatVector y = p.mul(powerOfTwo(half)).mul(powerOfTwo(power.sub(half)));
        y = y.blend(ZERO, x.compare(LT, EXP_LOWEST));
        return y.blend(INFINITY, x.compare(GT, EXP_HIGHEST));
    }

    /// Returns `e^x` for x from -87 to 88, where neither it nor 2^n is denormal or infinite.
    private static FloatVector exponential(FloatVector x) {
        FloatVector shifted = x.fma(LOG2_E, ROUNDER);
        FloatVector n = shifted.sub(ROUNDER);
        FloatVector r = n.fma(MINUS_LN2_LOW, n.fma(MINUS_LN2_HIGH, x));
        FloatVector scale = powerOfTwo(shifted.reinterpretAsInts().sub(ROUNDER_BITS));
        return exponentialMinusOne(r).fma(scale, scale);
    }

    private static FloatVector exponentialMinusOne(FloatVector r) {
        FloatVector p = E6.fma(r, E5).fma(r, E4).fma(r, E3).fma(r, E2);
        return p.fma(r.mul(r), r);
    }

    private static FloatVector powerOfTwo(IntVector n) {
        return n.add(BIAS).lanewise(LSHL, 23).reinterpretAsFloats();
    }

    /// Returns the natural logarithm, `n ln 2 + log(1 + f)` for `x = 2^n (1 + f)`.
    static FloatVector log(FloatVector x) {
        VectorMask<Float> denormal = x.compare(LT, LEAST_NORMAL);
        IntVector bits = x.blend(x.mul(TWO_TO_23), denormal).reinterpretAsInts();
        IntVector power = bits.sub(SQRT_HALF_BITS).lanewise(ASHR, 23);
        FloatVector f = bits.sub(power.lanewise(LSHL, 23)).reinterpretAsFloats().sub(ONE);
        FloatVector n = (FloatVector) power.convert(I2F, 0);
        n = n.blend(n.sub(TWENTY_THREE), denormal);
        FloatVector p = L11.fma(f, L10).fma(f, L9).fma(f, L8).fma(f, L7);
        p = p.fma(f, L6).fma(f, L5).fma(f, L4).fma(f, L3);
        FloatVector square = f.mul(f);
        FloatVector tail = p.mul(f).fma(square, n.mul(LN2_LOW)); // f^3 P(f) + n ln2's lower part
        tail = square.fma(MINUS_HALF, tail);
        FloatVector y = n.fma(LN2_HIGH, f.add(tail));
        y = y.blend(x, x.compare(EQ, INFINITY)).blend(NOT_A_NUMBER, x.compare(LT, ZERO));
        return y.blend(MINUS_INFINITY, x.compare(EQ, ZERO)).blend(x, x.compare(NE, x));
    }

    /// Returns `tanh(x) = m / (m + 2)` with the sign of `x`, where `m = e^(2|x|) - 1 = 2^n (e^r -
    /// 1)
    /// + 2^n - 1` keeps its precision near 0, where `n = 0`.
    static FloatVector tanh(FloatVector x) {
        FloatVector a = x.abs();
        a = a.blend(TANH_HIGHEST, a.compare(GT, TANH_HIGHEST));
        a = a.add(a);
        FloatVector shifted = a.fma(LOG2_E, ROUNDER);
        FloatVector n = shifted.sub(ROUNDER);
        FloatVector r = n.fma(MINUS_LN2_LOW, n.fma(MINUS_LN2_HIGH, a));
        FloatVector scale = powerOfTwo(shifted.reinterpretAsInts().sub(ROUNDER_BITS));
        FloatVector m = exponentialMinusOne(r).fma(scale, scale.sub(ONE));
        return withSign(m.div(m.add(TWO)), x);
    }

    /// Returns `1 / (1 + e^-x)`, as `e^x / (1 + e^x)` for negative `x`, where it keeps its
    /// precision down to denormals.
    static FloatVector sigmoid(FloatVector x) {
        FloatVector e = exp(x.abs().neg());
        return ONE.blend(e, x.compare(LT, ZERO)).div(e.add(ONE));
    }

    /// Returns erf(x): a polynomial below 1, else `1 - erfc(|x|)` with the sign of `x`.
    static FloatVector erf(FloatVector x) {
        FloatVector a = x.abs();
        a = a.blend(ERF_HIGHEST, a.compare(GT, ERF_HIGHEST));
        FloatVector z = a.mul(a);
        FloatVector p = R5.fma(z, R4).fma(z, R3).fma(z, R2).fma(z, R1).fma(z, R0);
        FloatVector small = p.fma(a, a);
        FloatVector tail = scaledTail(a.mul(SQRT_2), exponential(z.neg())); // half of erfc
        FloatVector large = ONE.sub(tail.add(tail));
        FloatVector y = large.blend(small, a.compare(LT, ONE));
        return y.blend(y.neg(), x.compare(LT, ZERO));
    }

    /// Returns `e^(-x^2/2)`; the exponential would magnify the rounding error of the square, so
    /// that is worked out and applied after.
    ///
    /// @param x at most 1e18 in size, so that the square does not overflow
    static FloatVector gauss(FloatVector x) {
        FloatVector square = x.mul(x);
        FloatVector error = x.fma(x, square.neg());
        FloatVector e = exp(square.mul(MINUS_HALF));
        return e.fma(error.mul(MINUS_HALF), e);
    }

    /// Returns `|x|`, at most 28, where the normal distribution's tail is long 0 in F32.
    static FloatVector boundedAbs(FloatVector x) {
        FloatVector a = x.abs();
        return a.blend(NORMAL_HIGHEST, a.compare(GT, NORMAL_HIGHEST));
    }

    /// Returns `1 - Phi(a)`, the normal distribution's upper tail, for `0 <= a <= 28`.
    ///
    /// @param gauss `e^(-a^2/2)`
    static FloatVector normalTail(FloatVector a, FloatVector gauss) {
        return scaledTail(a, gauss);
    }

    /// Returns `R(a) scale` with `R(a) = e^(a^2/2) (1 - Phi(a))`.
    private static FloatVector scaledTail(FloatVector a, FloatVector scale) {
        FloatVector above = T4.fma(a, T3).fma(a, T2).fma(a, T1).fma(a, T0);
        FloatVector below = a.add(U4).fma(a, U3).fma(a, U2).fma(a, U1).fma(a, U0);
        return above.mul(scale).div(below);
    }

    private static FloatVector withSign(FloatVector magnitude, FloatVector x) {
        IntVector sign = x.reinterpretAsInts().and(SIGN);
        return magnitude.reinterpretAsInts().or(sign).reinterpretAsFloats();
    }
}
