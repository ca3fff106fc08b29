package dev.tenon.checkpoint;

import dev.tenon.tensor.TenonException;

/// A file of weights, settings or results cannot be read or written.
public final class CheckpointException extends TenonException {
    private static final long serialVersionUID = 1L;

    /// @param message `<op>: <file>: <rule>; got <values>[. <cure>]`
    public CheckpointException(String message) {
        super(message);
    }

    /// @param message `<op>: <file>: <rule>; got <values>[. <cure>]`
    /// @param cause what brought it about
    public CheckpointException(String message, Throwable cause) {
        super(message, cause);
    }
}
