package dev.tenon.kernel.machine;

/// The normal distribution's upper tail without its exponential, `R(a) = e^(a^2/2) (1 - Phi(a)) =
/// e^(z^2) erfc(z) / 2` with `z = a / sqrt(2)`, in double, for tables.
final class NormalTail {
    private static final double SERIES_END = 2.5;
    private static final int DEPTH = 200; // of the fraction; 60 suffice from 2.5 on

    private NormalTail() {}

    /// Returns `R(a)` for `a >= 0`, to 1e-12 of itself.
    ///
    /// Below 2.5 the series `e^(z^2) - 2 / sqrt(pi) sum 2^n z^(2n+1) / (2n+1)!!`, beyond it the
    /// continued fraction of erfc (Abramowitz and Stegun 7.1.6 and 7.1.14).
    static double of(double a) {
        double z = a * Math.sqrt(0.5);
        if (z < SERIES_END) {
            double term = z;
            double sum = z;
            for (int n = 1; term > 1e-18 * sum; n++) {
                term *= 2 * z * z / (2 * n + 1);
                sum += term;
            }
            return 0.5 * StrictMath.exp(z * z) - sum / Math.sqrt(Math.PI);
        }
        double fraction = 0;
        for (int n = DEPTH; n >= 1; n--) {
            fraction = 0.5 * n / (z + fraction);
        }
        return 0.5 / Math.sqrt(Math.PI) / (z + fraction);
    }
}
