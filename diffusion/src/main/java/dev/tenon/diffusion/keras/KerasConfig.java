package dev.tenon.diffusion.keras;

import dev.tenon.checkpoint.CheckpointException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The settings of one layer, or of the model, in a Keras configuration; what is missing, null or
/// of another kind is refused with the layer's name.
///
/// @param where whose settings they are, as messages name it: `Conv2D conv2d_1`
/// @param values the settings by name; null is an empty Optional
record KerasConfig(String where, Map<?, ?> values) {
    private static @Nullable Object known(@Nullable Object value) {
        return value instanceof Optional<?> ? null : value;
    }

    /// Returns a setting, or null if it is missing or null.
    @Nullable Object get(String name) {
        return known(values.get(name));
    }

    CheckpointException refused(String name, String rule, @Nullable Object got) {
        return new CheckpointException(
                where + ": " + name + " must be " + rule + "; got " + (got == null ? "none" : got));
    }

    String text(String name) {
        if (get(name) instanceof String text) {
            return text;
        }
        throw refused(name, "text", get(name));
    }

    double number(String name) {
        if (get(name) instanceof Number number) {
            return number.doubleValue();
        }
        throw refused(name, "a number", get(name));
    }

    double number(String name, double otherwise) {
        return get(name) == null ? otherwise : number(name);
    }

    int size(String name) {
        if (get(name) instanceof Long number && number >= 1 && number <= Integer.MAX_VALUE) {
            return Math.toIntExact(number);
        }
        throw refused(name, "a whole number of at least 1", get(name));
    }

    boolean flag(String name, boolean otherwise) {
        Object value = get(name);
        if (value == null) {
            return otherwise;
        }
        if (value instanceof Boolean truth) {
            return truth;
        }
        throw refused(name, "true or false", value);
    }

    /// Returns a pair of sizes, such as a stride's: `[2, 2]`, or `2` for both.
    int[] pair(String name) {
        Object value = get(name);
        if (value instanceof Long) {
            return new int[] {size(name), size(name)};
        }
        if (value instanceof List<?> list
                && list.size() == 2
                && list.get(0) instanceof Long first
                && list.get(1) instanceof Long second
                && Math.min(first, second) >= 1
                && Math.max(first, second) <= Integer.MAX_VALUE) {
            return new int[] {Math.toIntExact(first), Math.toIntExact(second)};
        }
        throw refused(name, "two whole numbers of at least 1", value);
    }

    /// Returns a pair of equal sizes as one.
    int square(String name) {
        int[] both = pair(name);
        if (both[0] != both[1]) {
            throw refused(name, "alike for rows and columns", get(name));
        }
        return both[0];
    }

    /// Returns the settings in this one.
    KerasConfig inner(String name) {
        if (get(name) instanceof Map<?, ?> map) {
            return new KerasConfig(where, map);
        }
        throw refused(name, "an object", get(name));
    }

    /// Returns the list in this setting.
    List<?> list(String name) {
        if (get(name) instanceof List<?> list) {
            return list;
        }
        throw refused(name, "a list", get(name));
    }

    /// Checks that a setting has a value that is supported.
    void only(String name, Object supported) {
        Object value = get(name);
        if (value != null && !value.equals(supported)) {
            throw refused(name, String.valueOf(supported), value);
        }
    }
}
