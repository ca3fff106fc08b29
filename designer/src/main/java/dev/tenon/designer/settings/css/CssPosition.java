package dev.tenon.designer.settings.css;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// One of the nine places of a box, as a `background-position` names them.
///
/// @param column left, in the middle or right
/// @param row at the top, in the middle or at the bottom
public record CssPosition(Place column, Place row) {
    /// Where on one axis.
    public enum Place {
        /// Left, or at the top.
        START,
        /// In the middle.
        CENTER,
        /// Right, or at the bottom.
        END
    }

    private static final List<String> COLUMNS = List.of("left", "center", "right");
    private static final List<String> ROWS = List.of("top", "center", "bottom");
    private static final List<String> SHARES = List.of("0%", "50%", "100%");

    /// Returns the place that `text` tells in one or two words, in either order; null for other
    /// text.
    public static @Nullable CssPosition read(String text) {
        List<String> words = CssText.words(text.toLowerCase(Locale.ROOT));
        if (words == null || words.isEmpty() || words.size() > 2) {
            return null;
        }
        String first = words.getFirst();
        if (words.size() == 1) {
            int row = ROWS.indexOf(first);
            return row >= 0 ? of(1, row) : of(column(first), 1);
        }
        String second = words.getLast();
        CssPosition straight = of(column(first), row(second));
        boolean areWords = !first.endsWith("%") && !second.endsWith("%");
        return straight == null && areWords ? of(column(second), row(first)) : straight;
    }

    private static int column(String word) {
        return Math.max(COLUMNS.indexOf(word), SHARES.indexOf(word));
    }

    private static int row(String word) {
        return Math.max(ROWS.indexOf(word), SHARES.indexOf(word));
    }

    private static @Nullable CssPosition of(int column, int row) {
        return column < 0 || row < 0
                ? null
                : new CssPosition(Place.values()[column], Place.values()[row]);
    }

    /// Returns the place as CSS: `left top`.
    public String write() {
        return word(column, COLUMNS) + " " + word(row, ROWS);
    }

    private static String word(Place place, List<String> words) {
        return switch (place) {
            case START -> words.getFirst();
            case CENTER -> words.get(1);
            case END -> words.getLast();
        };
    }
}
