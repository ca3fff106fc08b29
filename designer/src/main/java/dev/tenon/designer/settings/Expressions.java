package dev.tenon.designer.settings;

import dev.tenon.designer.json.Json;
import dev.tenon.designer.json.JsonBoolean;
import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.json.JsonString;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Evaluates the expressions of a panel, which say what of it is seen.
@FunctionalInterface
public interface Expressions {
    /// Returns the value of `expression`, the text between `{{` and `}}`, where `$form.values` are
    /// the node's settings; null where it has none or is not understood.
    @Nullable Json evaluate(String expression, JsonObject values);

    /// Understands the conditions of the catalogue's panels: `$form.values["name"]`, with `!!` or
    /// `!` before it, or compared to a text by `===` or `!==`.
    Expressions CONDITIONS = Expressions::condition;

    private static @Nullable Json condition(String expression, JsonObject values) {
        Matcher matcher =
                Pattern.compile(
                                "\\s*(!{0,2})\\s*\\$form\\.values\\[\"([^\"]*)\"]"
                                        + "(?:\\s*([!=]==)\\s*\"([^\"]*)\")?\\s*")
                        .matcher(expression);
        if (!matcher.matches()) {
            return null;
        }
        Json value = values.get(matcher.group(2));
        String comparison = matcher.group(3);
        if (comparison != null) {
            boolean isEqual = new JsonString(matcher.group(4)).equals(value);
            return JsonBoolean.of(isEqual == comparison.equals("==="));
        }
        boolean isTrue = value != null && value.isTruthy();
        return switch (matcher.group(1)) {
            case "" -> value;
            case "!" -> JsonBoolean.of(!isTrue);
            default -> JsonBoolean.of(isTrue);
        };
    }
}
