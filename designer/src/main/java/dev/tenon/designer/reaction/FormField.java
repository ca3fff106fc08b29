package dev.tenon.designer.reaction;

import dev.tenon.designer.DesignException;
import dev.tenon.designer.expression.ScriptObject;
import dev.tenon.designer.json.Json;
import dev.tenon.designer.json.JsonBoolean;
import dev.tenon.designer.json.JsonNull;
import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.json.JsonString;
import dev.tenon.designer.reactive.SignalMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A field of a form: where it is and what state it is in. Readers within computeds and effects
/// follow each property of the state by itself.
///
/// `display` is `visible`, `hidden` (not shown, its value kept) or `none`; `visible` and `hidden`
/// are views of it, as Formily's. `pattern` is `editable`, `disabled`, `readOnly` or `readPretty`.
public final class FormField implements ScriptObject {
    private static final Set<String> STATE =
            Set.of(
                    "value",
                    "initialValue",
                    "display",
                    "pattern",
                    "title",
                    "description",
                    "required",
                    "dataSource",
                    "componentProps",
                    "decoratorProps",
                    "content",
                    "data",
                    "visible",
                    "hidden");

    private final String address;
    private final String path;
    private final SignalMap<String, Json> state;

    FormField(String address, String path) {
        this.address = address;
        this.path = path;
        this.state = SignalMap.named(address);
    }

    /// Returns the names from the root, those of void nodes among them: `card.name`.
    public String address() {
        return address;
    }

    /// Returns the names from the root without those of void nodes: `name`, where its value is.
    public String path() {
        return path;
    }

    /// Returns the property `name` of the state, null where it has none.
    @Override
    public @Nullable Json get(String name) {
        return switch (name) {
            case "address" -> new JsonString(address);
            case "path" -> new JsonString(path);
            case "visible" -> JsonBoolean.of(display().equals("visible"));
            case "hidden" -> JsonBoolean.of(display().equals("hidden"));
            case "display" -> new JsonString(display());
            default -> state.get(name);
        };
    }

    /// Returns how it is shown: `visible`, `hidden` or `none`.
    public String display() {
        return state.get("display") instanceof JsonString(String display) ? display : "visible";
    }

    /// Gives a property of the state; null takes it away.
    ///
    /// @throws DesignException if there is no such property, or it can't have such a value
    @Override
    public void set(String name, @Nullable Object value) {
        if (!STATE.contains(name)) {
            throw new DesignException("a field's state has no " + name);
        }
        if (value != null && !(value instanceof Json)) {
            throw new DesignException("a field's " + name + " must be JSON");
        }
        Json json = (Json) value;
        switch (name) {
            case "visible" -> put("display", shown(isTrue(json), "none"));
            case "hidden" -> put("display", shown(!isTrue(json), "hidden"));
            case "display" -> put(name, oneOf(name, json, Set.of("visible", "hidden", "none")));
            case "pattern" ->
                    put(
                            name,
                            oneOf(
                                    name,
                                    json,
                                    Set.of("editable", "disabled", "readOnly", "readPretty")));
            case "componentProps", "decoratorProps" ->
                    put(name, json == null || json instanceof JsonObject ? json : JsonObject.EMPTY);
            default -> put(name, json);
        }
    }

    private void put(String name, @Nullable Json value) {
        if (value == null) {
            state.remove(name);
        } else {
            state.put(name, value);
        }
    }

    private static boolean isTrue(@Nullable Json value) {
        return value != null && value.isTruthy();
    }

    private static JsonString shown(boolean visible, String otherwise) {
        return new JsonString(visible ? "visible" : otherwise);
    }

    private static @Nullable Json oneOf(String name, @Nullable Json value, Set<String> allowed) {
        if (value == null || value == JsonNull.NULL) {
            return null;
        }
        if (value instanceof JsonString(String text) && allowed.contains(text)) {
            return value;
        }
        throw new DesignException(
                "a field's "
                        + name
                        + " must be one of "
                        + String.join(", ", allowed.stream().sorted().toList())
                        + "; got "
                        + value);
    }

    @Override
    public String toString() {
        return address;
    }
}
