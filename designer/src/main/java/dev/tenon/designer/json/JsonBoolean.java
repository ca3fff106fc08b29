package dev.tenon.designer.json;

/// JSON's `true` and `false`.
///
/// @param value which of the two
public record JsonBoolean(boolean value) implements Json {
    /// `true`.
    public static final JsonBoolean TRUE = new JsonBoolean(true);

    /// `false`.
    public static final JsonBoolean FALSE = new JsonBoolean(false);

    /// Returns the value of `value`.
    public static JsonBoolean of(boolean value) {
        return value ? TRUE : FALSE;
    }

    @Override
    public String toString() {
        return String.valueOf(value);
    }
}
