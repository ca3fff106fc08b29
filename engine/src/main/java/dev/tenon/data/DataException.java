package dev.tenon.data;

import dev.tenon.tensor.TenonException;

/// A data set is missing, damaged, or asked for something that it does not have.
public final class DataException extends TenonException {
    private static final long serialVersionUID = 1L;

    /// @param message `<op>: <rule>; got <values>[. <cure>]`
    public DataException(String message) {
        super(message);
    }

    /// @param message `<op>: <rule>; got <values>[. <cure>]`
    /// @param cause what brought it about
    public DataException(String message, Throwable cause) {
        super(message, cause);
    }
}
