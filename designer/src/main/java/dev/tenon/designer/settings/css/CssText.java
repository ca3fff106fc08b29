package dev.tenon.designer.settings.css;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Splits CSS values where they may be split: not within brackets, not within quotes.
public final class CssText {
    private CssText() {}

    /// Returns the words of `text`, which white space parts: `rgba(1, 2, 3)` is one. Null where a
    /// bracket or a quote does not end.
    public static @Nullable List<String> words(String text) {
        return split(text, ' ');
    }

    /// Returns the entries of the list `text`, which commas part. Null where a bracket or a quote
    /// does not end.
    public static @Nullable List<String> list(String text) {
        return split(text, ',');
    }

    private static @Nullable List<String> split(String text, char separator) {
        List<String> parts = new ArrayList<>();
        int depth = 0;
        char quote = 0;
        int start = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (quote != 0) {
                if (c == '\\') {
                    i++; // what it escapes does not end the quote
                } else if (c == quote) {
                    quote = 0;
                }
            } else if (c == '"' || c == '\'') {
                quote = c;
            } else if (c == '(') {
                depth++;
            } else if (c == ')') {
                if (--depth < 0) {
                    return null;
                }
            } else if (depth == 0 && isSeparator(c, separator)) {
                add(parts, text.substring(start, i), separator);
                start = i + 1;
            }
        }
        if (depth != 0 || quote != 0) {
            return null;
        }
        add(parts, text.substring(start), separator);
        return parts;
    }

    private static boolean isSeparator(char c, char separator) {
        return separator == ' ' ? Character.isWhitespace(c) : c == separator;
    }

    private static void add(List<String> parts, String part, char separator) {
        String trimmed = part.strip();
        if (separator != ' ' || !trimmed.isEmpty()) {
            parts.add(trimmed);
        }
    }

    /// Returns whether `word` is a length, a percentage, a number or a calculation, of any sign.
    public static boolean isSize(String word) {
        return word.matches(
                        "[+-]?(\\d{1,30}(\\.\\d{0,30})?|\\.\\d{1,30})([eE][+-]?\\d{1,9})?([a-zA-Z]{1,9}|%)?")
                || word.matches("(?s)(?i)(calc|min|max|clamp|var)\\(.*\\)");
    }
}
