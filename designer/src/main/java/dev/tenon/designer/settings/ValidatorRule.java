package dev.tenon.designer.settings;

import dev.tenon.designer.json.Json;
import dev.tenon.designer.json.JsonArray;
import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.json.JsonString;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// One check of a field's `x-validator`: the name of a format, an object of conditions, or any
/// other value, as an expression, which is kept.
///
/// @param told the check as the document tells it
public record ValidatorRule(Json told) {
    /// The formats that Formily knows.
    public static final List<String> FORMATS =
            List.of(
                    "url", "email", "number", "integer", "idcard", "phone", "money", "zh", "date",
                    "zip");

    /// The conditions that a setter offers.
    public static final Set<String> CONDITIONS =
            Set.of(
                    "triggerType",
                    "validator",
                    "message",
                    "format",
                    "pattern",
                    "len",
                    "max",
                    "min",
                    "exclusiveMaximum",
                    "exclusiveMinimum",
                    "whitespace",
                    "required");

    /// Returns the checks that `validator` tells, alone or in a list.
    public static List<ValidatorRule> read(@Nullable Json validator) {
        List<ValidatorRule> rules = new ArrayList<>();
        if (validator instanceof JsonArray array) {
            array.forEach(rule -> rules.add(new ValidatorRule(rule)));
        } else if (validator != null) {
            rules.add(new ValidatorRule(validator));
        }
        return rules;
    }

    /// Returns the checks as an `x-validator`: a format alone as its name, else a list. A single
    /// check that is no format stays as it was told when it is written by itself.
    public static Json write(List<ValidatorRule> rules) {
        return rules.size() == 1 && rules.getFirst().told instanceof JsonString name
                ? name
                : new JsonArray(rules.stream().map(ValidatorRule::told).toList());
    }

    /// Returns the format that is asked for, or null.
    public @Nullable String format() {
        return switch (told) {
            case JsonString name when FORMATS.contains(name.value()) -> name.value();
            case JsonObject object -> object.text("format");
            default -> null;
        };
    }

    /// Returns the condition `name`, or null.
    public @Nullable Json condition(String name) {
        return told instanceof JsonObject object ? object.get(name) : null;
    }

    /// Returns this check with `value` for the condition `name`, or without it where that is null;
    /// the name of a format becomes a condition.
    public ValidatorRule with(String name, @Nullable Json value) {
        JsonObject object =
                switch (told) {
                    case JsonObject conditions -> conditions;
                    case JsonString format when FORMATS.contains(format.value()) ->
                            JsonObject.of("format", format);
                    default -> JsonObject.of("validator", told);
                };
        return new ValidatorRule(value == null ? object.without(name) : object.with(name, value));
    }
}
