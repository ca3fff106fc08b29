package dev.tenon.designer.settings;

import dev.tenon.designer.json.Json;
import dev.tenon.designer.json.JsonArray;
import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.json.JsonString;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A field for values of several kinds: a button goes from one kind to the next, and the value of
/// each kind comes back with it.
///
/// @param kinds the kinds, in the order of the button
/// @param kind the kind at present
/// @param value the value at present, or null
/// @param remembered the last value of each other kind
public record PolyInput(
        List<ValueKind> kinds,
        ValueKind kind,
        @Nullable Json value,
        Map<ValueKind, Json> remembered) {
    /// Copies list and map.
    public PolyInput {
        kinds = List.copyOf(kinds);
        remembered = Map.copyOf(remembered);
    }

    /// Returns the input of `value`, or null, with the kinds that `include` and `exclude` of
    /// `setterProps` leave.
    public static PolyInput of(JsonObject setterProps, @Nullable Json value) {
        List<ValueKind> kinds = new ArrayList<>();
        for (ValueKind kind : ValueKind.values()) {
            boolean isIn =
                    !setterProps.has("include") || names(setterProps, "include", kind.name());
            if (isIn && !names(setterProps, "exclude", kind.name())) {
                kinds.add(kind);
            }
        }
        if (kinds.isEmpty()) {
            kinds.add(ValueKind.TEXT);
        }
        return new PolyInput(kinds, ValueKind.of(value, kinds), value, Map.of());
    }

    private static boolean names(JsonObject props, String list, String name) {
        return props.get(list) instanceof JsonArray array
                && array.values().contains(new JsonString(name));
    }

    /// Returns the input with the next kind, and the value that it had.
    public PolyInput next() {
        Map<ValueKind, Json> values = new EnumMap<>(ValueKind.class);
        values.putAll(remembered);
        if (value != null) {
            values.put(kind, value);
        }
        ValueKind next = kinds.get((kinds.indexOf(kind) + 1) % kinds.size());
        return new PolyInput(kinds, next, values.remove(next), values);
    }

    /// Returns the input after `input` has been entered; with no value where it is none of the
    /// kind.
    public PolyInput enter(String input) {
        return new PolyInput(kinds, kind, kind.value(input), remembered);
    }

    /// Returns what the field shows.
    public String input() {
        return value == null ? "" : kind.input(value);
    }
}
