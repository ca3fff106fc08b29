package dev.tenon.designer.reaction;

import dev.tenon.designer.expression.ScriptFunction;
import dev.tenon.designer.expression.ScriptObject;
import dev.tenon.designer.json.Json;
import dev.tenon.designer.json.JsonArray;
import dev.tenon.designer.json.JsonNull;
import dev.tenon.designer.json.JsonString;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What `query(pattern)` gives to expressions: of the first field `take()`, `get(state)`,
/// `getIn(path)`, `value()`, `initialValue()`; of all `forEach(function)`, `map(function)`.
///
/// @param fields those that the pattern names
record FieldQuery(List<FormField> fields, @Nullable Writer writer) implements ScriptObject {
    @Override
    public @Nullable Object get(String name) {
        return switch (name) {
            case "take" -> (ScriptFunction) this::take;
            case "get", "getIn" -> (ScriptFunction) all -> state(text(all));
            case "value", "initialValue" -> (ScriptFunction) _ -> state(name);
            case "forEach", "map" -> (ScriptFunction) this::map;
            default -> null;
        };
    }

    private static String text(List<? extends @Nullable Object> all) {
        return !all.isEmpty() && all.getFirst() instanceof JsonString(String text) ? text : "";
    }

    private @Nullable Object state(String path) {
        if (fields.isEmpty()) {
            return null;
        }
        List<String> names = List.of(FieldPattern.names(path));
        Object state = new FieldView(fields.getFirst(), writer).get(names.getFirst());
        for (String name : names.subList(1, names.size())) {
            state =
                    state instanceof ScriptObject object
                            ? object.get(name)
                            : state instanceof Json json ? Keywords.member(json, name) : null;
        }
        return state;
    }

    private @Nullable Object take(List<? extends @Nullable Object> all) {
        if (fields.isEmpty()) {
            return null;
        }
        var first = new FieldView(fields.getFirst(), writer);
        return !all.isEmpty() && all.getFirst() instanceof ScriptFunction function
                ? function.call(List.of(first))
                : first;
    }

    private Json map(List<? extends @Nullable Object> all) {
        List<Json> results = new ArrayList<>();
        if (!all.isEmpty() && all.getFirst() instanceof ScriptFunction function) {
            for (FormField field : fields) {
                Object result = function.call(List.of(new FieldView(field, writer)));
                results.add(result instanceof Json json ? json : JsonNull.NULL);
            }
        }
        return new JsonArray(results);
    }
}
