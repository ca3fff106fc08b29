package dev.tenon.designer.json;

/// A JSON string.
///
/// @param value its characters
public record JsonString(String value) implements Json {
    @Override
    public String toString() {
        return JsonText.compact(this);
    }
}
