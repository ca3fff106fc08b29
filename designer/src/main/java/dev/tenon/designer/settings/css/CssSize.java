package dev.tenon.designer.settings.css;

import dev.tenon.designer.json.Json;
import dev.tenon.designer.json.JsonNumber;
import dev.tenon.designer.json.JsonString;
import java.math.BigDecimal;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A CSS size: a number with a unit, a word, or any other text such as `calc(1px + 2em)`.
public sealed interface CssSize {
    /// The units that a setter offers.
    enum Unit {
        /// Pixels.
        PX("px"),
        /// Percent of the parent.
        PERCENT("%"),
        /// Percent of the window's height.
        VH("vh"),
        /// Percent of the window's width.
        VW("vw"),
        /// Sizes of the text.
        EM("em"),
        /// Sizes of the page's text.
        REM("rem");

        private final String suffix;

        Unit(String suffix) {
            this.suffix = suffix;
        }

        /// Returns what stands after the number.
        public String suffix() {
            return suffix;
        }
    }

    /// The words that a setter offers; `COVER` and `CONTAIN` are for backgrounds.
    enum Word {
        /// As the parent.
        INHERIT,
        /// As the content and the place want.
        AUTO,
        /// The whole place, cut where it must.
        COVER,
        /// The whole picture.
        CONTAIN
    }

    /// A number with a unit.
    ///
    /// @param number the number, negative ones too
    /// @param unit its unit
    record Length(BigDecimal number, Unit unit) implements CssSize {}

    /// A word.
    ///
    /// @param word the word
    record Named(Word word) implements CssSize {}

    /// Any other text, kept as it is.
    ///
    /// @param text the text
    record Text(String text) implements CssSize {}

    /// How many zeros a number is written with: `1e999999999` is short, and without its exponent
    /// fills the memory.
    int MOST_ZEROS = 100;

    /// How a number with a unit looks.
    Pattern LENGTH =
            Pattern.compile(
                    "([+-]?(?:\\d{1,30}(?:\\.\\d{0,30})?|\\.\\d{1,30}))(px|%|vh|vw|em|rem)",
                    Pattern.CASE_INSENSITIVE);

    /// Returns the size that `value` tells; a bare number counts pixels, as in React's styles.
    static CssSize read(Json value) {
        return switch (value) {
            case JsonNumber number -> new Length(number.value(), Unit.PX);
            case JsonString string -> read(string.value());
            default -> new Text(value.toString());
        };
    }

    /// Returns the size that `text` tells.
    static CssSize read(String text) {
        Matcher length = LENGTH.matcher(text.strip());
        if (length.matches()) {
            String suffix = length.group(2).toLowerCase(Locale.ROOT);
            for (Unit unit : Unit.values()) {
                if (unit.suffix().equals(suffix)) {
                    return new Length(new BigDecimal(length.group(1)), unit);
                }
            }
        }
        for (Word word : Word.values()) {
            if (word.name().equalsIgnoreCase(text.strip())) {
                return new Named(word);
            }
        }
        return new Text(text);
    }

    /// Returns the size as CSS.
    default String write() {
        return switch (this) {
            case Length(BigDecimal number, Unit unit) ->
                    (Math.abs((long) number.scale()) > MOST_ZEROS
                                    ? number.toString()
                                    : number.toPlainString())
                            + unit.suffix();
            case Named named -> named.word().name().toLowerCase(Locale.ROOT);
            case Text text -> text.text();
        };
    }
}
