package dev.tenon.designer.expression;

import dev.tenon.designer.DesignException;
import dev.tenon.designer.json.Json;
import dev.tenon.designer.json.JsonArray;
import dev.tenon.designer.json.JsonBoolean;
import dev.tenon.designer.json.JsonNull;
import dev.tenon.designer.json.JsonNumber;
import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.json.JsonString;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The values of the language, and JavaScript's conversions between them.
///
/// | value | type |
/// |---|---|
/// | undefined, null | [Undefined], [JsonNull] |
/// | boolean, number, string | Boolean, Double, String |
/// | array | [Elements]; one from outside [JsonArray], which can't be changed |
/// | object | [Members]; one from outside [JsonObject], which can't be changed, or [ScriptObject] |
/// | function | [Callable] |
/// | regular expression, date | [Regexes.Regex], [Dates.Date] |
/// | `Map`, `Set` | [Tables.Table] |
///
/// There are no prototypes: `constructor` and `__proto__` are names as others.
final class Values {
    private static final int DEEPEST = 100;

    private Values() {}

    /// An array that the expression made.
    static final class Elements {
        final List<Object> list;

        Elements(List<Object> list) {
            this.list = list;
        }
    }

    /// An object that the expression made.
    static final class Members {
        final @Nullable String error; // its kind, where it is an error
        final Map<String, Object> map = new LinkedHashMap<>();

        Members() {
            this(null);
        }

        Members(@Nullable String error) {
            this.error = error;
        }
    }

    /// Returns what comes from outside as a value.
    static Object of(@Nullable Object outside) {
        return switch (outside) {
            case null -> Undefined.UNDEFINED;
            case JsonString string -> string.value();
            case JsonNumber number -> number.value().doubleValue();
            case JsonBoolean truth -> truth.value();
            case Json json -> json;
            case ScriptObject object -> object;
            case ScriptFunction function ->
                    (Callable)
                            (evaluator, _, arguments) ->
                                    Lending.call(function, arguments, evaluator);
            default ->
                    throw Halt.mistake(
                            "a value of type "
                                    + outside.getClass().getSimpleName()
                                    + " can't be used");
        };
    }

    static boolean isTrue(Object value) {
        return switch (value) {
            case Boolean truth -> truth;
            case Double number -> number != 0 && !number.isNaN();
            case String string -> !string.isEmpty();
            case Undefined _, JsonNull _ -> false;
            default -> true;
        };
    }

    static boolean isNothing(Object value) {
        return value instanceof Undefined || value instanceof JsonNull;
    }

    static String typeOf(Object value) {
        return switch (value) {
            case Undefined _ -> "undefined";
            case Boolean _ -> "boolean";
            case Double _ -> "number";
            case String _ -> "string";
            case Globals.Namespace(String name, _, _)
                    when name.equals("Math") || name.equals("JSON") ->
                    "object";
            case Callable _ -> "function";
            default -> "object";
        };
    }

    static double number(Object value, Meter meter) {
        return switch (value) {
            case Double number -> number;
            case Boolean truth -> truth ? 1 : 0;
            case JsonNull _ -> 0;
            case String string -> {
                meter.steps(1 + string.length() / 4);
                yield string.length() > 1000 ? Double.NaN : Numbers.parse(string);
            }
            case Dates.Date date -> date.time();
            case Elements _, JsonArray _ -> number(text(value, meter), meter);
            default -> Double.NaN;
        };
    }

    /// Returns the number as an index: NaN is 0, fractions are cut off, what is beyond int is its
    /// end.
    static int integer(Object value, Meter meter) {
        return (int) number(value, meter);
    }

    /// Returns the number's lowest 32 bits, as JavaScript's bit operations do.
    static int bits(Object value, Meter meter) {
        double number = number(value, meter);
        if (!Double.isFinite(number)) {
            return 0;
        }
        double whole = number < 0 ? Math.ceil(number) : Math.floor(number);
        return (int) (long) (whole % 4294967296.0);
    }

    static String text(Object value, Meter meter) {
        return text(value, meter, 0);
    }

    private static String text(Object value, Meter meter, int depth) {
        return switch (value) {
            case String string -> string;
            case Double number -> Numbers.text(number);
            case Boolean truth -> truth.toString();
            case Undefined _ -> "undefined";
            case JsonNull _ -> "null";
            case Elements _, JsonArray _ -> join(value, ",", meter, depth);
            case ScriptObject outside when outside.isArray() -> join(value, ",", meter, depth);
            case Callable _ -> "function";
            case Regexes.Regex regex -> regex.toString();
            case Dates.Date date -> Dates.text(date);
            case Tables.Table table -> table.isSet() ? "[object Set]" : "[object Map]";
            case Members members when members.error != null -> text(members, meter, depth);
            default -> "[object Object]";
        };
    }

    /// Returns `Error: message`.
    private static String text(Members error, Meter meter, int depth) {
        if (depth > DEEPEST) {
            throw Halt.bound("an error is told deeper than " + DEEPEST);
        }
        Object message = error.map.getOrDefault("message", "");
        String text = error.error + ": " + text(message, meter, depth + 1);
        meter.text(text.length());
        return text;
    }

    static String join(Object array, String between, Meter meter, int depth) {
        if (depth > DEEPEST) {
            throw Halt.bound("an array is nested deeper than " + DEEPEST);
        }
        var out = new StringBuilder();
        boolean first = true;
        for (Object element : list(array, meter)) {
            if (!first) {
                meter.text(between.length());
                out.append(between);
            }
            first = false;
            if (!isNothing(element)) {
                String text = text(element, meter, depth + 1);
                meter.text(text.length());
                out.append(text);
            }
        }
        return out.toString();
    }

