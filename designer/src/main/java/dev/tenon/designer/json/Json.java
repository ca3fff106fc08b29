package dev.tenon.designer.json;

/// A JSON value: immutable, so that trees, history and views may share it, and equal by content.
///
/// | JSON | type | equal when |
/// |---|---|---|
/// | object | [JsonObject] | the same names have equal values, in any order |
/// | array | [JsonArray] | equal values in the same order |
/// | string | [JsonString] | the same characters |
/// | number | [JsonNumber] | the same number: `1`, `1.0` and `1e0` are |
/// | true, false | [JsonBoolean] | |
/// | null | [JsonNull] | |
///
/// Text comes in and goes out through [JsonText].
public sealed interface Json
        permits JsonObject, JsonArray, JsonString, JsonNumber, JsonBoolean, JsonNull {

    /// Returns JavaScript's truth of the value: false for `false`, `null`, `0` and `""`.
    default boolean isTruthy() {
        return switch (this) {
            case JsonBoolean truth -> truth.value();
            case JsonNull _ -> false;
            case JsonNumber number -> number.value().signum() != 0;
            case JsonString string -> !string.value().isEmpty();
            case JsonObject _, JsonArray _ -> true;
        };
    }
}
