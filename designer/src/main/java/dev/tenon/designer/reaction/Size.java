package dev.tenon.designer.reaction;

import dev.tenon.designer.json.Json;
import dev.tenon.designer.json.JsonArray;
import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.json.JsonString;
import dev.tenon.designer.json.JsonText;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// How much memory a value takes, about, and how deep it is.
final class Size {
    /// Half of what a text of JSON may have: fields and rows are around it.
    static final int DEEPEST = JsonText.DEEPEST / 2;

    private long bytes;
    private long parts;
    private int deepest;

    private Size() {}

    static Size of(@Nullable Json value) {
        var size = new Size();
        if (value != null) {
            size.add(value, 0);
        }
        return size;
    }

    long bytes() {
        return bytes;
    }

    /// Returns how many values there are in it, itself among them.
    long parts() {
        return parts;
    }

    /// Returns whether it is too deep; what is below that is not counted.
    boolean isTooDeep() {
        return deepest > DEEPEST;
    }

    private void add(Json value, int depth) {
        parts++;
        deepest = Math.max(deepest, depth);
        if (isTooDeep()) {
            return;
        }
        switch (value) {
            case JsonString(String text) -> bytes += 64 + 2L * text.length();
            case JsonArray array -> {
                bytes += 48 + 8L * array.size();
                for (Json element : array) {
                    add(element, depth + 1);
                }
            }
            case JsonObject object -> {
                bytes += 48;
                for (Map.Entry<String, Json> member : object.entries()) {
                    bytes += 100 + 2L * member.getKey().length();
                    add(member.getValue(), depth + 1);
                }
            }
            default -> bytes += 64;
        }
    }
}
