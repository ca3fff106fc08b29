package dev.tenon.designer.settings.css;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// One shadow of a `box-shadow`. The reference splits it at every space and so breaks `rgba(1, 2,
/// 3)`; here a colour is one word.
///
/// @param isInset whether it falls inside the box
/// @param x how far it is shifted to the right
/// @param y how far it is shifted down
/// @param blur how far it fades, or null for not at all
/// @param spread how much larger than the box it is, or null for not at all
/// @param color its colour, or null for that of the text
public record CssShadow(
        boolean isInset,
        String x,
        String y,
        @Nullable String blur,
        @Nullable String spread,
        @Nullable String color) {

    /// Returns the shadows that `text` tells, none for `none`; null for other text.
    public static @Nullable List<CssShadow> read(String text) {
        if (text.strip().equals("none")) {
            return List.of();
        }
        List<String> parts = CssText.list(text);
        if (parts == null) {
            return null;
        }
        List<CssShadow> shadows = new ArrayList<>();
        for (String part : parts) {
            CssShadow shadow = one(part);
            if (shadow == null) {
                return null;
            }
            shadows.add(shadow);
        }
        return shadows;
    }

    private static @Nullable CssShadow one(String text) {
        List<String> words = CssText.words(text);
        if (words == null) {
            return null;
        }
        List<String> rest = new ArrayList<>(words);
        boolean isInset = rest.remove("inset");
        int start = 0;
        while (start < rest.size() && !CssText.isSize(rest.get(start))) {
            start++;
        }
        int end = start;
        while (end < rest.size() && CssText.isSize(rest.get(end))) {
            end++;
        }
        List<String> sizes = rest.subList(start, end);
        boolean isPlain = start <= 1 && rest.size() - sizes.size() <= 1;
        if (!isPlain || sizes.size() < 2 || sizes.size() > 4) {
            return null;
        }
        String color = start == 1 ? rest.getFirst() : end < rest.size() ? rest.getLast() : null;
        return new CssShadow(
                isInset,
                sizes.get(0),
                sizes.get(1),
                sizes.size() > 2 ? sizes.get(2) : null,
                sizes.size() > 3 ? sizes.get(3) : null,
                color);
    }

    /// Returns `shadows` as CSS, `none` for none.
    public static String write(List<CssShadow> shadows) {
        return shadows.isEmpty()
                ? "none"
                : shadows.stream().map(CssShadow::write).collect(Collectors.joining(", "));
    }

    /// Returns this shadow as CSS.
    public String write() {
        var css = new StringBuilder(isInset ? "inset " : "").append(x).append(' ').append(y);
        if (blur != null || spread != null) {
            css.append(' ').append(blur == null ? "0" : blur);
        }
        if (spread != null) {
            css.append(' ').append(spread);
        }
        if (color != null) {
            css.append(' ').append(color);
        }
        return css.toString();
    }
}
