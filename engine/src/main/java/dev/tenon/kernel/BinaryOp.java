package dev.tenon.kernel;

/// The elementwise functions of two variables. Comparisons give 1 or 0 and are written as BOOL.
public enum BinaryOp {
    ADD,
    SUB,
    MUL,
    DIV,
    POW,
    MAXIMUM,
    MINIMUM,
    EQUAL,
    LESS,
    LESS_EQUAL,
    GREATER;

    /// Says whether the result is a truth value.
    public boolean isComparison() {
        return switch (this) {
            case EQUAL, LESS, LESS_EQUAL, GREATER -> true;
            default -> false;
        };
    }
}
