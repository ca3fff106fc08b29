package dev.tenon.designer.collaboration;

import dev.tenon.designer.json.Json;
import dev.tenon.designer.json.JsonObject;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// One setting of a node that is given or taken away. Objects inside settings are entered, so that
/// two people may set the width and the colour of one `style` at the same time; arrays and all else
/// are one value each.
///
/// @param path the names that lead to it, at least one
/// @param value what it will be; null where it is taken away
public record Assignment(List<String> path, @Nullable Json value) {
    /// How many names a path has at most: deeper objects are one value.
    public static final int DEEPEST = 8;

    /// Copies the path.
    ///
    /// @throws IllegalArgumentException if the path has no name or more than [#DEEPEST]
    public Assignment {
        path = List.copyOf(path);
        if (path.isEmpty() || path.size() > DEEPEST) {
            throw new IllegalArgumentException(
                    "assignment: a path must have 1 to " + DEEPEST + " names; got " + path.size());
        }
    }

    /// Returns the settings that make `after` of `before`.
    static List<Assignment> between(JsonObject before, JsonObject after) {
        List<Assignment> settings = new ArrayList<>();
        collect(before, after, new ArrayList<>(), settings);
        return settings;
    }

    private static void collect(
            JsonObject before, JsonObject after, List<String> path, List<Assignment> settings) {
        Set<String> names = new LinkedHashSet<>(before.names());
        names.addAll(after.names());
        for (String name : names) {
            Json old = before.get(name);
            Json fresh = after.get(name);
            if (fresh != null && fresh.equals(old)) {
                continue;
            }
            path.addLast(name);
            if (old instanceof JsonObject from
                    && fresh instanceof JsonObject to
                    && path.size() < DEEPEST) {
                collect(from, to, path, settings);
            } else {
                settings.add(new Assignment(path, fresh));
            }
            path.removeLast();
        }
    }

    /// Returns the value at the path in `props`, or null.
    @Nullable Json in(JsonObject props) {
        Json at = props;
        for (String name : path) {
            at = at instanceof JsonObject object ? object.get(name) : null;
        }
        return at;
    }

    /// Returns `props` with this setting. What stands in the way of a value, being no object, gives
    /// way; where nothing is to be taken away, nothing happens.
    JsonObject on(JsonObject props) {
        return on(props, 0);
    }

    private JsonObject on(JsonObject props, int depth) {
        String name = path.get(depth);
        if (depth == path.size() - 1) {
            return value == null ? props.without(name) : props.with(name, value);
        }
        if (props.get(name) instanceof JsonObject inner) {
            return props.with(name, on(inner, depth + 1));
        }
        return value == null ? props : props.with(name, on(JsonObject.EMPTY, depth + 1));
    }
}
