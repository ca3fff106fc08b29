package dev.tenon.designer.reaction;

import dev.tenon.designer.json.Json;
import dev.tenon.designer.json.JsonArray;
import dev.tenon.designer.json.JsonNull;
import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.reactive.SignalMap;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/// Values made of values.
final class Merging {
    private Merging() {}

    /// Returns `whole` with the values of `members`, which come first: one without a value is left
    /// out of an object, and null in an array.
    static Json joined(Json whole, SignalMap<String, FormField> members) {
        return switch (whole) {
            case JsonObject object -> {
                var joined = new LinkedHashMap<String, Json>();
                var covered = new HashSet<String>(); // by fields of several members
                SequencedMap<String, FormField> fields = members.values();
                fields.forEach((name, field) -> {
                    Json value = field.value();
                    Destructuring several = field.place().several();
                    if (several != null) {
                        covered.addAll(several.names().keySet());
                        several.write(JsonObject.EMPTY, value).forEach(joined::put);
                    } else if (value != null) {
                        joined.put(name, value);
                    }
                });
                object.forEach((name, value) -> {
                    if (!fields.containsKey(name) && !covered.contains(name)) {
                        joined.put(name, value);
                    }
                });
                yield JsonObject.of(joined);
            }
            case JsonArray array -> {
                List<Json> joined = new ArrayList<>(array.values());
                members.values()
                        .forEach((name, field) -> {
                            int index = Keywords.index(name);
                            if (index >= 0 && index < joined.size()) {
                                Json value = field.value();
                                joined.set(index, value == null ? JsonNull.NULL : value);
                            }
                        });
                yield new JsonArray(joined);
            }
            default -> whole;
        };
    }

    /// Returns `patch` over `whole`: objects are merged, all else is replaced.
    static @Nullable Json merged(@Nullable Json whole, @Nullable Json patch) {
        if (patch == null) {
            return whole;
        }
        if (!(whole instanceof JsonObject object && patch instanceof JsonObject changes)) {
            return patch;
        }
        var merged = new LinkedHashMap<String, Json>();
        object.forEach(merged::put);
        changes.forEach((name, value) -> merged.merge(name, value, Merging::mergedBoth));
        return JsonObject.of(merged);
    }

    private static Json mergedBoth(Json whole, Json patch) {
        Json merged = merged(whole, patch);
        return merged == null ? patch : merged;
    }
}
