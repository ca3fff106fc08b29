package dev.tenon.designer.json;

import java.util.AbstractSet;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/// A JSON object: names and their values, in the order of the text. Changing one makes a new one
/// that shares the values.
public final class JsonObject implements Json {
    /// The object without names.
    public static final JsonObject EMPTY = new JsonObject(Map.of());

    private final Map<String, Json> values; // never changed after construction

    private JsonObject(Map<String, Json> values) {
        this.values = values;
    }

    /// Returns an object with the names and values of `values`, in its order.
    public static JsonObject of(SequencedMap<String, ? extends Json> values) {
        return owning(
                values.size() <= FewMembers.MOST
                        ? new FewMembers(values)
                        : new LinkedHashMap<>(values));
    }

    /// Returns an object with `values` inside, which nobody changes from now on.
    static JsonObject owning(Map<String, Json> values) {
        if (values.isEmpty()) {
            return EMPTY;
        }
        boolean isLoose = values.size() <= FewMembers.MOST && !(values instanceof FewMembers);
        return new JsonObject(isLoose ? new FewMembers(values) : values);
    }

    /// Returns an object with one name.
    public static JsonObject of(String name, Json value) {
        return EMPTY.with(name, value);
    }

    /// Returns an object of names and values by turns, a shorthand for constants:
    /// `JsonObject.of("type", "void", "x-index", 0, "props", object)`. Values may be [Json],
    /// String, Boolean, Integer, Long or Double.
    ///
    /// @throws IllegalArgumentException if a name has no value, is no String, or a value is of
    ///   another type
    public static JsonObject of(Object... namesAndValues) {
        if (namesAndValues.length % 2 != 0) {
            throw new IllegalArgumentException(
                    "JsonObject.of: names and values by turns; got " + namesAndValues.length);
        }
        var values = new LinkedHashMap<String, Json>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            if (!(namesAndValues[i] instanceof String name)) {
                throw new IllegalArgumentException(
                        "JsonObject.of: a name must be a String; got " + namesAndValues[i]);
            }
            values.put(name, json(name, namesAndValues[i + 1]));
        }
        return of(values);
    }

    private static Json json(String name, Object value) {
        return switch (value) {
            case Json json -> json;
            case String string -> new JsonString(string);
            case Boolean truth -> JsonBoolean.of(truth);
            case Integer number -> JsonNumber.of((long) number);
            case Long number -> JsonNumber.of((long) number);
            case Double number -> JsonNumber.of((double) number);
            default ->
                    throw new IllegalArgumentException(
                            "JsonObject.of: a value must be Json, String, Boolean, Integer, Long"
                                    + " or Double; got "
                                    + name
                                    + " of "
                                    + value.getClass().getSimpleName());
        };
    }

    /// Returns the value of `name`, or null where the object lacks it.
    public @Nullable Json get(String name) {
        return values.get(name);
    }

    /// Returns the characters of `name`, or null where it is missing or no string.
    public @Nullable String text(String name) {
        return values.get(name) instanceof JsonString string ? string.value() : null;
    }

    /// Returns the object at `name`; the empty one where it is missing or no object.
    public JsonObject object(String name) {
        return values.get(name) instanceof JsonObject object ? object : EMPTY;
    }

    /// Returns whether `name` is `true`.
    public boolean isTrue(String name) {
        return values.get(name) instanceof JsonBoolean truth && truth.value();
    }

    /// Returns whether the object has `name`.
    public boolean has(String name) {
        return values.containsKey(name);
    }

    /// Returns this object with `value` for `name`: in its place where it was, else last.
    public JsonObject with(String name, Json value) {
        if (value.equals(values.get(name))) {
            return this;
        }
        var changed = new LinkedHashMap<>(values);
        changed.put(name, value);
        return owning(changed);
    }

    /// Returns this object with each value of `other`, as [#with].
    public JsonObject withAll(JsonObject other) {
        if (other.isEmpty()) {
            return this;
        }
        var changed = new LinkedHashMap<>(values);
        changed.putAll(other.values);
        return owning(changed);
    }

    /// Returns this object without `name`.
    public JsonObject without(String name) {
        if (!values.containsKey(name)) {
            return this;
        }
        var changed = new LinkedHashMap<>(values);
        changed.remove(name);
        return owning(changed);
    }

    /// Returns the names, in order; not to be changed.
    public Set<String> names() {
        return new AbstractSet<>() { // the map's own view would stay with it
            @Override
            public int size() {
                return values.size();
            }

            @Override
            public boolean contains(@Nullable Object name) {
                return values.containsKey(name);
            }

            @Override
            public Iterator<String> iterator() {
                Iterator<Map.Entry<String, Json>> members = entries().iterator();
                return new Iterator<>() {
                    @Override
                    public boolean hasNext() {
                        return members.hasNext();
                    }

                    @Override
                    public String next() {
                        return members.next().getKey();
                    }
                };
            }
        };
    }

    /// Returns the names with their values, in order; not to be changed.
    public Set<Map.Entry<String, Json>> entries() {
        return Collections.unmodifiableMap(values).entrySet();
    }

    /// Calls `action` with each name and its value, in order.
    public void forEach(BiConsumer<String, Json> action) {
        values.forEach(action);
    }

    /// Returns how many names there are.
    public int size() {
        return values.size();
    }

    /// Returns whether there are no names.
    public boolean isEmpty() {
        return values.isEmpty();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other
                || (other instanceof JsonObject object && values.equals(object.values));
    }

    @Override
    public int hashCode() {
        return values.hashCode();
    }

    @Override
    public String toString() {
        return JsonText.compact(this);
    }
}
