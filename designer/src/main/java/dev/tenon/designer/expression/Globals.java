package dev.tenon.designer.expression;

import dev.tenon.designer.DesignException;
import dev.tenon.designer.json.JsonText;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;

/// The names that every expression has: `Math`, `JSON`, `Object`, `Array`, `Number`, `String`,
/// `Boolean`, `Date`, `RegExp`, `Map`, `Set`, `Error`, `parseInt` and their like, and a `console`
/// that is deaf. Random numbers are not among them: the same expression with the same scope and
/// clock gives the same value.
final class Globals {
    static final Map<String, Object> NAMES = names();

    private Globals() {}

    /// An object that holds functions, and may be called where it converts.
    record Namespace(String name, Map<String, Object> members, Callable self) implements Callable {
        @Override
        public Object call(Evaluator evaluator, Object object, List<Object> arguments) {
            return self.call(evaluator, object, arguments);
        }
    }

    private static Map<String, Object> names() {
        Map<String, Object> all = new HashMap<>();
        all.putAll(Constructors.names());
        all.put("undefined", Undefined.UNDEFINED);
        all.put("NaN", Double.NaN);
        all.put("Infinity", Double.POSITIVE_INFINITY);
        all.put("Math", new Namespace("Math", math(), notCallable("Math")));
        all.put("JSON", new Namespace("JSON", json(), notCallable("JSON")));
        all.put("Object", new Namespace("Object", objects(), notCallable("Object")));
        all.put("console", new Namespace("console", console(), notCallable("console")));
        all.put("Array", new Namespace("Array", arrays(), Arguments.callable(Globals::array)));
        all.put("Number", new Namespace("Number", NumberMethods.statics(), convert("number")));
        all.put("String", convert("string"));
        all.put("Boolean", convert("boolean"));
        all.put("parseFloat", Arguments.callable(NumberMethods::parseFloat));
        all.put("parseInt", Arguments.callable(NumberMethods::parseInt));
        all.put("isNaN", Arguments.callable(a -> Double.isNaN(a.number(0))));
        all.put("isFinite", Arguments.callable(a -> Double.isFinite(a.number(0))));
        return Map.copyOf(all);
    }

    /// What scripts tell nobody here.
    private static Map<String, Object> console() {
        Callable nothing = Arguments.callable(_ -> Undefined.UNDEFINED);
        return Map.of(
                "log", nothing, "info", nothing, "warn", nothing, "error", nothing, "debug",
                nothing);
    }

    private static Callable notCallable(String name) {
        return Arguments.callable(_ -> {
            throw Halt.mistake(name + " is not a function");
        });
    }

    private static Callable convert(String type) {
        return Arguments.callable(a ->
                switch (type) {
                    case "number" -> a.all().isEmpty() ? (Object) 0.0 : a.number(0);
                    case "string" -> a.all().isEmpty() ? "" : a.text(0);
                    default -> Values.isTrue(a.get(0));
                });
    }

    private static void math(Map<String, Object> all, String name, DoubleUnaryOperator function) {
        all.put(name, Arguments.callable(a -> function.applyAsDouble(a.number(0))));
    }

    private static Map<String, Object> math() {
        Map<String, Object> all = new HashMap<>(Map.of("PI", Math.PI, "E", Math.E));
        math(all, "abs", Math::abs);
        math(all, "ceil", Math::ceil);
        math(all, "floor", Math::floor);
        math(all, "round", x -> Math.floor(x + 0.5));
        math(all, "trunc", x -> x < 0 ? Math.ceil(x) : Math.floor(x));
        math(all, "sign", Math::signum);
        math(all, "sqrt", Math::sqrt);
        math(all, "cbrt", Math::cbrt);
        math(all, "exp", Math::exp);
        math(all, "log", Math::log);
        math(all, "log10", Math::log10);
        math(all, "log2", x -> Math.log(x) / Math.log(2));
        math(all, "sin", Math::sin);
        math(all, "cos", Math::cos);
        math(all, "tan", Math::tan);
        all.put("pow", Arguments.callable(a -> Math.pow(a.number(0), a.number(1))));
        all.put("max", Arguments.callable(a -> extreme(a, 1)));
        all.put("min", Arguments.callable(a -> extreme(a, -1)));
        return Map.copyOf(all);
    }

