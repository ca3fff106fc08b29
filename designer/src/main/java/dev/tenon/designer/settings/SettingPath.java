package dev.tenon.designer.settings;

import dev.tenon.designer.DesignException;
import dev.tenon.designer.json.Json;
import dev.tenon.designer.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Where a setting is in a node's settings: `x-component-props.style.width`.
///
/// @param steps the names on the way, at least one
public record SettingPath(List<String> steps) {
    /// How many steps a path has at most.
    public static final int LONGEST = 100;

    /// Copies the steps.
    ///
    /// @throws IllegalArgumentException if there are none, or more than [#LONGEST]
    public SettingPath {
        steps = List.copyOf(steps);
        if (steps.size() > LONGEST) {
            throw new IllegalArgumentException(
                    "SettingPath: must have at most " + LONGEST + " steps; got " + steps.size());
        }
        if (steps.isEmpty()) {
            throw new IllegalArgumentException("SettingPath: must have at least one step");
        }
    }

    /// Returns the path that dots part.
    public static SettingPath of(String path) {
        return new SettingPath(List.of(path.split("\\.", -1)));
    }

    /// Returns the path beside this one that ends with `name`.
    public SettingPath beside(String name) {
        List<String> changed = new ArrayList<>(steps.subList(0, steps.size() - 1));
        changed.add(name);
        return new SettingPath(changed);
    }

    /// Returns the name of the setting of the node that holds this one.
    public String top() {
        return steps.getFirst();
    }

    /// Returns the last name.
    public String last() {
        return steps.getLast();
    }

    /// Returns the value here in `props`, or null.
    public @Nullable Json in(JsonObject props) {
        Json value = props;
        for (String step : steps) {
            value = value instanceof JsonObject object ? object.get(step) : null;
        }
        return value;
    }

    /// Returns `props` with `value` here, or with nothing where it is null; an object that is empty
    /// then goes too.
    ///
    /// @throws DesignException if a value on the way is no object
    public JsonObject with(JsonObject props, @Nullable Json value) {
        return with(props, 0, value);
    }

    private JsonObject with(JsonObject object, int depth, @Nullable Json value) {
        String step = steps.get(depth);
        if (depth == steps.size() - 1) {
            return value == null ? object.without(step) : object.with(step, value);
        }
        Json inner = object.get(step);
        if (inner != null && !(inner instanceof JsonObject)) {
            throw new DesignException(
                    "settings: "
                            + String.join(".", steps.subList(0, depth + 1))
                            + " must be an object to hold "
                            + steps.get(depth + 1)
                            + "; got "
                            + inner);
        }
        JsonObject changed = with(object.object(step), depth + 1, value);
        if (value == null && changed.isEmpty() && inner != null) {
            return object.without(step);
        }
        return value == null && inner == null ? object : object.with(step, changed);
    }

    /// Returns the steps parted by dots.
    @Override
    public String toString() {
        return String.join(".", steps);
    }
}
