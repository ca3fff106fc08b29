package dev.tenon.designer.settings.css;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// Four CSS values around a box, as of `margin`, `padding` and `border-radius`: for sides from the
/// top clockwise, for corners from the top left clockwise. Each may be any CSS, negative or a
/// `calc()`; the reference reads positive numbers only.
///
/// @param first the top, or top left
/// @param second the right, or top right
/// @param third the bottom, or bottom right
/// @param fourth the left, or bottom left
public record CssSides(String first, String second, String third, String fourth) {
    /// Returns four times `value`.
    public static CssSides all(String value) {
        return new CssSides(value, value, value, value);
    }

    /// Returns the values that `text` tells in one to four words; null for other text, as for radii
    /// of ellipses (`1px / 2px`).
    public static @Nullable CssSides read(String text) {
        List<String> words = CssText.words(text);
        if (words == null || words.isEmpty() || words.size() > 4 || text.contains("!")) {
            return null;
        }
        for (String word : words) {
            if (word.equals("/") || (word.contains("/") && !word.contains("("))) {
                return null;
            }
        }
        String first = words.getFirst();
        String second = words.size() > 1 ? words.get(1) : first;
        String third = words.size() > 2 ? words.get(2) : first;
        return new CssSides(first, second, third, words.size() > 3 ? words.get(3) : second);
    }

    /// Returns the values as CSS, in as few words as will do.
    public String write() {
        if (!fourth.equals(second)) {
            return first + " " + second + " " + third + " " + fourth;
        }
        if (!third.equals(first)) {
            return first + " " + second + " " + third;
        }
        return second.equals(first) ? first : first + " " + second;
    }

    /// Returns the value at `index` of 0 to 3.
    public String get(int index) {
        return List.of(first, second, third, fourth).get(index);
    }

    /// Returns these values with `value` at `index` of 0 to 3.
    public CssSides with(int index, String value) {
        return new CssSides(
                index == 0 ? value : first,
                index == 1 ? value : second,
                index == 2 ? value : third,
                index == 3 ? value : fourth);
    }

    /// Returns whether all four are the same.
    public boolean isUniform() {
        return first.equals(second) && first.equals(third) && first.equals(fourth);
    }
}
