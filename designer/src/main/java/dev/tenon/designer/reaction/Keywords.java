package dev.tenon.designer.reaction;

import dev.tenon.designer.json.Json;
import dev.tenon.designer.json.JsonArray;
import dev.tenon.designer.json.JsonObject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The words of a schema and the states of a field that they give, as Formily has them.
final class Keywords {
    /// The state of each word.
    static final Map<String, String> STATES = states();

    private static final Map<String, List<String>> WORDS =
            STATES.keySet().stream().collect(Collectors.groupingBy(STATES::get));

    /// States that no word gives.
    private static final Set<String> OTHERS =
            Set.of(
                    "active",
                    "errors",
                    "inputValue",
                    "inputValues",
                    "invalid",
                    "loading",
                    "modified",
                    "mounted",
                    "selfErrors",
                    "selfSuccesses",
                    "selfWarnings",
                    "successes",
                    "unmounted",
                    "valid",
                    "validateStatus",
                    "validating",
                    "visited",
                    "warnings");

    private Keywords() {}

    /// Whether a field can have the state `name`.
    static boolean isState(String name) {
        return OTHERS.contains(name) || STATES.containsValue(name);
    }

    private static Map<String, String> states() {
        var states = new LinkedHashMap<String, String>();
        states.put("title", "title");
        states.put("description", "description");
        states.put("default", "initialValue");
        states.put("enum", "dataSource");
        states.put("readOnly", "readOnly");
        states.put("writeOnly", "editable");
        states.put("required", "required");
        states.put("x-validator", "validator");
        states.put("x-decorator", "decorator");
        states.put("x-decorator-props", "decoratorProps");
        states.put("x-component", "component");
        states.put("x-component-props", "componentProps");
        states.put("x-content", "content");
        states.put("x-data", "data");
        states.put("x-value", "value");
        for (String name : List.of("editable", "disabled", "visible", "hidden")) {
            states.put("x-" + name, name);
        }
        states.put("x-read-pretty", "readPretty");
        states.put("x-read-only", "readOnly");
        states.put("x-display", "display");
        states.put("x-pattern", "pattern");
        return states;
    }

    /// The words that give `state`, those that count last come last.
    static List<String> words(String state) {
        return WORDS.getOrDefault(state, List.of());
    }

    /// Returns what `word` gives its state for `value`: options for an `enum`.
    static Json state(String word, Json value) {
        if (!word.equals("enum") || !(value instanceof JsonArray array)) {
            return value;
        }
        List<Json> options = new ArrayList<>();
        for (Json each : array) {
            boolean isOption = each instanceof JsonObject || each instanceof JsonArray;
            options.add(isOption ? each : JsonObject.of("label", each, "value", each));
        }
        return new JsonArray(options);
    }

    /// Returns the member of `json` at `path`, or null.
    static @Nullable Json at(@Nullable Json json, List<String> path) {
        Json at = json;
        for (String name : path) {
            at = member(at, name);
        }
        return at;
    }

    /// Returns the member of an object or the element of an array, or null.
    static @Nullable Json member(@Nullable Json json, String name) {
        return switch (json) {
            case JsonObject object -> object.get(name);
            case JsonArray array -> {
                int index = index(name);
                yield index >= 0 && index < array.size() ? array.get(index) : null;
            }
            case null, default -> null;
        };
    }

    /// Returns the whole number that `name` tells, or -1.
    static int index(String name) {
        return name.matches("0|[1-9][0-9]{0,6}") ? Integer.parseInt(name) : -1;
    }
}
