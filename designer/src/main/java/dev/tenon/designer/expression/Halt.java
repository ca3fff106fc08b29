package dev.tenon.designer.expression;

import dev.tenon.designer.DesignException;

/// Ends the reading or evaluation of an expression; it never leaves the package.
final class Halt extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private static final int NO_LINE = -1;

    private final int line;
    private final transient Object thrown; // what a script threw, or undefined
    private final boolean catchable; // by the script: a bound is not

    private Halt(String message, int line, Object thrown, boolean catchable) {
        super(message, null, false, false);
        this.line = line;
        this.thrown = thrown;
        this.catchable = catchable;
    }

    /// A mistake of the script, which its own `catch` may take.
    static Halt mistake(String message) {
        return new Halt(message, 0, Undefined.UNDEFINED, true);
    }

    /// A refusal by the outside.
    static Halt refusal(DesignException refusal) {
        return mistake(String.valueOf(refusal.getMessage()));
    }

    /// The end of a budget that the script shares: no line of its own is to blame.
    static Halt spent(String message) {
        return new Halt(message, NO_LINE, Undefined.UNDEFINED, false);
    }

    /// A bound that the script passed.
    static Halt bound(String message) {
        return new Halt(message, 0, Undefined.UNDEFINED, false);
    }

    static Halt syntax(String message, int line) {
        return new Halt(message, line, Undefined.UNDEFINED, false);
    }

    /// What the script throws itself.
    static Halt thrown(Object value, String message) {
        return new Halt(message, 0, value, true);
    }

    /// Returns this with a line where it has none.
    Halt at(int where) {
        return line != 0 ? this : new Halt(message(), where, thrown, catchable);
    }

    String message() {
        return String.valueOf(getMessage());
    }

    int line() {
        return line == NO_LINE ? 0 : Math.max(line, 1);
    }

    Object value() {
        return thrown;
    }

    boolean isCatchable() {
        return catchable;
    }
}
