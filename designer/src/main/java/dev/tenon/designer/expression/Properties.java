package dev.tenon.designer.expression;

import dev.tenon.designer.DesignException;
import dev.tenon.designer.json.JsonArray;
import dev.tenon.designer.json.JsonObject;
import org.jspecify.annotations.Nullable;

/// Reading and writing what values have.
final class Properties {
    static final int MOST_ELEMENTS = 100_000;

    private Properties() {}

    static Object get(Object object, Object key, Meter meter) {
        if (Values.isNothing(object)) {
            throw Halt.mistake(
                    "can't read "
                            + Numbers.brief(Values.text(key, meter))
                            + " of "
                            + Values.text(object, meter));
        }
        if (key instanceof Double index
                && !(object instanceof JsonObject)
                && !(object instanceof Values.Members)
                && !(object instanceof ScriptObject)) {
            return element(object, index);
        }
        String name = Values.text(key, meter);
        return switch (object) {
            case Values.Members members -> orUndefined(members.map.get(name));
            case JsonObject json -> Values.of(json.get(name));
            case ScriptObject outside -> orMethod(outside, name, meter);
            case String string ->
                    name.equals("length")
                            ? (Object) (double) string.length()
                            : orUndefined(Strings.METHODS.get(name), object, name);
            case Values.Elements elements ->
                    name.equals("length")
                            ? (Object) (double) elements.list.size()
                            : orUndefined(Arrays.METHODS.get(name), object, name);
            case JsonArray json ->
                    name.equals("length")
                            ? (Object) (double) json.size()
                            : orUndefined(Arrays.METHODS.get(name), object, name);
            case Double _ -> orUndefined(NumberMethods.METHODS.get(name));
            case Regexes.Regex regex ->
                    switch (name) {
                        case "source" -> regex.source();
                        case "global" -> regex.isGlobal();
                        case "lastIndex" -> (double) regex.lastIndex;
                        default -> orUndefined(Strings.REGEX_METHODS.get(name));
                    };
            case Dates.Date _ -> orUndefined(DateMethods.METHODS.get(name));
            case Tables.Table table ->
                    name.equals("size")
                            ? (Object) (double) table.size()
                            : orUndefined(Tables.METHODS.get(name));
            case Boolean _ ->
                    orUndefined(name.equals("toString") ? NumberMethods.METHODS.get(name) : null);
            case Globals.Namespace namespace -> orUndefined(namespace.members().get(name));
            default -> Undefined.UNDEFINED;
        };
    }

    /// A member of what the outside lent; of an array, its methods too.
    private static Object orMethod(ScriptObject outside, String name, Meter meter) {
        meter.lent();
        Object value = callGet(outside, name);
        if (!(value instanceof Undefined) || !outside.isArray()) {
            return value;
        }
        return name.equals("length")
                ? (Object) (double) Values.list(outside, meter).size()
                : orUndefined(Arrays.METHODS.get(name));
    }

    private static Object orUndefined(@Nullable Object value) {
        return value == null ? Undefined.UNDEFINED : value;
    }

    private static Object orUndefined(@Nullable Object method, Object object, String name) {
        if (method != null) {
            return method;
        }
        double index = name.isEmpty() ? Double.NaN : Numbers.parse(name);
        return Double.isNaN(index) ? Undefined.UNDEFINED : element(object, index);
    }

    private static Object element(Object object, double index) {
        int at = (int) index;
        if (at != index || at < 0) {
            return Undefined.UNDEFINED;
        }
        return switch (object) {
            case String string when at < string.length() -> String.valueOf(string.charAt(at));
            case Values.Elements elements when at < elements.list.size() -> elements.list.get(at);
            case JsonArray json when at < json.size() -> Values.of(json.get(at));
            default -> Undefined.UNDEFINED;
        };
    }

    static Object callGet(ScriptObject object, String name) {
        try {
            return Values.of(object.get(name));
        } catch (DesignException e) {
            throw Halt.refusal(e);
        }
    }

    static boolean has(Object object, String name, Meter meter) {
        return switch (object) {
            case Values.Members members -> members.map.containsKey(name);
            case JsonObject json -> json.has(name);
            default -> !(get(object, name, meter) instanceof Undefined);
        };
    }

    static void set(Object object, Object key, Object value, Evaluator evaluator) {
        Meter meter = evaluator.meter();
        String name = Values.text(key, meter);
        switch (object) {
            case Values.Members members -> {
                meter.bytes(64 + 2L * name.length());
                members.map.put(name, value);
            }
            case Values.Elements elements -> setElement(elements, name, value, meter);
            case Regexes.Regex regex when name.equals("lastIndex") ->
                    regex.lastIndex = Math.max(0, Values.integer(value, meter));
            case ScriptObject outside -> {
                meter.outside();
                try {
                    outside.set(name, Lending.out(value, evaluator));
                } catch (DesignException e) {
                    throw Halt.refusal(e);
                }
            }
            case JsonObject _, JsonArray _ ->
                    throw Halt.mistake(
                            "can't assign "
                                    + Numbers.brief(name)
                                    + ": a value from outside can't be changed. Make a copy");
            default ->
                    throw Halt.mistake(
                            "can't assign " + Numbers.brief(name) + " of " + Values.typeOf(object));
        }
    }

    private static void setElement(
            Values.Elements elements, String name, Object value, Meter meter) {
        double index = name.equals("length") ? Values.number(value, meter) : Numbers.parse(name);
        int at = (int) index;
        if (name.isEmpty() || at != index || at < 0 || at > MOST_ELEMENTS) {
            throw Halt.mistake(
                    "an array's index must be a whole number up to "
                            + MOST_ELEMENTS
                            + "; got "
                            + Numbers.brief(name.equals("length") ? Numbers.text(index) : name));
        }
        int size = name.equals("length") ? at : Math.max(elements.list.size(), at + 1);
        meter.elements(Math.abs(size - elements.list.size()));
        while (elements.list.size() < size) {
            elements.list.add(Undefined.UNDEFINED);
        }
        elements.list.subList(size, elements.list.size()).clear();
        if (!name.equals("length")) {
            elements.list.set(at, value);
        }
    }

    static void remove(Object object, String name) {
        switch (object) {
            case Values.Members members -> members.map.remove(name);
            default -> throw Halt.mistake("can't delete " + Numbers.brief(name) + " here");
        }
    }
}
