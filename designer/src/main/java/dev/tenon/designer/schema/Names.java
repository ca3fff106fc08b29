package dev.tenon.designer.schema;

import dev.tenon.designer.json.Json;
import dev.tenon.designer.json.JsonArray;
import dev.tenon.designer.json.JsonNumber;
import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.json.JsonString;
import dev.tenon.designer.tree.TreeNode;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/// What a node is called in a schema, and the text of ids.
final class Names {
    private Names() {}

    /// Returns the name under which a schema has `node`: its `name`, or its id where that is
    /// missing, `""`, null, 0 or false; null for a name that is an object or an array.
    static @Nullable String of(TreeNode node) {
        Json name = node.props().get("name");
        if (name instanceof JsonString(String text)
                && text.isEmpty()
                && Written.of(node).hasEmptyKey()) {
            return "";
        }
        return name == null || !name.isTruthy() ? node.id() : text(name);
    }

    /// Returns the text that JavaScript makes of a value, or null for an object or an array.
    static @Nullable String text(Json value) {
        return switch (value) {
            case JsonString(String text) -> text;
            case JsonNumber(BigDecimal number) ->
                    (long) number.precision() - number.scale() > 21 || number.scale() > 21
                            ? Double.toString(number.doubleValue())
                            : number.signum() == 0
                                    ? "0"
                                    : number.stripTrailingZeros().toPlainString();
            case JsonObject _, JsonArray _ -> null;
            default -> value.toString();
        };
    }
}
