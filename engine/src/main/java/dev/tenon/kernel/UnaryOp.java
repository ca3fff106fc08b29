package dev.tenon.kernel;

/// The elementwise functions of one variable, with their derivatives. Some have settings `a` and
/// `b`; the others ignore them.
public enum UnaryOp {
    NEG,
    ABS,
    /// 1 for positive, -1 for negative, 0 for zero.
    SIGN,
    SQUARE,
    SQRT,
    RECIPROCAL,
    EXP,
    LOG,
    SIN,
    COS,
    TANH,
    /// The error function.
    ERF,
    /// `1 / (1 + exp(-x))`.
    SIGMOID,
    /// `max(x, 0)`; its derivative at 0 is 0, as PyTorch's.
    RELU,
    /// `x` where `x > 0`, `a * x` elsewhere.
    LEAKY_RELU,
    /// `x * sigmoid(x)`.
    SILU,
    /// `x * Phi(x)` with the error function (Hendrycks and Gimpel 2016).
    GELU_ERF,
    /// `0.5 x (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3)))`, the same paper's approximation.
    GELU_TANH,
    /// `x + a`.
    ADD,
    /// `x * a`.
    MUL,
    /// `x ^ a`.
    POW,
    /// `min(max(x, a), b)`; the derivative is 1 inside and on the bounds.
    CLAMP;

    /// Says whether the op has settings.
    public boolean hasSettings() {
        return switch (this) {
            case LEAKY_RELU, ADD, MUL, POW, CLAMP -> true;
            default -> false;
        };
    }
}
