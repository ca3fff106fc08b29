package dev.tenon.designer.reaction;

import dev.tenon.designer.DesignException;
import dev.tenon.designer.expression.ScriptFunction;
import dev.tenon.designer.expression.ScriptObject;
import dev.tenon.designer.json.Json;
import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.json.JsonString;
import dev.tenon.designer.reactive.Reactive;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A form as expressions see it, as `$form`: `values`, `query(pattern)`, `getFieldState(path)`,
/// `setFieldState(pattern, state or function)`, `getValuesIn(path)`, `setValuesIn(path, value)`,
/// `setValues(values)`, which merges them into those that are, and the form's own settings.
///
/// @param writer takes what they assign, or null where they must not
record FormView(Form form, @Nullable Writer writer) implements ScriptObject {
    @Override
    public @Nullable Object get(String name) {
        return switch (name) {
            case "values" -> new ValuesView(form, writer);
            case "query" -> (ScriptFunction) all -> new FieldQuery(named("query", all), writer);
            case "getFieldState" -> (ScriptFunction) this::getFieldState;
            case "setFieldState" -> (ScriptFunction) this::setFieldState;
            case "getValuesIn" -> (ScriptFunction) all -> getValuesIn(text("getValuesIn", all));
            case "setValuesIn" -> (ScriptFunction) this::setValuesIn;
            case "setValues" -> (ScriptFunction) this::setValues;
            default -> form.settings().get(name);
        };
    }

    private static String text(String function, List<? extends @Nullable Object> all) {
        if (!all.isEmpty() && all.getFirst() instanceof JsonString(String text)) {
            return text;
        }
        throw new DesignException(function + ": must be given the path of a field");
    }

    private List<FormField> named(String function, List<? extends @Nullable Object> all) {
        return new FieldPattern(text(function, all)).in(form);
    }

    private List<FormField> there(String function, List<? extends @Nullable Object> all) {
        List<FormField> fields = named(function, all);
        if (fields.isEmpty()) {
            throw new DesignException(function + ": there is no field " + text(function, all));
        }
        return fields;
    }

    private @Nullable Object getFieldState(List<? extends @Nullable Object> all) {
        var view = new FieldView(there("getFieldState", all).getFirst(), writer);
        return all.size() > 1 && all.get(1) instanceof ScriptFunction function
                ? function.call(List.of(view))
                : view;
    }

    private @Nullable Object setFieldState(List<? extends @Nullable Object> all) {
        there("setFieldState", all)
                .forEach(field ->
                        new FieldView(field, writer)
                                .setState("setFieldState", all.subList(1, all.size())));
        return null;
    }

    private @Nullable Object getValuesIn(String path) {
        FormField field = form.find(path);
        if (field != null && !field.isVoid()) {
            return FieldScope.content(field, writer);
        }
        String[] names = FieldPattern.names(path);
        Object value = new ValuesView(form, writer);
        for (String name : names) {
            value =
                    value instanceof ScriptObject object
                            ? object.get(name)
                            : value instanceof Json json ? Keywords.member(json, name) : null;
        }
        return value;
    }

    private @Nullable Object setValuesIn(List<? extends @Nullable Object> all) {
        String path = text("setValuesIn", all);
        Object value = all.size() > 1 ? all.get(1) : null;
        FormField field = form.find(path);
        if (field != null && !field.isVoid()) {
            new FieldView(field, writer).set("value", value);
            return null;
        }
        String[] names = FieldPattern.names(path);
        Json whole = FieldView.json("value", value);
        for (int i = names.length - 1; i > 0 && whole != null; i--) {
            whole = JsonObject.of(names[i], whole);
        }
        merge(names[0], whole);
        return null;
    }

    private @Nullable Object setValues(List<? extends @Nullable Object> all) {
        Json values = FieldView.json("values", all.isEmpty() ? null : all.getFirst());
        if (!(values instanceof JsonObject object)) {
            throw new DesignException("setValues: must be given an object");
        }
        object.forEach(this::merge);
        return null;
    }

    private void merge(String name, @Nullable Json value) {
        new ValuesView(form, writer)
                .set(
                        name,
                        Merging.merged(
                                Reactive.untracked(() -> Optional.ofNullable(form.toldMember(name)))
                                        .orElse(null),
                                value));
    }
}
