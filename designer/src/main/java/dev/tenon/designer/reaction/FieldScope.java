package dev.tenon.designer.reaction;

import dev.tenon.designer.DesignException;
import dev.tenon.designer.expression.ScriptFunction;
import dev.tenon.designer.expression.ScriptObject;
import dev.tenon.designer.json.Json;
import dev.tenon.designer.json.JsonNull;
import dev.tenon.designer.json.JsonNumber;
import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.reaction.FieldPlace.Row;
import dev.tenon.designer.reactive.Reactive;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The names that the expressions of a field may use, as Formily has them; a reaction adds its own.
///
/// | name | is |
/// |---|---|
/// | `$self`, `$form`, `$values` | the field, its form, the form's values |
/// | `$record` | the innermost row of an array; else the object that the field is in; else `$values` |
/// | `$index` | that row's index, -1 where there is none |
/// | `$records` | all rows of that array, null where there is none |
/// | `$lookup` | the record around the row, `$values` where there is none; of a `$record` likewise |
/// | `$props` | in a reaction a function that gives the field props of its component |
/// | `$observable`, `$effect`, `$memo` | functions that refuse: nothing is kept from run to run |
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
            case "$index" -> JsonNumber.of(index(row));
            case "$record" -> record(row);
            case "$records" -> row == null ? JsonNull.NULL : row.array().exactValue();
            case "$lookup" -> lookup(row);
            case "$props" -> (ScriptFunction) this::props;
            case "$observable", "$effect", "$memo" ->
                    (ScriptFunction)
                            _ -> {
                                throw new DesignException(
                                        name
                                                + " is not done here: an expression keeps nothing"
                                                + " from one run to the next. Keep it in a field's"
                                                + " data");
                            };
            default -> more.get(name);
        };
    }

    private static long index(@Nullable Row row) {
        return row == null ? -1 : row.index();
    }

    private @Nullable Object props(List<? extends @Nullable Object> all) {
        new FieldView(field, writer).set("componentProps", all.isEmpty() ? null : all.getFirst());
        return null;
    }

    private @Nullable Object record(@Nullable Row row) {
        if (row != null) {
            return looking(recordOf(row, writer), row);
        }
        FormField around = field.place().container();
        return looking(
                around == null ? new ValuesView(field.form(), writer) : content(around, writer),
                null);
    }

    private @Nullable Object lookup(@Nullable Row row) {
        Row outer = row == null ? null : row.array().place().row();
        return outer == null
                ? new ValuesView(field.form(), writer)
                : looking(recordOf(outer, writer), outer);
    }

    private static @Nullable Object recordOf(Row row, @Nullable Writer writer) {
        String index = String.valueOf(row.index());
        FormField item = row.array().members().get(index);
        return item == null ? row.array().member(index) : content(item, writer);
    }

    /// A record with `$index` and `$lookup` beside its members; one that is no object as it is.
    private @Nullable Object looking(@Nullable Object record, @Nullable Row row) {
        if (!(record instanceof JsonObject || record instanceof ScriptObject)) {
            return record;
        }
        return new ScriptObject() {
            @Override
            public @Nullable Object get(String name) {
                return switch (name) {
                    case "$index" -> JsonNumber.of(index(row));
                    case "$lookup" -> lookup(row);
                    default ->
                            record instanceof ScriptObject object
                                    ? object.get(name)
                                    : ((JsonObject) record).get(name);
                };
            }

            @Override
            public void set(String name, @Nullable Object value) {
                if (record instanceof ScriptObject object) {
                    object.set(name, value);
                } else {
                    ScriptObject.super.set(name, value);
                }
            }

            @Override
            public @Nullable Json json() {
                return record instanceof ScriptObject object ? object.json() : (Json) record;
            }
        };
    }

    /// The value of a field, read member by member where it is made of fields, so that a field can
    /// be told by those beside it and not by itself.
    ///
    /// @param writer takes what an expression assigns to a member, or null where it must not
    static @Nullable Object content(FormField field, @Nullable Writer writer) {
        if (writer == null && field.node().children().isEmpty()) {
            return field.exactValue(); // no fields are in it
        }
        if (!field.isObject()
                || (field.members().size() == 0 && writer == null)
                || field.exactDisplay().equals("none")) {
            return field.exactValue();
        }
        return new ScriptObject() {
            @Override
            public @Nullable Object get(String name) {
                FormField member = field.members().get(name);
                return member == null ? field.member(name) : content(member, writer);
            }

            @Override
            public void set(String name, @Nullable Object value) {
                if (writer == null) {
                    ScriptObject.super.set(name, value);
                    return;
                }
                FormField member = field.members().get(name);
                Json json = FieldView.json(name, value);
                if (member != null) {
                    writer.write(member, "value", json);
                    return;
                }
                Json whole = Reactive.untracked(() -> field.base().orElse(JsonObject.EMPTY));
                if (whole instanceof JsonObject object) {
                    writer.write(
                            field,
                            "value",
                            json == null ? object.without(name) : object.with(name, json));
                }
            }

            @Override
            public @Nullable Json json() {
                return field.exactValue();
            }
        };
    }
}
