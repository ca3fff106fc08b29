package dev.tenon.designer.expression;

import java.math.BigDecimal;
import java.util.regex.Pattern;

/// JavaScript's numbers as text and back.
final class Numbers {
    private static final Pattern DECIMAL =
            Pattern.compile("[+-]?(\\d++\\.?+\\d*+|\\.\\d++)([eE][+-]?\\d++)?+");

    private Numbers() {}

    /// Returns the number that the text tells as a whole, NaN where it is none; empty text is 0.
    static double parse(String text) {
        String digits = text.strip();
        if (digits.isEmpty()) {
            return 0;
        }
        int radix =
                digits.length() < 3 || digits.charAt(0) != '0'
                        ? 10
                        : switch (digits.charAt(1)) {
                            case 'x', 'X' -> 16;
                            case 'b', 'B' -> 2;
                            case 'o', 'O' -> 8;
                            default -> 10;
                        };
        if (radix != 10) {
            double value = 0;
            for (int i = 2; i < digits.length(); i++) {
                int digit = Character.digit(digits.charAt(i), radix);
                if (digit < 0) {
                    return Double.NaN;
                }
                value = value * radix + digit;
            }
            return value;
        }
        return switch (digits) {
            case "Infinity", "+Infinity" -> Double.POSITIVE_INFINITY;
            case "-Infinity" -> Double.NEGATIVE_INFINITY;
            default -> DECIMAL.matcher(digits).matches() ? Double.parseDouble(digits) : Double.NaN;
        };
    }

    /// Returns the number as JavaScript writes it.
    static String text(double value) {
        if (value == Math.rint(value) && Math.abs(value) < 1L << 53) {
            return Long.toString((long) value);
        }
        if (!Double.isFinite(value)) {
            return Double.isNaN(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity";
        }
        var exact = new BigDecimal(Double.toString(value)).stripTrailingZeros();
        String digits = exact.unscaledValue().abs().toString();
        int point = digits.length() - exact.scale(); // digits before the point
        if (point > -6 && point <= 21) {
            return exact.toPlainString();
        }
        String fraction = digits.length() > 1 ? "." + digits.substring(1) : "";
        return (value < 0 ? "-" : "")
                + digits.charAt(0)
                + fraction
                + (point > 0 ? "e+" : "e-")
                + Math.abs(point - 1);
    }

    /// Returns at most 40 characters of `text`, for messages.
    static String brief(String text) {
        return text.length() <= 40 ? text : text.substring(0, 37) + "...";
    }
}
