package dev.tenon.designer.expression;

import dev.tenon.designer.expression.Globals.Namespace;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What `new` makes and `instanceof` tells, and the globals that have these alone.
final class Constructors {
    private static final List<String> ERRORS = List.of("Error", "TypeError", "RangeError");

    private Constructors() {}

    /// Returns the globals that there are for `new`.
    static Map<String, Object> names() {
        Map<String, Object> all = new HashMap<>();
        Callable text = Arguments.callable(a -> a.made(Dates.text(DateMethods.make(now(a)))));
        all.put("Date", new Namespace("Date", DateMethods.statics(), text));
        all.put("Map", new Namespace("Map", Map.of(), withNew("Map")));
        all.put("Set", new Namespace("Set", Map.of(), withNew("Set")));
        all.put(
                "RegExp",
                new Namespace("RegExp", Map.of(), Arguments.callable(Constructors::regex)));
        for (String name : ERRORS) {
            all.put(name, new Namespace(name, Map.of(), Arguments.callable(a -> error(name, a))));
        }
        return all;
    }

    private static Arguments now(Arguments a) {
        return new Arguments(a.evaluator(), a.self(), List.of());
    }

    private static Callable withNew(String name) {
        return Arguments.callable(_ -> {
            throw Halt.mistake(name + " must be called with new");
        });
    }

    /// Returns what `new callee(arguments)` makes.
    static Object make(Object callee, Arguments a) {
        String name = callee instanceof Namespace namespace ? namespace.name() : "";
        return switch (name) {
            case "Date" -> DateMethods.make(a);
            case "Map" -> Tables.make(a, false);
            case "Set" -> Tables.make(a, true);
            case "RegExp", "Array", "Error", "TypeError", "RangeError" ->
                    ((Namespace) callee).self().call(a.evaluator(), a.self(), a.all());
            case "Object" -> new Values.Members();
            default ->
                    throw Halt.mistake(
                            "new makes no such thing; there are Date, RegExp, Map, Set,"
                                    + " Array, Object and Error");
        };
    }

    /// Returns whether `value` is an instance of `type`.
    static boolean isInstance(Object value, Object type) {
        if (!(type instanceof Namespace namespace)) {
            if (type instanceof Callable) {
                return false;
            }
            throw Halt.mistake("instanceof must be followed by a constructor");
        }
        return switch (namespace.name()) {
            case "Date" -> value instanceof Dates.Date;
            case "Map" -> value instanceof Tables.Table table && !table.isSet();
            case "Set" -> value instanceof Tables.Table table && table.isSet();
            case "RegExp" -> value instanceof Regexes.Regex;
            case "Array" -> Values.isArray(value);
            case "Error" -> value instanceof Values.Members members && members.error != null;
            case "TypeError", "RangeError" ->
                    value instanceof Values.Members members
                            && namespace.name().equals(members.error);
            case "Object" ->
                    Values.typeOf(value).equals("object") && !Values.isNothing(value)
                            || value instanceof Callable;
            default -> false;
        };
    }

    /// Returns an error as a value, with a `name` and a `message`.
    static Values.Members error(String name, String message) {
        var error = new Values.Members(name);
        error.map.put("name", name);
        error.map.put("message", message);
        return error;
    }

    /// Returns what a script catches: what it threw, or its mistake as an error.
    static Object caught(Halt thrown) {
        return thrown.value() instanceof Undefined
                ? error("Error", thrown.message())
                : thrown.value();
    }

    private static Object error(String name, Arguments a) {
        a.meter().elements(8);
        return error(name, a.has(0) ? a.text(0) : "");
    }

    private static Object regex(Arguments a) {
        if (a.get(0) instanceof Regexes.Regex regex && !a.has(1)) {
            a.meter().bytes(50);
            return regex.copy();
        }
        String pattern =
                a.get(0) instanceof Regexes.Regex regex
                        ? regex.source()
                        : a.has(0) ? a.text(0) : "(?:)";
        String flags = a.has(1) ? a.text(1) : "";
        a.meter().steps(100 + 20L * Math.min(pattern.length(), 1000));
        a.meter().bytes(2000 + 100L * Math.min(pattern.length(), 1000));
        try {
            return new Regexes.Regex(pattern, flags, 1);
        } catch (Halt e) {
            throw Halt.mistake(e.message());
        }
    }
}
