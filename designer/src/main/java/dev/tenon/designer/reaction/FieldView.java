package dev.tenon.designer.reaction;

import dev.tenon.designer.DesignException;
import dev.tenon.designer.expression.ScriptFunction;
import dev.tenon.designer.expression.ScriptObject;
import dev.tenon.designer.json.Json;
import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.json.JsonString;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A field as expressions see it, as `$self`: its states, those around it (`form`, `parent`,
/// `index`, `record`, `records`, `query(pattern)`), and in a reaction what sets a state
/// (`setValue(value)` and its like, `setState(state or function)`), of an array also
/// [RowFunctions].
///
/// @param writer takes what they assign, or null where they must not
record FieldView(FormField field, @Nullable Writer writer) implements ScriptObject {
    private static final Map<String, String> SETTERS =
            Map.ofEntries(
                    Map.entry("setValue", "value"),
                    Map.entry("setInitialValue", "initialValue"),
                    Map.entry("setTitle", "title"),
                    Map.entry("setDescription", "description"),
                    Map.entry("setDisplay", "display"),
                    Map.entry("setPattern", "pattern"),
                    Map.entry("setRequired", "required"),
                    Map.entry("setLoading", "loading"),
                    Map.entry("setDataSource", "dataSource"),
                    Map.entry("setContent", "content"),
                    Map.entry("setData", "data"),
                    Map.entry("setComponentProps", "componentProps"),
                    Map.entry("setDecoratorProps", "decoratorProps"));

    @Override
    public @Nullable Object get(String name) {
        String state = SETTERS.get(name);
        if (state != null) {
            return (ScriptFunction) all -> assigned(state, all);
        }
        ScriptFunction rows = RowFunctions.of(name, field, writer);
        if (rows != null) {
            return rows;
        }
        return switch (name) {
            case "setState" -> (ScriptFunction) all -> setState("setState", all);
            case "query" -> (ScriptFunction) all -> query(all);
            case "form" -> new FormView(field.form(), writer);
            case "parent" -> field.parent() == null ? null : new FieldView(field.parent(), writer);
            case "index", "record", "records" ->
                    new FieldScope(field, writer, Map.of()).get("$" + name);
            case "componentType" -> field.exactState("component");
            case "decoratorType" -> field.exactState("decorator");
            case "componentProps", "decoratorProps", "data" -> props(name);
            default -> field.exactState(name);
        };
    }

    private @Nullable Object assigned(String state, List<? extends @Nullable Object> all) {
        set(state, all.isEmpty() ? null : all.getFirst());
        return null;
    }

    private FieldQuery query(List<? extends @Nullable Object> all) {
        if (!all.isEmpty() && all.getFirst() instanceof JsonString(String pattern)) {
            return new FieldQuery(new FieldPattern(pattern).matches(field), writer);
        }
        throw new DesignException("query: must be given the pattern of a field");
    }

    private @Nullable Object props(String name) {
        Json state = field.exactState(name);
        return writer == null || !(state == null || state instanceof JsonObject)
                ? state
                : new Props(List.of(name), state);
    }

    /// A state that is an object, whose members may be assigned.
    private final class Props implements ScriptObject {
        private final List<String> path;
        private final @Nullable Json value;

        Props(List<String> path, @Nullable Json value) {
            this.path = path;
            this.value = value;
        }

        @Override
        public @Nullable Object get(String name) {
            Json member = Keywords.member(value, name);
            return member instanceof JsonObject ? new Props(below(name), member) : member;
        }

        private List<String> below(String name) {
            return Stream.concat(path.stream(), Stream.of(name)).toList();
        }

        @Override
        public void set(String name, @Nullable Object value) {
            List<String> names = below(name);
            Json whole = FieldView.json(name, value);
            if (whole == null) {
                return;
            }
            for (String above : names.subList(1, names.size()).reversed()) {
                whole = JsonObject.of(above, whole);
            }
            FieldView.this.set(path.getFirst(), whole);
        }

        @Override
        public Json json() {
            return value == null ? JsonObject.EMPTY : value;
        }
    }

    /// Gives states by an object, or by a function that is given the field.
    @Nullable Object setState(String caller, List<? extends @Nullable Object> all) {
        switch (all.isEmpty() ? null : all.getLast()) {
            case ScriptFunction function -> function.call(List.of(this));
            case JsonObject states -> states.forEach(this::set);
            case null, default ->
                    throw new DesignException(caller + ": must be given a state or a function");
        }
        return null;
    }

    @Override
    public void set(String name, @Nullable Object value) {
        if (writer == null) {
            ScriptObject.super.set(name, value);
            return;
        }
        String state =
                switch (name) {
                    case "componentType" -> "component";
                    case "decoratorType" -> "decorator";
                    default -> name;
                };
        writer.write(field, state, json(name, value));
    }

    static @Nullable Json json(String name, @Nullable Object value) {
        if (value == null || value instanceof Json) {
            return (Json) value;
        }
        Json json = value instanceof ScriptObject object ? object.json() : null;
        if (json == null) {
            throw new DesignException("a field's " + name + " must be JSON");
        }
        return json;
    }
}
