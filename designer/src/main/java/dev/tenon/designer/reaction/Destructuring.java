package dev.tenon.designer.reaction;

import dev.tenon.designer.json.Json;
import dev.tenon.designer.json.JsonArray;
import dev.tenon.designer.json.JsonNull;
import dev.tenon.designer.json.JsonObject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The name of a field whose value is made of several members of the object it is in: `[start,end]`
/// is an array of them, `{from:start,end}` an object, in which `start` is called `from`.
///
/// @param names the members of the object around, and what they are called in the field's value: in
///   an array their index
record Destructuring(boolean isArray, Map<String, String> names) {
    /// Returns what `key` tells, or null where it is a name like others. Patterns within patterns
    /// are names like others, too.
    static @Nullable Destructuring of(String key) {
        boolean isArray = key.startsWith("[") && key.endsWith("]");
        if (!isArray && !(key.startsWith("{") && key.endsWith("}"))) {
            return null;
        }
        String inner = key.substring(1, key.length() - 1);
        if (!inner.matches(
                "[^\\[\\]{},:]+(:[^\\[\\]{},:]+)?(,[^\\[\\]{},:]+(:[^\\[\\]{},:]+)?)*")) {
            return null;
        }
        var names = new LinkedHashMap<String, String>();
        for (String part : inner.split(",", -1)) {
            String[] name = part.split(":", -1);
            if (isArray && name.length > 1) {
                return null;
            }
            names.put(name[name.length - 1], isArray ? String.valueOf(names.size()) : name[0]);
        }
        return new Destructuring(isArray, names);
    }

    /// Returns the field's value out of what `around` gives for names; null where it gives none.
    @Nullable Json read(Function<String, @Nullable Json> around) {
        var found = new LinkedHashMap<String, Json>();
        names.forEach((name, its) -> {
            Json member = around.apply(name);
            if (member != null) {
                found.put(its, member);
            }
        });
        if (found.isEmpty()) {
            return null;
        }
        if (!isArray) {
            return JsonObject.of(found);
        }
        List<Json> all = new ArrayList<>();
        names.values().forEach(its -> all.add(found.getOrDefault(its, JsonNull.NULL)));
        return new JsonArray(all);
    }

    /// Returns `around` with the members that `value`, the field's, gives; others are left.
    JsonObject write(JsonObject around, @Nullable Json value) {
        JsonObject written = around;
        for (String name : names.keySet()) {
            Json member = member(value, name);
            written = member == null ? written.without(name) : written.with(name, member);
        }
        return written;
    }

    /// Returns what `value`, the field's, gives for the member `name`, or null.
    @Nullable Json member(@Nullable Json value, String name) {
        Json member = Keywords.member(value, String.valueOf(names.get(name)));
        return member instanceof JsonNull ? null : member;
    }
}
