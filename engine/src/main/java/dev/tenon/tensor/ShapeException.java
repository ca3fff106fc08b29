package dev.tenon.tensor;

/// Sizes or types of tensors do not fit an operation.
public final class ShapeException extends TenonException {
    private static final long serialVersionUID = 1L;

    /// @param message `<op>: <rule>; got <values>[. <cure>]`
    public ShapeException(String message) {
        super(message);
    }

    private ShapeException(String message, ShapeException cause) {
        super(message, cause);
    }

    /// Returns this exception with `path`, the place in a model where it arose, before its message.
    public ShapeException at(String path) {
        String message = String.valueOf(getMessage());
        return new ShapeException(path + (message.startsWith("[") ? "." : ": ") + message, this);
    }
}
