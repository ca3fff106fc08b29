package dev.tenon.designer.settings;

import dev.tenon.designer.json.Json;
import dev.tenon.designer.json.JsonArray;
import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.json.JsonString;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One option of a field's `enum`: `{label, value, children}`, or a bare value that is its own
/// label. What else an option says is kept, and so is a bare value.
///
/// @param isBare whether the option is told by its value alone
/// @param label what people see, or null where the value stands for it
/// @param value the value, or null where the option has none
/// @param children the options below it
/// @param more further members
public record DataOption(
        boolean isBare,
        @Nullable Json label,
        @Nullable Json value,
        List<DataOption> children,
        JsonObject more) {
    /// Copies the list.
    public DataOption {
        children = List.copyOf(children);
    }

    /// Returns an option of a label and a value.
    public static DataOption of(String label, Json value) {
        return new DataOption(false, new JsonString(label), value, List.of(), JsonObject.EMPTY);
    }

    /// Returns the options that `source` tells; null where it is no list, as for an expression,
    /// which is edited as text.
    public static @Nullable List<DataOption> read(Json source) {
        if (!(source instanceof JsonArray array)) {
            return null;
        }
        List<DataOption> options = new ArrayList<>();
        for (Json entry : array) {
            options.add(option(entry));
        }
        return options;
    }

    private static DataOption option(Json entry) {
        if (!(entry instanceof JsonObject object)) {
            return new DataOption(true, null, entry, List.of(), JsonObject.EMPTY);
        }
        Json inner = object.get("children");
        List<DataOption> children = inner == null ? null : read(inner);
        JsonObject more = object.without("label").without("value");
        return new DataOption(
                false,
                object.get("label"),
                object.get("value"),
                children == null ? List.of() : children,
                children == null || children.isEmpty() ? more : more.without("children"));
    }

    /// Returns `options` as an `enum`.
    public static JsonArray write(List<DataOption> options) {
        return new JsonArray(options.stream().map(DataOption::write).toList());
    }

    private Json write() {
        if (isBare && label == null && value != null && children.isEmpty()) {
            return value;
        }
        JsonObject object = label == null ? JsonObject.EMPTY : JsonObject.of("label", label);
        object = value == null ? object : object.with("value", value);
        object = object.withAll(more);
        return children.isEmpty() ? object : object.with("children", write(children));
    }
}
