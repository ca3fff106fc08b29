package dev.tenon.designer.settings.css;

import dev.tenon.designer.json.Json;
import dev.tenon.designer.json.JsonNumber;
import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.json.JsonString;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One line of a border, of all sides or of one: the settings `borderStyle`, `borderWidth` and
/// `borderColor`, or `borderTopStyle` and so on, of a style. A shorthand such as `border: "1px
/// solid rgba(1, 2, 3, .5)"` is read too.
///
/// @param line how it is drawn (`solid`), or null where that is not set
/// @param width how wide, or null where that is not set
/// @param color in which colour, or null where that is not set
public record CssBorder(@Nullable String line, @Nullable String width, @Nullable String color) {
    /// Nothing set.
    public static final CssBorder NONE = new CssBorder(null, null, null);

    /// How a line may be drawn.
    public static final List<String> LINES =
            List.of(
                    "none", "hidden", "dotted", "dashed", "solid", "double", "groove", "ridge",
                    "inset", "outset");

    /// Which line.
    public enum Side {
        /// All four.
        ALL(""),
        /// The top.
        TOP("Top"),
        /// The right.
        RIGHT("Right"),
        /// The bottom.
        BOTTOM("Bottom"),
        /// The left.
        LEFT("Left");

        private final String word;

        Side(String word) {
            this.word = word;
        }

        private String key(String what) {
            return "border" + word + what;
        }
    }

    /// Returns the line at `side` as `style` sets it for that side by itself.
    public static CssBorder read(JsonObject style, Side side) {
        String text = style.text(side.key(""));
        CssBorder shorthand = text == null ? NONE : shorthand(text);
        CssBorder whole = shorthand == null ? NONE : shorthand;
        return new CssBorder(
                or(text(style.get(side.key("Style"))), whole.line),
                or(text(style.get(side.key("Width"))), whole.width),
                or(text(style.get(side.key("Color"))), whole.color));
    }

    private static @Nullable String or(@Nullable String own, @Nullable String otherwise) {
        return own == null ? otherwise : own;
    }

    private static @Nullable String text(@Nullable Json value) {
        return switch (value) {
            case JsonString string -> string.value();
            case JsonNumber number -> CssSize.read(number).write();
            case null, default -> null;
        };
    }

    /// What a shorthand sets, or null where it can't be taken apart.
    private static @Nullable CssBorder shorthand(String text) {
        List<String> words = CssText.words(text);
        if (words == null || words.size() > 3 || text.contains("var(")) {
            return null;
        }
        CssBorder border = NONE;
        for (String word : words) {
            if (LINES.contains(word)) {
                border = new CssBorder(word, border.width, border.color);
            } else if (CssText.isSize(word) || word.matches("thin|medium|thick")) {
                border = new CssBorder(border.line, word, border.color);
            } else {
                border = new CssBorder(border.line, border.width, word);
            }
        }
        return border;
    }

    /// Returns `style` with this line at `side`. A line of all sides takes away those of single
    /// sides; a line of one side leaves the others as they are.
    public JsonObject in(JsonObject style, Side side) {
        JsonObject changed = style;
        if (side == Side.ALL) {
            for (Side each : Side.values()) {
                changed = without(changed, each);
            }
            return with(changed, side);
        }
        String whole = style.text(Side.ALL.key(""));
        if (whole != null && shorthand(whole) != null) { // a shorthand would hide a side's settings
            changed = read(style, Side.ALL).with(without(changed, Side.ALL), Side.ALL);
        }
        return with(without(changed, side), side);
    }

    private static JsonObject without(JsonObject style, Side side) {
        return style.without(side.key(""))
                .without(side.key("Style"))
                .without(side.key("Width"))
                .without(side.key("Color"));
    }

    private JsonObject with(JsonObject style, Side side) {
        JsonObject changed = style;
        changed = line == null ? changed : changed.with(side.key("Style"), new JsonString(line));
        changed = width == null ? changed : changed.with(side.key("Width"), new JsonString(width));
        return color == null ? changed : changed.with(side.key("Color"), new JsonString(color));
    }
}
