package dev.tenon.designer.reaction;

import dev.tenon.designer.expression.ScriptObject;
import dev.tenon.designer.json.Json;
import org.jspecify.annotations.Nullable;

/// The values of a form as expressions see them, as `$values`, read member by member.
///
/// @param writer takes what they assign, or null where they must not
record ValuesView(Form form, @Nullable Writer writer) implements ScriptObject {
    @Override
    public @Nullable Object get(String name) {
        FormField member = form.member(name);
        return member == null ? form.toldMember(name) : FieldScope.content(member, writer);
    }

    @Override
    public void set(String name, @Nullable Object value) {
        if (writer == null) {
            ScriptObject.super.set(name, value);
        } else {
            writer.write(form, name, FieldView.json(name, value));
        }
    }

    @Override
    public Json json() {
        return form.exactValues();
    }
}
