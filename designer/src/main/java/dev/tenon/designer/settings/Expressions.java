package dev.tenon.designer.settings;

import dev.tenon.designer.expression.Evaluation;
import dev.tenon.designer.expression.ScriptObject;
import dev.tenon.designer.json.Json;
import dev.tenon.designer.json.JsonObject;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Evaluates the expressions of a panel, which say what of it is seen.
@FunctionalInterface
public interface Expressions {
    /// Returns the value of `expression`, the text between `{{` and `}}`, where `$form.values` are
    /// the node's settings; null where it has none or is not understood.
    @Nullable Json evaluate(String expression, JsonObject values);

    /// Evaluates all that [dev.tenon.designer.expression.Expressions] does, with the names `$form`
    /// and `$values`.
    Expressions CONDITIONS = Expressions::condition;

    private static @Nullable Json condition(String expression, JsonObject values) {
        ScriptObject form = ScriptObject.of(Map.of("values", values));
        Evaluation result =
                dev.tenon.designer.expression.Expressions.evaluate(
                        expression, ScriptObject.of(Map.of("$form", form, "$values", values)));
        return result instanceof Evaluation.Value(Json json) ? json : null;
    }
}
