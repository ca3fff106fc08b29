package dev.tenon.kernel;

/// Coefficients of the polynomials behind exponential, logarithm and error function in F32, shared
/// by all backends that compute them in vectors.
///
/// They are minimax fits whose coefficients were rounded to F32 one after another, the rest fitted
/// again each time.
public final class MathCoefficients {

    // `ln 2` in two parts, the first with zeros at its end, so that a small integer times it is
    // exact
    public static final float LN2_HIGH = 0x1.62e430p-1f;
    public static final float LN2_LOW = (float) (Math.log(2) - 0x1.62e430p-1f);

    // `e^r = 1 + r + r^2 (E2 + E3 r + ...)` for `|r| <= ln 2 / 2`, error 3e-9
    public static final float E2 = 0.49999994f;
    public static final float E3 = 0.16666521f;
    public static final float E4 = 0.04166826f;
    public static final float E5 = 0.008368668f;
    public static final float E6 = 0.0013821297f;

    // `e^r = 1 + r + r^2 (S2 + S3 r)` for `|r| <= ln 2 / 32`, error 1.6e-9
    public static final float S2 = 0.5000162f;
    public static final float S3 = 0.16667058f;

    // `2^f = 1 + P1 f + P2 f^2 + ...` for `|f| <= 1/2`, error 9e-8
    public static final float P1 = 0.693147f;
    public static final float P2 = 0.24022247f;
    public static final float P3 = 0.055507112f;
    public static final float P4 = 0.009671294f;
    public static final float P5 = 0.0013269407f;

    // `log(1 + f) = f - f^2/2 + f^3 (L3 + L4 f + ...)` for `sqrt(1/2) <= 1 + f < sqrt(2)`, error
    // 8e-10
    public static final float L3 = 0.33333313f;
    public static final float L4 = -0.2500001f;
    public static final float L5 = 0.20002072f;
    public static final float L6 = -0.16667989f;
    public static final float L7 = 0.1422036f;
    public static final float L8 = -0.1240624f;
    public static final float L9 = 0.118835375f;
    public static final float L10 = -0.11670025f;
    public static final float L11 = 0.0674919f;

    // `erf(x) = x + x (R0 + R1 x^2 + ...)` for `|x| < 1`, error 5e-8
    public static final float R0 = 0.12837917f;
    public static final float R1 = -0.37612417f;
    public static final float R2 = 0.112806946f;
    public static final float R3 = -0.026723066f;
    public static final float R4 = 0.004929274f;
    public static final float R5 = -0.00056739047f;

    // `e^(a^2/2) (1 - Phi(a)) = (T0 + T1 a + ... + T4 a^4) / (2 T0 + U1 a + ... + U4 a^4 + a^5)`
    // for `0 <= a <= 15`, error 2e-9 (1 + a^2 / 10)
    public static final float T0 = 53.48546f;
    public static final float T1 = 45.77828f;
    public static final float T2 = 18.778486f;
    public static final float T3 = 4.0687494f;
    public static final float T4 = 0.39895076f;
    public static final float U1 = 176.90701f;
    public static final float U2 = 125.22267f;
    public static final float U3 = 48.048477f;
    public static final float U4 = 10.199888f;

    private MathCoefficients() {}
}