    static boolean isArray(Object value) {
        return value instanceof Elements
                || value instanceof JsonArray
                || (value instanceof ScriptObject outside && outside.isArray());
    }

    /// Returns the elements of an array; those of one from outside as a copy.
    static List<Object> list(Object array, Meter meter) {
        return switch (array) {
            case Elements elements -> elements.list;
            case JsonArray json -> {
                meter.elements(json.size());
                List<Object> all = new ArrayList<>(json.size());
                json.forEach(element -> all.add(of(element)));
                yield all;
            }
            case ScriptObject outside when outside.isArray() ->
                    list(
                            outsideJson(outside, meter) instanceof JsonArray json
                                    ? json
                                    : JsonArray.EMPTY,
                            meter);
            case Tables.Table table -> table.list(meter);
            default -> throw Halt.mistake(typeOf(array) + " is not an array");
        };
    }

    /// Returns the names of an object with their values, in order.
    static Map<String, Object> members(Object object, Meter meter) {
        return switch (object) {
            case Members members -> members.map;
            case JsonObject json -> {
                meter.elements(json.size());
                Map<String, Object> all = new LinkedHashMap<>();
                json.forEach((name, value) -> all.put(name, of(value)));
                yield all;
            }
            case ScriptObject outside -> {
                Json json = outsideJson(outside, meter);
                yield json == null ? Map.of() : members(json, meter);
            }
            case String string -> indexed(characters(string, meter), meter);
            case Elements _, JsonArray _ -> indexed(list(object, meter), meter);
            default -> Map.of();
        };
    }

    private static Map<String, Object> indexed(List<Object> list, Meter meter) {
        meter.elements(2L * list.size());
        Map<String, Object> all = new LinkedHashMap<>();
        for (int i = 0; i < list.size(); i++) {
            all.put(Integer.toString(i), list.get(i));
        }
        return all;
    }

    static List<Object> characters(String string, Meter meter) {
        meter.elements(3L * string.length());
        List<Object> all = new ArrayList<>();
        string.codePoints().forEach(point -> all.add(Character.toString(point)));
        return all;
    }

    private static @Nullable Json outsideJson(ScriptObject outside, Meter meter) {
        meter.outside();
        try {
            return outside.json();
        } catch (DesignException e) {
            throw Halt.refusal(e);
        }
    }

    /// Returns what a spread or a loop goes through.
    static List<Object> each(Object value, Meter meter) {
        return value instanceof String string ? characters(string, meter) : list(value, meter);
    }

    static boolean same(Object a, Object b, Meter meter) {
        return switch (a) {
            case Double x -> b instanceof Double y && x.doubleValue() == y.doubleValue();
            case String x -> {
                meter.steps(1 + x.length() / 16);
                yield x.equals(b);
            }
            case Boolean _, Undefined _, JsonNull _ -> a.equals(b);
            case ScriptObject _ -> a.equals(b); // two views of one thing
            default -> isIdentical(a, b);
        };
    }

    @SuppressWarnings("ReferenceEquality") // objects are the same only if they are one
    private static boolean isIdentical(Object a, Object b) {
        return a == b;
    }

    static boolean like(Object a, Object b, Meter meter) {
        if (isNothing(a) || isNothing(b)) {
            return isNothing(a) && isNothing(b);
        }
        if (typeOf(a).equals(typeOf(b))) {
            return same(a, b, meter);
        }
        if (typeOf(a).equals("object") && !(b instanceof Boolean || b instanceof Callable)) {
            return like(text(a, meter), b, meter);
        }
        if (typeOf(b).equals("object") && !(a instanceof Boolean || a instanceof Callable)) {
            return like(a, text(b, meter), meter);
        }
        return number(a, meter) == number(b, meter);
    }

    /// Returns the value as JSON, null where JSON has none: `undefined`, functions. Numbers that
    /// are not finite are null in JSON's sense.
    static @Nullable Json json(Object value, Meter meter) {
        return json(value, meter, 0);
    }

    private static @Nullable Json json(Object value, Meter meter, int depth) {
        if (depth > DEEPEST) {
            throw Halt.mistake("a value is cyclic, or nested deeper than " + DEEPEST);
        }
        return switch (value) {
            case Json json -> json;
            case Boolean truth -> JsonBoolean.of(truth);
            case Double number -> Double.isFinite(number) ? JsonNumber.of(number) : JsonNull.NULL;
            case String string -> new JsonString(string);
            case Elements elements -> {
                meter.elements(elements.list.size());
                List<Json> all = new ArrayList<>();
                for (Object element : elements.list) {
                    Json json = json(element, meter, depth + 1);
                    all.add(json == null ? JsonNull.NULL : json);
                }
                yield new JsonArray(all);
            }
            case Members members -> {
                meter.elements(4L * members.map.size());
                var all = new LinkedHashMap<String, Json>();
                members.map.forEach((name, member) -> {
                    Json json = json(member, meter, depth + 1);
                    if (json != null) {
                        all.put(name, json);
                    }
                });
                yield JsonObject.of(all);
            }
            case Regexes.Regex _ -> JsonObject.EMPTY;
            case Dates.Date date ->
                    date.isValid() ? new JsonString(Dates.iso(date)) : JsonNull.NULL;
            case Tables.Table _ -> JsonObject.EMPTY;
            case ScriptObject outside -> outsideJson(outside, meter);
            default -> null;
        };
    }
}
