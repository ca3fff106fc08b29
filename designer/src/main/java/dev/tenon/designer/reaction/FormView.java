package dev.tenon.designer.reaction;

import dev.tenon.designer.DesignException;
import dev.tenon.designer.expression.ScriptFunction;
import dev.tenon.designer.expression.ScriptObject;
import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.json.JsonString;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A form as expressions see it, as `$form`: `values`, `getFieldState(path)`, `setFieldState(path,
/// state)`, and the form's own settings.
///
/// @param writer takes what they assign, or null where they must not
record FormView(Form form, @Nullable Writer writer) implements ScriptObject {
    @Override
    public @Nullable Object get(String name) {
        return switch (name) {
            case "values" -> new ValuesView(form, writer);
            case "getFieldState" -> (ScriptFunction) all -> view("getFieldState", all);
            case "setFieldState" -> (ScriptFunction) this::setFieldState;
            default -> form.settings().get(name);
        };
    }

    private FieldView view(String function, List<? extends @Nullable Object> all) {
        Object at = all.isEmpty() ? null : all.getFirst();
        FormField field = at instanceof JsonString(String path) ? form.find(path) : null;
        if (field == null) {
            throw new DesignException(function + ": there is no field " + at);
        }
        return new FieldView(field, writer);
    }

    private @Nullable Object setFieldState(List<? extends @Nullable Object> all) {
        FieldView view = view("setFieldState", all);
        Object change = all.size() < 2 ? null : all.get(1);
        if (change instanceof ScriptFunction function) {
            function.call(List.of(view));
        } else if (change instanceof JsonObject state) {
            state.forEach(view::set);
        } else {
            throw new DesignException("setFieldState: must be given a state or a function");
        }
        return null;
    }
}
