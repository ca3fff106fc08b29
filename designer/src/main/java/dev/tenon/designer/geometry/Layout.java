package dev.tenon.designer.geometry;

import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// How an element stands among its siblings: which of its edges are its beginning and its end.
public enum Layout {
    /// Side by side.
    HORIZONTAL,
    /// One below the other.
    VERTICAL;

    /// What a front end reports of an element.
    ///
    /// @param tag its name, in whichever case
    /// @param css its computed style by property in camel case, as far as it says anything:
    ///   `display`, `flexDirection`, `float`, margins, paddings and borders in pixels
    /// @param width its inner width, in pixels
    public record Element(String tag, Map<String, String> css, double width) {
        /// Copies the map.
        public Element {
            css = Map.copyOf(css);
        }

        private boolean isStyled(String property, String value) {
            return value.equals(css.get(property));
        }

        private boolean isTag(String other) {
            return tag.equalsIgnoreCase(other);
        }

        private double outerWidth() {
            double outer = width;
            for (String property : AROUND) {
                outer += pixels(css.getOrDefault(property, ""));
            }
            return outer;
        }
    }

    private static final Set<String> AROUND =
            Set.of(
                    "marginLeft",
                    "marginRight",
                    "paddingLeft",
                    "paddingRight",
                    "borderLeftWidth",
                    "borderRightWidth");

    /// The elements that HTML sets in a line with their text.
    private static final Set<String> INLINE =
            Set.of(
                    "A",
                    "ABBR",
                    "ACRONYM",
                    "AUDIO",
                    "B",
                    "BDI",
                    "BDO",
                    "BIG",
                    "BR",
                    "BUTTON",
                    "CANVAS",
                    "CITE",
                    "CODE",
                    "DATA",
                    "DATALIST",
                    "DEL",
                    "DFN",
                    "EM",
                    "EMBED",
                    "I",
                    "IFRAME",
                    "IMG",
                    "INPUT",
                    "INS",
                    "KBD",
                    "LABEL",
                    "MAP",
                    "MARK",
                    "METER",
                    "NOSCRIPT",
                    "OBJECT",
                    "OUTPUT",
                    "PICTURE",
                    "PROGRESS",
                    "Q",
                    "RUBY",
                    "S",
                    "SAMP",
                    "SELECT",
                    "SLOT",
                    "SMALL",
                    "SPAN",
                    "STRONG",
                    "SUB",
                    "SUP",
                    "SVG",
                    "TEMPLATE",
                    "TEXTAREA",
                    "TIME",
                    "TT",
                    "U",
                    "VAR",
                    "VIDEO",
                    "WBR");

    /// Returns how `element` stands in `parent`; null where nothing says so, which counts as
    /// vertical.
    ///
    /// | what | layout |
    /// |---|---|
    /// | no element, or no parent | vertical |
    /// | a cell in a row of a table | horizontal |
    /// | in a flex box that runs in a row | horizontal |
    /// | in a grid, less wide than it | horizontal |
    /// | an inline tag made a block | horizontal if it floats and is less wide than the parent |
    /// | another inline tag | horizontal |
    ///
    /// Widths are compared as numbers. The reference compares their texts, so that 99 of 100 pixels
    /// are full width there and 100 of 99 are not.
    public static @Nullable Layout of(@Nullable Element element, @Nullable Element parent) {
        if (element == null || parent == null) {
            return VERTICAL;
        }
        if ((element.isTag("TD") || element.isTag("TH")) && parent.isTag("TR")) {
            return HORIZONTAL;
        }
        if (parent.isStyled("display", "flex") && parent.isStyled("flexDirection", "row")) {
            return HORIZONTAL;
        }
        boolean isNarrow = element.outerWidth() < parent.width;
        if (parent.isStyled("display", "grid") && isNarrow) {
            return HORIZONTAL;
        }
        if (INLINE.contains(element.tag.toUpperCase(Locale.ROOT))) {
            if (!element.isStyled("display", "block")) {
                return HORIZONTAL;
            }
            boolean floats =
                    element.isStyled("float", "left") || element.isStyled("float", "right");
            return floats && isNarrow ? HORIZONTAL : VERTICAL;
        }
        return null;
    }

    /// The number before `px`; 0 for anything else, as `auto`.
    private static double pixels(String length) {
        String number = length.endsWith("px") ? length.substring(0, length.length() - 2) : length;
        try {
            return number.isBlank() ? 0 : Double.parseDouble(number.strip());
        } catch (NumberFormatException _) {
            return 0;
        }
    }
}
