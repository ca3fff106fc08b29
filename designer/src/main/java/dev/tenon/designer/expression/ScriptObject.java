package dev.tenon.designer.expression;

import dev.tenon.designer.DesignException;
import dev.tenon.designer.json.Json;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// An object that a program lends to expressions, `$self` or `$form`: they see what it tells and
/// change what it lets them. The names that an expression may use are such an object too.
@FunctionalInterface
public interface ScriptObject {
    /// Returns the value of `name`: a [Json], a [ScriptObject] or a [ScriptFunction]; null where
    /// there is none.
    @Nullable Object get(String name);

    /// Gives `name` the value, null for `undefined`. Refused unless the object allows it.
    ///
    /// @throws DesignException if it can't be changed so; the expression fails with its message
    default void set(String name, @Nullable Object value) {
        throw new DesignException(name + " can't be assigned");
    }

    /// Returns the object as JSON, where an expression gives the whole of it; null where it is
    /// none.
    default @Nullable Json json() {
        return null;
    }

    /// Returns whether the object is an array: [#json] gives one then, and expressions may use the
    /// methods of arrays on it.
    default boolean isArray() {
        return false;
    }

    /// Returns an object with the names and values of `values`, which can't be changed.
    static ScriptObject of(Map<String, ?> values) {
        Map<String, ?> copy = Map.copyOf(values);
        return copy::get;
    }
}
