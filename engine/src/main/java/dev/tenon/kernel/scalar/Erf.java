package dev.tenon.kernel.scalar;

/// The error function in double precision, `erf(x) = 2/sqrt(pi) * integral of exp(-t^2) from 0 to
/// x`.
///
/// For |x| < 2.5 the Maclaurin-type series `2/sqrt(pi) exp(-x^2) sum 2^n x^(2n+1) / (2n+1)!!` (all
/// terms positive, so no cancellation), beyond it the continued fraction of erfc (Abramowitz and
/// Stegun 7.1.6 and 7.1.14), evaluated backward. Relative error below 1e-15 against the tables.
public final class Erf {
    private static final double TWO_OVER_SQRT_PI = 2 / Math.sqrt(Math.PI);

    private Erf() {}

    /// Returns erf(x); erf(NaN) is NaN.
    public static double erf(double x) {
        double a = Math.abs(x);
        if (a < 2.5) {
            double term = x;
            double sum = x;
            for (int n = 1; Math.abs(term) > 1e-18 * Math.abs(sum); n++) {
                term *= 2 * x * x / (2 * n + 1);
                sum += term;
            }
            return TWO_OVER_SQRT_PI * Math.exp(-x * x) * sum;
        }
        if (a >= 6) {
            return Math.signum(x); // erfc(6) is 2e-17, below half an ulp of 1
        }
        return Double.isNaN(x) ? x : Math.signum(x) * (1 - erfc(a));
    }

    private static double erfc(double x) {
        double fraction = 0;
        for (int n = 60; n >= 1; n--) {
            fraction = 0.5 * n / (x + fraction);
        }
        return Math.exp(-x * x) / Math.sqrt(Math.PI) / (x + fraction);
    }
}
