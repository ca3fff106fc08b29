package dev.tenon.designer.settings;

import dev.tenon.designer.json.Json;
import dev.tenon.designer.json.JsonString;
import dev.tenon.designer.settings.css.CssSides;
import org.jspecify.annotations.Nullable;

/// A corner of a box, or all four of them, as a `CornerInput` names them.
public enum Corner {
    /// All four.
    ALL("all", -1),
    /// At the top left.
    TOP_LEFT("topLeft", 0),
    /// At the top right.
    TOP_RIGHT("topRight", 1),
    /// At the bottom right.
    BOTTOM_RIGHT("bottomRight", 2),
    /// At the bottom left.
    BOTTOM_LEFT("bottomLeft", 3);

    private final String word;
    private final int place; // in CssSides

    Corner(String word, int place) {
        this.word = word;
        this.place = place;
    }

    /// Returns the corner that `value` names; null for any other value.
    public static @Nullable Corner read(Json value) {
        for (Corner corner : values()) {
            if (corner.write().equals(value)) {
                return corner;
            }
        }
        return null;
    }

    /// Returns the corner as the value of a setting: `topLeft`.
    public Json write() {
        return new JsonString(word);
    }

    /// Returns what `radii` has here; null for [#ALL] where they differ.
    public @Nullable String of(CssSides radii) {
        return this != ALL ? radii.get(place) : radii.isUniform() ? radii.first() : null;
    }

    /// Returns `radii` with `value` here.
    public CssSides in(CssSides radii, String value) {
        return this == ALL ? CssSides.all(value) : radii.with(place, value);
    }
}
