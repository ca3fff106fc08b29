package dev.tenon.kernel;

/// Box and Muller's transform of two uniform numbers to two independent standard normal ones: `r *
/// cos(a)` and `r * sin(a)` with `r = sqrt(-2 ln u)`.
///
/// Logarithm, sine and cosine are Taylor series in plain double arithmetic, which rounds the same
/// on every machine and in every vector lane; so a seed gives the same bytes everywhere. The series
/// reach the last bits of a double on the ranges they are used for.
public final class BoxMuller {
    // With s up to 0.172 and x up to pi / 4 the first terms left out are below 1e-17 of the sum.
    private static final double[] LOG_TERMS = new double[12];
    private static final double[] COS_TERMS = new double[10];
    private static final double[] SIN_TERMS = new double[10];

    /// The bits of the square root of one half: where a mantissa is cut, so that its logarithm is
    /// near 0.
    public static final long SQRT_HALF_BITS = Double.doubleToRawLongBits(Math.sqrt(0.5));

    /// The bits of 1.
    public static final long ONE_BITS = Double.doubleToRawLongBits(1);

    /// The natural logarithm of 2.
    public static final double LN_2 = 0x1.62e42fefa39efp-1;

    static {
        for (int i = 0; i < LOG_TERMS.length; i++) {
            LOG_TERMS[i] = 1.0 / (2 * i + 1);
        }
        double factorial = 1;
        for (int i = 0; i < COS_TERMS.length; i++) {
            int sign = i % 2 == 0 ? 1 : -1;
            COS_TERMS[i] = sign / factorial; // (2i)!
            factorial *= 2 * i + 1;
            SIN_TERMS[i] = sign / factorial; // (2i + 1)!
            factorial *= 2 * i + 2;
        }
    }

    private BoxMuller() {}

    /// Returns the coefficients of `1, z, z^2, ...` in `atanh(s) / s`, where `z = s^2`.
    public static double[] logTerms() {
        return LOG_TERMS.clone();
    }

    /// Returns the coefficients of `1, z, z^2, ...` in `cos(x)`, where `z = x^2`.
    public static double[] cosTerms() {
        return COS_TERMS.clone();
    }

    /// Returns the coefficients of `1, z, z^2, ...` in `sin(x) / x`, where `z = x^2`.
    public static double[] sinTerms() {
        return SIN_TERMS.clone();
    }

    /// Writes two normal numbers made from two words to `values[at]` and `values[at + 1]`.
    public static void fromWords(double[] values, int at, int first, int second) {
        double u = (Integer.toUnsignedLong(first) + 1) * 0x1p-32;
        pair(values, at, u, second >>> 30, (second & 0x3FFFFFFF) * 0x1p-30);
    }

    /// Writes two normal numbers made from four words, 53 bits each, to `values[0]` and
    /// `values[1]`.
    public static void fromWords(double[] values, int a, int b, int c, int d) {
        double u = (((long) (a >>> 5) << 26) + (b >>> 6) + 1) * 0x1p-53;
        long low = ((long) (c & 0x3FFFFFFF) << 21) + (d >>> 11);
        pair(values, 0, u, c >>> 30, low * 0x1p-51);
    }

    /// @param u in (0, 1]
    /// @param quadrant 0, 1, 2 or 3: which quarter of the circle
    /// @param part where in the quarter, in [0, 1)
    private static void pair(double[] values, int at, double u, int quadrant, double part) {
        double r = Math.sqrt(-2 * log(u));
        double x = (part - 0.5) * (Math.PI / 2); // quarters are centred on the axes
        double z = x * x;
        double cos = series(COS_TERMS, z);
        double sin = x * series(SIN_TERMS, z);
        boolean swapped = (quadrant & 1) != 0;
        double a = swapped ? sin : cos;
        double b = swapped ? cos : sin;
        values[at] = r * ((quadrant + 1 & 2) != 0 ? -a : a);
        values[at + 1] = r * ((quadrant & 2) != 0 ? -b : b);
    }

    /// Returns the natural logarithm of `u` in (0, 1]: `u = 2^k * m` with `m` within a factor of
    /// the square root of 2 from 1, and `ln m = 2 atanh((m - 1) / (m + 1))`.
    public static double log(double u) {
        long bits = Double.doubleToRawLongBits(u);
        long biased = bits - SQRT_HALF_BITS + ONE_BITS >>> 52;
        double m = Double.longBitsToDouble(bits + ONE_BITS - (biased << 52));
        double s = (m - 1) / (m + 1);
        return (biased - 1023.0) * LN_2 + 2 * s * series(LOG_TERMS, s * s);
    }

    /// The even and the odd powers of `z` apart: two short chains of additions instead of a long
    /// one.
    private static double series(double[] terms, double z) {
        double square = z * z;
        double even = 0;
        double odd = 0;
        for (int i = terms.length - 2; i >= 0; i -= 2) {
            even = even * square + terms[i];
            odd = odd * square + terms[i + 1];
        }
        return even + z * odd;
    }
}
