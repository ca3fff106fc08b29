package dev.tenon.designer.expression;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The methods of numbers, and what `Number` holds.
final class NumberMethods {
    static final Map<String, Callable> METHODS =
            Map.of(
                    "toString", Arguments.callable(NumberMethods::toText),
                    "valueOf", Arguments.callable(Arguments::self),
                    "toFixed", Arguments.callable(NumberMethods::toFixed),
                    "toPrecision", Arguments.callable(NumberMethods::toPrecision),
                    "toLocaleString", Arguments.callable(NumberMethods::toLocal));

    private static final Pattern NUMBER =
            Pattern.compile("[+-]?(?:Infinity|(?:\\d++\\.?\\d*+|\\.\\d++)(?:[eE][+-]?\\d++)?+)");
    private static final int LONGEST = 400;

    private NumberMethods() {}

    static Map<String, Object> statics() {
        return Map.of(
                "isInteger",
                Arguments.callable(
                        a -> a.get(0) instanceof Double x && x == Math.rint(x) && !x.isInfinite()),
                "isSafeInteger",
                Arguments.callable(a ->
                        a.get(0) instanceof Double x
                                && x == Math.rint(x)
                                && Math.abs(x) < 1L << 53),
                "isFinite",
                Arguments.callable(a -> a.get(0) instanceof Double x && Double.isFinite(x)),
                "isNaN",
                Arguments.callable(a -> a.get(0) instanceof Double x && x.isNaN()),
                "parseInt",
                Arguments.callable(NumberMethods::parseInt),
                "parseFloat",
                Arguments.callable(NumberMethods::parseFloat),
                "MAX_SAFE_INTEGER",
                9007199254740991.0,
                "MIN_SAFE_INTEGER",
                -9007199254740991.0,
                "EPSILON",
                Math.ulp(1.0));
    }

    private static double self(Arguments a) {
        return Values.number(a.self(), a.meter());
    }

    private static Object toText(Arguments a) {
        int radix = a.integer(0, 10);
        if (!(a.self() instanceof Double value) || radix == 10) {
            return Values.text(a.self(), a.meter());
        }
        if (radix < 2 || radix > 36) {
            throw Halt.mistake("toString: the base must be from 2 to 36; got " + radix);
        }
        if (!Double.isFinite(value)) {
            return Numbers.text(value);
        }
        if (value != Math.rint(value)) {
            throw Halt.mistake("toString: fractions have base 10 only; got " + radix);
        }
        return a.made(new BigDecimal(value).toBigInteger().toString(radix));
    }

    private static Object toFixed(Arguments a) {
        int digits = a.integer(0, 0);
        double value = self(a);
        if (digits < 0 || digits > 100) {
            throw Halt.mistake("toFixed: digits must be from 0 to 100; got " + digits);
        }
        return Double.isFinite(value) && Math.abs(value) < 1e21
                ? a.made(
                        new BigDecimal(value)
                                .setScale(digits, RoundingMode.HALF_UP)
                                .toPlainString())
                : Numbers.text(value);
    }

    private static Object toPrecision(Arguments a) {
        double value = self(a);
        if (!a.has(0) || !Double.isFinite(value)) {
            return Numbers.text(value);
        }
        int digits = a.integer(0, 0);
        if (digits < 1 || digits > 100) {
            throw Halt.mistake("toPrecision: digits must be from 1 to 100; got " + digits);
        }
        if (value == 0) {
            return a.made(digits == 1 ? "0" : "0." + "0".repeat(digits - 1));
        }
        var rounded = new BigDecimal(value).round(new MathContext(digits, RoundingMode.HALF_UP));
        int exponent = rounded.precision() - rounded.scale() - 1;
        if (exponent >= -6 && exponent < digits) {
            return a.made(
                    rounded.setScale(digits - 1 - exponent, RoundingMode.UNNECESSARY)
                            .toPlainString());
        }
        BigInteger unscaled = rounded.unscaledValue().abs();
        String all = unscaled + "0".repeat(Math.max(0, digits - unscaled.toString().length()));
        return a.made(
                (value < 0 ? "-" : "")
                        + all.charAt(0)
                        + (digits > 1 ? "." + all.substring(1, digits) : "")
                        + (exponent < 0 ? "e-" : "e+")
                        + Math.abs(exponent));
    }

    /// Writes `1,234.568`, as `en-US` does.
    private static Object toLocal(Arguments a) {
        if (!a.all().isEmpty()) {
            throw Halt.mistake("toLocaleString: locales are not known; it must be given nothing");
        }
        double value = self(a);
        if (!Double.isFinite(value)) {
            return Double.isNaN(value) ? "NaN" : value > 0 ? "\u221e" : "-\u221e";
        }
        BigDecimal rounded =
                new BigDecimal(Double.toString(value)).setScale(3, RoundingMode.HALF_UP);
        String plain = rounded.abs().stripTrailingZeros().toPlainString();
        int point = plain.indexOf('.');
        String whole = point < 0 ? plain : plain.substring(0, point);
        var grouped = new StringBuilder(whole);
        for (int i = whole.length() - 3; i > 0; i -= 3) {
            grouped.insert(i, ',');
        }
        return a.made(
                (value < 0 || (value == 0 && 1 / value < 0) ? "-" : "")
                        + grouped
                        + (point < 0 ? "" : plain.substring(point)));
    }

    private static String start(Arguments a) {
        String text = a.text(0);
        a.meter().steps(1 + text.length());
        String start = text.strip();
        return start.length() > LONGEST ? start.substring(0, LONGEST) : start;
    }

    static Object parseFloat(Arguments a) {
        Matcher matcher = NUMBER.matcher(start(a));
        return matcher.lookingAt() ? Numbers.parse(matcher.group()) : Double.NaN;
    }

    static Object parseInt(Arguments a) {
        String text = start(a);
        int radix = a.integer(1, 0);
        int at = text.startsWith("-") || text.startsWith("+") ? 1 : 0;
        boolean isHex = text.startsWith("0x", at) || text.startsWith("0X", at);
        if (isHex && (radix == 0 || radix == 16)) {
            radix = 16;
            at += 2;
        }
        radix = radix == 0 ? 10 : radix;
        if (radix < 2 || radix > 36) {
            return Double.NaN;
        }
        int end = at;
        while (end < text.length() && digit(text.charAt(end), radix) >= 0) {
            end++;
        }
        if (end == at) {
            return Double.NaN;
        }
        double value = new BigInteger(text.substring(at, end), radix).doubleValue();
        return text.startsWith("-") ? -value : value;
    }

    private static int digit(char c, int radix) {
        return c < 128 ? Character.digit(c, radix) : -1;
    }
}
