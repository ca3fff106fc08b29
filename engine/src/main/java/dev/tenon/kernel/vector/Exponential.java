package dev.tenon.kernel.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/// `exp` of F32 vectors for arguments up to 88, as softmax needs it: within 2 units in the last
/// place, 0 below -87.3 (where results would be subnormal), NaN for NaN.
///
/// `x = n log 2 + r` with `|r| <= log(2) / 2`, the Taylor series of degree 7 for `exp(r)` (its
/// remainder is below 6e-9), and `2^n` put together from its bits. Not `lanewise(EXP)`: that calls
/// into a library on some machines and falls back to one element at a time on others.
final class Exponential {
    private static final VectorSpecies<Float> S = Lanes.FLOATS;
    private static final float LOG2_E = (float) (1 / Math.log(2));
    private static final float LN2_HIGH = 0x1.63p-1f; // 9 bits: n times it is exact
    private static final float LN2_LOW = (float) (Math.log(2) - 0.693359375);
    private static final float ROUNDER = 0x1.8p23f; // pushes the fraction out: rounds to nearest
    private static final float LEAST = -87.3f;

    private Exponential() {}

    static FloatVector exp(FloatVector x) {
        FloatVector rounder = FloatVector.broadcast(S, ROUNDER);
        FloatVector shifted = x.lanewise(VectorOperators.FMA, LOG2_E, rounder);
        FloatVector n = shifted.sub(rounder);
        FloatVector r = n.lanewise(VectorOperators.FMA, -LN2_HIGH, x);
        r = n.lanewise(VectorOperators.FMA, -LN2_LOW, r);
        FloatVector p = FloatVector.broadcast(S, 1f / 5040);
        p = p.fma(r, FloatVector.broadcast(S, 1f / 720));
        p = p.fma(r, FloatVector.broadcast(S, 1f / 120));
        p = p.fma(r, FloatVector.broadcast(S, 1f / 24));
        p = p.fma(r, FloatVector.broadcast(S, 1f / 6));
        p = p.fma(r, FloatVector.broadcast(S, 0.5f));
        p = p.fma(r, FloatVector.broadcast(S, 1f));
        p = p.fma(r, FloatVector.broadcast(S, 1f));
        // the low bits of `shifted` are n: moved to the exponent they add n to that of p
        FloatVector power =
                shifted.reinterpretAsInts()
                        .lanewise(VectorOperators.LSHL, 23)
                        .add(p.reinterpretAsInts())
                        .reinterpretAsFloats();
        return power.blend(0f, x.compare(VectorOperators.LT, LEAST));
    }
}
