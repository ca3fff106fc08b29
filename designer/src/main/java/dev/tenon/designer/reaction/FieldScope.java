package dev.tenon.designer.reaction;

import dev.tenon.designer.expression.ScriptObject;
import dev.tenon.designer.json.Json;
import dev.tenon.designer.json.JsonArray;
import dev.tenon.designer.json.JsonNumber;
import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.reaction.FieldPlace.Row;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The names that the expressions of a field may use: `$self`, `$form`, `$values`; in a row of an
/// array `$record`, `$index` and `$records`; in a reaction those that it adds.
final class FieldScope implements ScriptObject {
    private final FormField field;
    private final @Nullable Writer writer;
    private final Map<String, ?> more;

    /// The scope of a field's props, whose expressions assign nothing.
    FieldScope(FormField field) {
        this(field, null, Map.of());
    }

    FieldScope(FormField field, @Nullable Writer writer, Map<String, ?> more) {
        this.field = field;
        this.writer = writer;
        this.more = more;
    }

    @Override
    public @Nullable Object get(String name) {
        Row row = field.place().row();
        return switch (name) {
            case "$self" -> new FieldView(field, writer);
            case "$form" -> new FormView(field.form(), writer);
            case "$values" -> new ValuesView(field.form(), writer);
            case "$index" -> row == null ? null : JsonNumber.of(row.index());
            case "$record" -> row == null ? null : record(row);
            case "$records" -> row == null ? null : row.array().exactValue();
            default -> more.get(name);
        };
    }

    private static @Nullable Object record(Row row) {
        String index = String.valueOf(row.index());
        FormField item = row.array().members().get(index);
        return item == null
                ? Keywords.member(row.array().base().orElse(null), index)
                : content(item);
    }

    /// The value of a field, read member by member where it is made of fields, so that a field can
    /// be told by those beside it and not by itself.
    static @Nullable Object content(FormField field) {
        boolean isObject = field.base().orElse(JsonArray.EMPTY) instanceof JsonObject;
        if (!isObject || field.members().size() == 0 || field.exactDisplay().equals("none")) {
            return field.exactValue();
        }
        return new ScriptObject() {
            @Override
            public @Nullable Object get(String name) {
                FormField member = field.members().get(name);
                return member == null
                        ? Keywords.member(field.base().orElse(null), name)
                        : content(member);
            }

            @Override
            public @Nullable Json json() {
                return field.exactValue();
            }
        };
    }
}
