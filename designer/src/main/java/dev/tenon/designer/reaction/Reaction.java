package dev.tenon.designer.reaction;

import dev.tenon.designer.DesignException;
import dev.tenon.designer.expression.Evaluation;
import dev.tenon.designer.expression.Evaluation.Failure;
import dev.tenon.designer.expression.Evaluation.Value;
import dev.tenon.designer.expression.Expressions;
import dev.tenon.designer.expression.ScriptObject;
import dev.tenon.designer.expression.Templates;
import dev.tenon.designer.json.Json;
import dev.tenon.designer.json.JsonArray;
import dev.tenon.designer.json.JsonNull;
import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.json.JsonString;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One of a field's `x-reactions`: an expression, or `{dependencies, when, target, fulfill: {state,
/// schema, run}, otherwise: {...}}`.
///
/// Its expressions see `$self`, `$form`, `$values`, `$deps`, `$dependencies` and `$target`. `run`
/// is a script of the same language: it may assign states (`$self.visible = false`) and call
/// `$form.setFieldState(path, state => {...})`; `await`, effects, `$props` and `$observable` are
/// not supported and show as a problem.
final class Reaction {
    private Reaction() {}

    static void run(Form form, FormField self, Json reaction, String where) {
        switch (reaction) {
            case JsonString(String text) -> {
                String body = Expressions.body(text);
                if (body == null) {
                    throw new DesignException("a reaction must be an object or {{...}}");
                }
                value(Expressions.evaluate(body, scope(form, self, self, JsonObject.EMPTY)));
            }
            case JsonObject object -> run(form, self, object, where);
            default -> throw new DesignException("a reaction must be an object or {{...}}");
        }
    }

    private static void run(Form form, FormField self, JsonObject reaction, String where) {
        Json dependencies = dependencies(form, self, reaction.get("dependencies"));
        FormField target = self;
        if (reaction.get("target") instanceof JsonString(String name)) {
            target = form.field(self, name);
            if (target == null) {
                throw new DesignException("there is no field " + name + " for target");
            }
        }
        ScriptObject scope = scope(form, self, target, dependencies);
        boolean holds = true;
        Json when = reaction.get("when");
        if (when != null) {
            Json value = resolved(form, self, when, scope, where + ".when");
            holds = value != null && value.isTruthy();
        }
        String branch = holds ? "fulfill" : "otherwise";
        JsonObject change = reaction.object(branch);
        apply(form, self, target, change.object("state"), scope, where + "." + branch + ".state");
        var fromSchema = new LinkedHashMap<String, Json>();
        change.object("schema")
                .forEach((keyword, value) -> {
                    String property = Form.property(keyword);
                    if (property != null) {
                        fromSchema.put(property, value);
                    }
                });
        apply(
                form,
                self,
                target,
                JsonObject.of(fromSchema),
                scope,
                where + "." + branch + ".schema");
        String script = change.text("run");
        if (script != null) {
            String body = Expressions.body(script);
            value(Expressions.compileScript(body == null ? script : body).evaluate(scope));
        }
    }

    /// Returns `$deps`: an array where `dependencies` names fields, an object where it names them.
    private static Json dependencies(Form form, FormField self, @Nullable Json all) {
        if (all instanceof JsonArray array) {
            List<Json> values = new ArrayList<>();
            var named = new LinkedHashMap<String, Json>();
            for (Json each : array) {
                String source =
                        each instanceof JsonObject object
                                ? String.valueOf(object.text("source"))
                                : each instanceof JsonString(String text) ? text : "";
                String property = each instanceof JsonObject o ? o.text("property") : null;
                Json value = dependency(form, self, source, property);
                values.add(value);
                if (each instanceof JsonObject object
                        && object.get("name") instanceof JsonString(String n)) {
                    named.put(n, value);
                }
            }
            return named.isEmpty() ? new JsonArray(values) : JsonObject.of(named);
        }
        var named = new LinkedHashMap<String, Json>();
        if (all instanceof JsonObject object) {
            object.forEach((name, source) ->
                    named.put(
                            name,
                            dependency(
                                    form,
                                    self,
                                    source instanceof JsonString(String text) ? text : "",
                                    null)));
        }
        return JsonObject.of(named);
    }

    private static Json dependency(
            Form form, FormField self, String source, @Nullable String property) {
        int mark = source.indexOf('#'); // path#property
        FormField field = form.field(self, mark < 0 ? source : source.substring(0, mark));
        if (field == null) {
            throw new DesignException("there is no field " + source + " to depend upon");
        }
        String name =
                mark >= 0 ? source.substring(mark + 1) : property == null ? "value" : property;
        Json value = field.get(name);
        return value == null ? JsonNull.NULL : value;
    }

    private static ScriptObject scope(
            Form form, FormField self, FormField target, Json dependencies) {
        Map<String, Object> names = new HashMap<>();
        names.put("$self", self);
        names.put("$target", target);
        names.put("$form", form);
        names.put("$deps", dependencies);
        names.put("$dependencies", dependencies);
        return name -> name.equals("$values") ? form.values() : names.get(name);
    }

    /// Gives `target` the properties of `state`, each by itself; what fails shows at `self`.
    static void apply(
            Form form, FormField self, FormField target, Map<String, Json> state, String where) {
        state.forEach((property, value) ->
                apply(
                        form,
                        self,
                        target,
                        property,
                        value,
                        scope(form, self, target, JsonObject.EMPTY),
                        where));
    }

    private static void apply(
            Form form,
            FormField self,
            FormField target,
            JsonObject state,
            ScriptObject scope,
            String where) {
        state.forEach((property, value) ->
                apply(form, self, target, property, value, scope, where + "." + property));
    }

    private static void apply(
            Form form,
            FormField self,
            FormField target,
            String property,
            Json value,
            ScriptObject scope,
            String where) {
        try {
            Templates.Resolved resolved = Templates.resolve(value, scope);
            resolved.failures()
                    .forEach(failed ->
                            form.report(self, where + failed.path(), text(failed.failure())));
            if (resolved.failures().isEmpty() || resolved.json() != null) {
                target.set(property, resolved.json());
            }
        } catch (DesignException e) {
            form.report(self, where, String.valueOf(e.getMessage()));
        }
    }

    private static @Nullable Json resolved(
            Form form, FormField self, Json json, ScriptObject scope, String where) {
        Templates.Resolved resolved = Templates.resolve(json, scope);
        resolved.failures().forEach(failed -> form.report(self, where, text(failed.failure())));
        return resolved.json();
    }

    private static String text(Failure failure) {
        return failure.message() + " (line " + failure.line() + ")";
    }

    private static void value(Evaluation result) {
        switch (result) {
            case Value _ -> {}
            case Failure failure -> throw new DesignException(text(failure));
        }
    }
}
