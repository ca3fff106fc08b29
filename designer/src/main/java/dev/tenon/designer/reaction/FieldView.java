package dev.tenon.designer.reaction;

import dev.tenon.designer.DesignException;
import dev.tenon.designer.expression.ScriptObject;
import dev.tenon.designer.json.Json;
import org.jspecify.annotations.Nullable;

/// A field as expressions see it, as `$self`: its states.
///
/// @param writer takes what they assign, or null where they must not
record FieldView(FormField field, @Nullable Writer writer) implements ScriptObject {
    @Override
    public @Nullable Object get(String name) {
        return field.exactState(name);
    }

    @Override
    public void set(String name, @Nullable Object value) {
        if (writer == null) {
            ScriptObject.super.set(name, value);
        } else {
            writer.write(field, name, json(name, value));
        }
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
