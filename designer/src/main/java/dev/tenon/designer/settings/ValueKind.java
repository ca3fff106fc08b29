package dev.tenon.designer.settings;

import dev.tenon.designer.json.Json;
import dev.tenon.designer.json.JsonBoolean;
import dev.tenon.designer.json.JsonNumber;
import dev.tenon.designer.json.JsonString;
import java.math.BigDecimal;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The kinds of values that one field may hold by turns, as the reference's `ValueInput`.
public enum ValueKind {
    /// Text that is no expression.
    TEXT,
    /// Code between `{{` and `}}`.
    EXPRESSION,
    /// True or false.
    BOOLEAN,
    /// A number.
    NUMBER;

    private static final Pattern EXPRESSION_TEXT = Pattern.compile("(?s)\\s*\\{\\{.*}}\\s*");
    private static final Pattern NUMBER_TEXT =
            Pattern.compile("[+-]?(\\d{1,30}(\\.\\d{0,30})?|\\.\\d{1,30})([eE][+-]?\\d{1,2})?");

    /// Returns whether `value` is of this kind.
    public boolean holds(Json value) {
        return switch (this) {
            case TEXT -> value instanceof JsonString && !EXPRESSION.holds(value);
            case EXPRESSION ->
                    value instanceof JsonString text
                            && EXPRESSION_TEXT.matcher(text.value()).matches();
            case BOOLEAN -> value instanceof JsonBoolean;
            case NUMBER -> value instanceof JsonNumber;
        };
    }

    /// Returns the first of `kinds` that `value` is of; the first of all where it is of none, or
    /// null.
    ///
    /// @throws IllegalArgumentException if there are no kinds
    public static ValueKind of(@Nullable Json value, List<ValueKind> kinds) {
        if (kinds.isEmpty()) {
            throw new IllegalArgumentException("ValueKind: a field must allow at least one kind");
        }
        for (ValueKind kind : kinds) {
            if (value != null && kind.holds(value)) {
                return kind;
            }
        }
        return kinds.getFirst();
    }

    /// Returns what the field shows of `value`: of an expression what is between the braces.
    public String input(Json value) {
        return switch (value) {
            case JsonString text when this == EXPRESSION && holds(value) -> {
                String whole = text.value().strip();
                yield whole.substring(2, whole.length() - 2);
            }
            case JsonString text -> text.value();
            default -> value.toString();
        };
    }

    /// Returns the value of what is entered; null where it is none of this kind. An empty
    /// expression and an empty number are none.
    public @Nullable Json value(String input) {
        return switch (this) {
            case TEXT -> new JsonString(input);
            case EXPRESSION -> input.isBlank() ? null : new JsonString("{{" + input + "}}");
            case BOOLEAN ->
                    switch (input) {
                        case "true" -> JsonBoolean.TRUE;
                        case "false" -> JsonBoolean.FALSE;
                        default -> null;
                    };
            case NUMBER -> number(input.strip());
        };
    }

    private static @Nullable Json number(String input) {
        return NUMBER_TEXT.matcher(input).matches() ? new JsonNumber(new BigDecimal(input)) : null;
    }
}