    private static Object extreme(Arguments a, int sign) {
        double best = -sign * Double.POSITIVE_INFINITY;
        for (int i = 0; i < a.all().size(); i++) {
            double next = a.number(i);
            best = sign > 0 ? Math.max(best, next) : Math.min(best, next);
        }
        return best;
    }

    private static Map<String, Object> json() {
        return Map.of(
                "stringify",
                Arguments.callable(Stringify::call),
                "parse",
                Arguments.callable(a -> {
                    String text = a.text(0);
                    a.meter().elements(2L * text.length());
                    try {
                        return Copies.of(JsonText.read("JSON.parse", text), a.meter());
                    } catch (DesignException e) {
                        throw Halt.refusal(e);
                    }
                }));
    }

    private static Map<String, Object> objects() {
        return Map.of(
                "keys",
                Arguments.callable(
                        a -> a.made(new ArrayList<>(Values.members(a.get(0), a.meter()).keySet()))),
                "values",
                Arguments.callable(
                        a -> a.made(new ArrayList<>(Values.members(a.get(0), a.meter()).values()))),
                "entries",
                Arguments.callable(a -> {
                    List<Object> out = new ArrayList<>();
                    Values.members(a.get(0), a.meter())
                            .forEach((name, value) ->
                                    out.add(a.made(new ArrayList<>(List.of(name, value)))));
                    return a.made(out);
                }),
                "assign",
                Arguments.callable(a -> {
                    if (!(a.get(0) instanceof Values.Members target)) {
                        throw Halt.mistake(
                                "Object.assign: the first must be an object made here; use {}");
                    }
                    for (Object more : a.all().subList(1, a.all().size())) {
                        Map<String, Object> members = Values.members(more, a.meter());
                        a.meter().elements(4L * members.size());
                        target.map.putAll(new LinkedHashMap<>(members));
                    }
                    return target;
                }),
                "fromEntries",
                Arguments.callable(a -> {
                    var object = new Values.Members();
                    for (Object entry : Values.list(a.get(0), a.meter())) {
                        a.meter().elements(4);
                        object.map.put(
                                Values.text(Properties.get(entry, 0.0, a.meter()), a.meter()),
                                Properties.get(entry, 1.0, a.meter()));
                    }
                    return object;
                }));
    }

    private static Map<String, Object> arrays() {
        return Map.of(
                "isArray",
                Arguments.callable(a -> Values.isArray(a.get(0))),
                "of",
                Arguments.callable(a -> a.made(new ArrayList<>(a.all()))),
                "from",
                Arguments.callable(a -> {
                    Object from = a.get(0);
                    List<Object> all =
                            from instanceof String string
                                    ? Values.characters(string, a.meter())
                                    : Values.isArray(from) || from instanceof Tables.Table
                                            ? Values.list(from, a.meter())
                                            : blank(Properties.get(from, "length", a.meter()), a);
                    List<Object> out = new ArrayList<>();
                    for (int i = 0; i < all.size(); i++) {
                        a.meter().elements(1);
                        out.add(
                                a.has(1)
                                        ? a.call(a.function(1), all.get(i), (double) i)
                                        : all.get(i));
                    }
                    return new Values.Elements(out);
                }));
    }

    private static Object array(Arguments a) {
        return a.all().size() == 1 && a.get(0) instanceof Double
                ? new Values.Elements(blank(a.get(0), a))
                : a.made(new ArrayList<>(a.all()));
    }

    private static List<Object> blank(Object length, Arguments a) {
        double size = length instanceof Undefined ? 0 : Values.number(length, a.meter());
        if (size != (int) size || size < 0 || size > Properties.MOST_ELEMENTS) {
            throw Halt.mistake(
                    "an array's length must be a whole number up to "
                            + Properties.MOST_ELEMENTS
                            + "; got "
                            + Numbers.text(size));
        }
        a.meter().elements((long) size);
        return new ArrayList<>(java.util.Collections.nCopies((int) size, Undefined.UNDEFINED));
    }
}
