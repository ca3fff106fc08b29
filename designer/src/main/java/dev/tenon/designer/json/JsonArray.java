package dev.tenon.designer.json;

import java.util.Iterator;
import java.util.List;

/// A JSON array.
///
/// @param values its values, in order
public record JsonArray(List<Json> values) implements Json, Iterable<Json> {
    /// The array without values.
    public static final JsonArray EMPTY = new JsonArray(List.of());

    /// Copies the list.
    public JsonArray {
        values = List.copyOf(values);
    }

    /// Returns the array of `values`.
    public static JsonArray of(Json... values) {
        return new JsonArray(List.of(values));
    }

    /// Returns the value at `index`.
    ///
    /// @throws IndexOutOfBoundsException if there is none
    public Json get(int index) {
        return values.get(index);
    }

    /// Returns how many values there are.
    public int size() {
        return values.size();
    }

    @Override
    public Iterator<Json> iterator() {
        return values.iterator();
    }

    @Override
    public String toString() {
        return JsonText.compact(this);
    }
}
