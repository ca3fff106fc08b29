package dev.tenon.designer;

/// Tells what is wrong with a document, schema or argument in one line: the thing, the rule, the
/// values and the cure. Messages are written for the user; the command line ends with exit code 2.
public final class DesignException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /// @param message the line
    public DesignException(String message) {
        super(message);
    }

    /// @param message the line
    /// @param cause what brought it up
    public DesignException(String message, Throwable cause) {
        super(message, cause);
    }
}
