package dev.tenon.designer.schema;

import dev.tenon.designer.json.Json;
import dev.tenon.designer.json.JsonArray;
import dev.tenon.designer.json.JsonObject;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// Follows JSON pointers (RFC 6901).
final class Pointers {
    private Pointers() {}

    /// Returns what a `$ref` of the kind `#/definitions/address` leads to in `root`; null where it
    /// leads nowhere or out of the document.
    static @Nullable Json find(Json root, String reference) {
        if (!reference.startsWith("#")) {
            return null;
        }
        String pointer = decoded(reference.substring(1));
        if (pointer == null || !(pointer.isEmpty() || pointer.startsWith("/"))) {
            return null;
        }
        Json at = root;
        for (int start = 1; start <= pointer.length() && at != null; ) {
            int end = pointer.indexOf('/', start);
            end = end < 0 ? pointer.length() : end;
            at = step(at, pointer.substring(start, end).replace("~1", "/").replace("~0", "~"));
            start = end + 1;
        }
        return at;
    }

    private static @Nullable Json step(Json at, String name) {
        return switch (at) {
            case JsonObject object -> object.get(name);
            case JsonArray array when name.matches("0|[1-9]\\d{0,8}") -> {
                int index = Integer.parseInt(name);
                yield index < array.size() ? array.get(index) : null;
            }
            default -> null;
        };
    }

    /// A fragment is percent-encoded, and `+` is itself there.
    private static @Nullable String decoded(String fragment) {
        if (fragment.indexOf('%') < 0) {
            return fragment;
        }
        try {
            return URLDecoder.decode(fragment.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException _) { // a lone % leads nowhere
            return null;
        }
    }
}
