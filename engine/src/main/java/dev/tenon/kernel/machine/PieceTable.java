package dev.tenon.kernel.machine;

import java.util.function.DoubleUnaryOperator;

/// A smooth function of `a` in `[0, 15)` as 32 polynomials, which AVX-512 picks by a permutation of
/// registers: no division, no long polynomial.
///
/// The pieces are those of the floats `1 + a`: eight to each power of two. Each polynomial meets
/// the function at Chebyshev's points of its piece; so the error is close to the least of its
/// degree, `max |f^(5)| h^5 / 1920` for a piece of half width `h`.
final class PieceTable {
    /// What `a` stays below.
    static final float END = 15;

    private static final int PIECES = 32;
    private static final int OF_OCTAVE = 8;
    private static final int SHIFT = 20; // leaves exponent and three bits of the significand
    private static final int TERMS = 5;

    private final float[] middles = new float[PIECES];
    private final float[][] coefficients = new float[TERMS][PIECES]; // of powers of a - middle

    PieceTable(DoubleUnaryOperator function) {
        for (int piece = 0; piece < PIECES; piece++) {
            int bits = piece << SHIFT; // of the exponent only the last two
            int exponent = (bits >> 23) - (127 & 3) & 3;
            double octave = 1 << exponent;
            double half = octave / (2 * OF_OCTAVE);
            double middle = octave + (2 * (piece % OF_OCTAVE) + 1) * half - 1;
            middles[piece] = (float) middle; // exact
            double[] polynomial = interpolate(function, middle, half);
            for (int power = 0; power < TERMS; power++) {
                coefficients[power][piece] = (float) polynomial[power];
            }
        }
    }

    /// Returns the polynomial in `x - middle` that meets `function` at Chebyshev's points: Newton's
    /// divided differences, multiplied out.
    private static double[] interpolate(DoubleUnaryOperator function, double middle, double half) {
        double[] points = new double[TERMS];
        double[] differences = new double[TERMS];
        for (int i = 0; i < TERMS; i++) {
            points[i] = half * StrictMath.cos(Math.PI * (i + 0.5) / TERMS);
            differences[i] = function.applyAsDouble(middle + points[i]);
        }
        for (int order = 1; order < TERMS; order++) {
            for (int i = TERMS - 1; i >= order; i--) {
                double run = points[i] - points[i - order];
                differences[i] = (differences[i] - differences[i - 1]) / run;
            }
        }
        double[] polynomial = new double[TERMS];
        for (int i = TERMS - 1; i >= 0; i--) {
            for (int power = TERMS - 1; power > 0; power--) {
                polynomial[power] = polynomial[power - 1] - points[i] * polynomial[power];
            }
            polynomial[0] = differences[i] - points[i] * polynomial[0];
        }
        return polynomial;
    }

    /// Returns the function of `a`, in `[0, 15)` or NaN.
    Node of(Pass pass, Node a) {
        Node piece = a.add(pass.constant(1)).shiftRight(SHIFT);
        Node x = a.sub(piece.lookup(middles));
        Node y = piece.lookup(coefficients[TERMS - 1]);
        for (int power = TERMS - 2; power >= 0; power--) {
            y = y.fma(x, piece.lookup(coefficients[power]));
        }
        return y;
    }
}
