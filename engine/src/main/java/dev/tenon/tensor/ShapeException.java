package dev.tenon.tensor;

import org.jspecify.annotations.Nullable;

/// Sizes or types of tensors do not fit an operation; inside a model the message starts with the
/// path of the layer that was called.
public final class ShapeException extends TenonException {
    private static final long serialVersionUID = 1L;

    private final String rule;
    private final String path;
    private final String kind;
    private final transient @Nullable Object place;

    /// @param message `<op>: <rule>; got <values>[. <cure>]`
    public ShapeException(String message) {
        super(message);
        rule = message;
        path = "";
        kind = "";
        place = null;
    }

    private ShapeException(ShapeException origin, String path, String kind, Object place) {
        super(
                (path.isEmpty() ? kind : path + " (" + kind + ")") + ": " + origin.rule,
                origin.getCause() == null ? origin : origin.getCause());
        rule = origin.rule;
        this.path = path;
        this.kind = kind;
        this.place = place;
    }

    /// Returns the path from [#place()] to where it arose; empty if it arose in that place itself.
    public String path() {
        return path;
    }

    /// Returns what sort of thing it arose in, for example `Conv2d`; empty outside a model.
    public String kind() {
        return kind;
    }

    /// Returns the part of a model that last passed it on, or null outside a model.
    public @Nullable Object place() {
        return place;
    }

    /// Returns this exception as seen from `place`: its message starts with `path (kind): `, or
    /// with `kind: ` if `path` is empty, followed by the message of the op.
    ///
    /// @param path the way from `place` to where it arose
    /// @param kind what sort of thing it arose in
    /// @param place the part of the model that passes it on
    public ShapeException seenFrom(Object place, String path, String kind) {
        return new ShapeException(this, path, kind, place);
    }
}
