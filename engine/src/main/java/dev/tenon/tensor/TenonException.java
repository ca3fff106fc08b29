package dev.tenon.tensor;

/// The root of Tenon's own exceptions: something the user gave cannot be used, and the message says
/// what, why and the cure in one line. A program's command line prints the message alone; anything
/// else thrown is a defect.
public class TenonException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /// @param message `<op>: <rule>; got <values>[. <cure>]`
    public TenonException(String message) {
        super(message);
    }

    /// @param message `<op>: <rule>; got <values>[. <cure>]`
    /// @param cause what brought it about
    public TenonException(String message, Throwable cause) {
        super(message, cause);
    }
}
