package dev.tenon.optim;

import dev.tenon.tensor.TenonException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/// The arguments of a Keras constructor, by name, those with defaults filled in.
///
/// Values are Long, Double, Boolean, String, List, SequencedMap, and an empty Optional for None.
///
/// @param owner the class, for messages
/// @param values the arguments, in the order of the defaults
record KerasArguments(String owner, SequencedMap<String, Object> values) {
    /// What stands for None.
    static final Object NONE = Optional.empty();

    /// What stands for a default that is not there.
    static final Object NEEDED = new Object();

    /// Fills `given` up with defaults.
    ///
    /// @throws TenonException if a name is unknown, in Keras's words, or a needed one is missing
    static KerasArguments of(
            String owner, Map<String, ?> given, SequencedMap<String, Object> defaults) {
        SequencedMap<String, Object> unknown = new LinkedHashMap<>();
        given.forEach((name, value) -> {
            if (!defaults.containsKey(name)) {
                unknown.put(name, plain(value));
            }
        });
        if (!unknown.isEmpty()) {
            throw new TenonException(
                    "keras: Argument(s) not recognized: "
                            + repr(unknown)
                            + ". "
                            + owner
                            + " has "
                            + String.join(", ", defaults.keySet()));
        }
        SequencedMap<String, Object> all = new LinkedHashMap<>();
        defaults.forEach((name, otherwise) -> {
            Object value = given.containsKey(name) ? plain(given.get(name)) : otherwise;
            if (value == NEEDED) {
                throw new TenonException(
                        "keras: " + owner + " needs " + name + "; got " + given.keySet());
            }
            all.put(name, value);
        });
        return new KerasArguments(owner, all);
    }

    /// Returns names and values in turn as a map.
    static SequencedMap<String, Object> map(Object... namesAndValues) {
        SequencedMap<String, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            map.put((String) namesAndValues[i], namesAndValues[i + 1]);
        }
        return map;
    }

    /// Returns a number as a whole one where it is one: Keras has some arguments of either kind.
    static Object count(double number) {
        return number == Math.rint(number) ? (Object) (long) number : (Object) number;
    }

    /// Makes whole numbers Long and others Double, and null an empty Optional, at every depth.
    private static Object plain(@Nullable Object value) {
        return switch (value) {
            case null -> NONE;
            case Integer number -> (Long) number.longValue();
            case Float number -> (Double) number.doubleValue();
            case Optional<?> some when some.isPresent() -> plain(some.get());
            case List<?> list -> list.stream().map(KerasArguments::plain).toList();
            case Map<?, ?> map -> {
                SequencedMap<String, Object> copy = new LinkedHashMap<>();
                map.forEach((key, member) -> copy.put(String.valueOf(key), plain(member)));
                yield Collections.unmodifiableSequencedMap(copy);
            }
            default -> value;
        };
    }

    Object value(String name) {
        return Objects.requireNonNull(values.get(name), name);
    }

    boolean isNone(String name) {
        return value(name).equals(NONE);
    }

    double number(String name) {
        return switch (value(name)) {
            case Long number -> number;
            case Double number -> number;
            default -> throw wrong(name, "a number");
        };
    }

    /// Returns a number, or `otherwise` for None.
    double number(String name, double otherwise) {
        return isNone(name) ? otherwise : number(name);
    }

    long whole(String name) {
        double number = number(name);
        if (number != Math.rint(number)) {
            throw wrong(name, "a whole number");
        }
        return (long) number;
    }

    boolean flag(String name) {
        if (value(name) instanceof Boolean flag) {
            return flag;
        }
        throw wrong(name, "True or False");
    }

    List<Double> numbers(String name) {
        List<Double> numbers = new ArrayList<>();
        for (Object member : list(name)) {
            if (!(member instanceof Number number)) {
                throw wrong(name, "a list of numbers");
            }
            numbers.add(number.doubleValue());
        }
        return numbers;
    }

    List<String> texts(String name) {
        List<String> texts = new ArrayList<>();
        for (Object member : list(name)) {
            if (!(member instanceof String text)) {
                throw wrong(name, "a list of text");
            }
            texts.add(text);
        }
        return texts;
    }

    private List<?> list(String name) {
        if (value(name) instanceof List<?> list) {
            return list;
        }
        throw wrong(name, "a list");
    }

    SequencedMap<String, Object> object(String name) {
        if (!(value(name) instanceof SequencedMap<?, ?> object)) {
            throw wrong(name, "an object");
        }
        SequencedMap<String, Object> typed = new LinkedHashMap<>();
        object.forEach((key, member) -> typed.put((String) key, member));
        return typed;
    }

    private TenonException wrong(String name, String rule) {
        return new TenonException(
                "keras: "
                        + owner
                        + ": "
                        + name
                        + " must be "
                        + rule
                        + "; got "
                        + repr(value(name)));
    }

    /// Returns a value as Python prints it.
    static String repr(Object value) {
        return switch (value) {
            case Optional<?> _ -> "None";
            case Boolean flag -> flag ? "True" : "False";
            case String text -> "'" + text + "'";
            case List<?> list ->
                    "[" + String.join(", ", list.stream().map(v -> repr(v)).toList()) + "]";
            case Map<?, ?> map ->
                    "{"
                            + String.join(
                                    ", ",
                                    map.entrySet().stream()
                                            .map(e -> repr(e.getKey()) + ": " + repr(e.getValue()))
                                            .toList())
                            + "}";
            default -> value.toString();
        };
    }
}
