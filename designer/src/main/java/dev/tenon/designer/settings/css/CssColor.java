package dev.tenon.designer.settings.css;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A CSS colour.
///
/// @param red from 0 to 255
/// @param green from 0 to 255
/// @param blue from 0 to 255
/// @param alpha from 0, not seen, to 1
public record CssColor(int red, int green, int blue, double alpha) {
    private static final Map<String, Integer> NAMES =
            Map.ofEntries(
                    Map.entry("black", 0x000000),
                    Map.entry("silver", 0xc0c0c0),
                    Map.entry("gray", 0x808080),
                    Map.entry("white", 0xffffff),
                    Map.entry("maroon", 0x800000),
                    Map.entry("red", 0xff0000),
                    Map.entry("purple", 0x800080),
                    Map.entry("fuchsia", 0xff00ff),
                    Map.entry("green", 0x008000),
                    Map.entry("lime", 0x00ff00),
                    Map.entry("olive", 0x808000),
                    Map.entry("yellow", 0xffff00),
                    Map.entry("navy", 0x000080),
                    Map.entry("blue", 0x0000ff),
                    Map.entry("teal", 0x008080),
                    Map.entry("aqua", 0x00ffff),
                    Map.entry("orange", 0xffa500));

    /// Checks the ranges.
    ///
    /// @throws IllegalArgumentException if a component is out of its range
    public CssColor {
        int bounded = red | green | blue;
        if (bounded < 0 || bounded > 255 || !(alpha >= 0 && alpha <= 1)) {
            throw new IllegalArgumentException(
                    "CssColor: red, green and blue must be 0 to 255, alpha 0 to 1; got "
                            + List.of(red, green, blue, alpha));
        }
    }

    /// Returns the colour that `text` tells as `#rgb`, `#rgba`, `#rrggbb`, `#rrggbbaa`, `rgb()`,
    /// `rgba()`, `hsl()`, `hsla()`, `transparent` or one of the seventeen names of CSS 2; null for
    /// other text.
    public static @Nullable CssColor read(String text) {
        String lower = text.strip().toLowerCase(Locale.ROOT);
        if (lower.startsWith("#")) {
            return hex(lower.substring(1));
        }
        if (lower.equals("transparent")) {
            return new CssColor(0, 0, 0, 0);
        }
        Integer named = NAMES.get(lower);
        if (named != null) {
            return of(named, 1);
        }
        int open = lower.indexOf('(');
        if (open < 0 || !lower.endsWith(")")) {
            return null;
        }
        List<String> words = new ArrayList<>();
        for (String word : lower.substring(open + 1, lower.length() - 1).split("[\\s,/]+", -1)) {
            if (!word.isEmpty()) {
                words.add(word);
            }
        }
        return switch (lower.substring(0, open)) {
            case "rgb", "rgba" -> rgb(words);
            case "hsl", "hsla" -> hsl(words);
            default -> null;
        };
    }

    private static CssColor of(int rgb, double alpha) {
        return new CssColor(rgb >> 16 & 255, rgb >> 8 & 255, rgb & 255, alpha);
    }

    private static @Nullable CssColor hex(String digits) {
        if (!digits.matches("[0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8}")) {
            return null;
        }
        String full = digits.length() <= 4 ? digits.replaceAll("[0-9a-f]", "$0$0") : digits;
        long all = Long.parseLong(full, 16);
        return full.length() == 6
                ? of((int) all, 1)
                : of((int) (all >> 8), hundredths((all & 255) / 255.0));
    }

    private static double hundredths(double value) {
        return BigDecimal.valueOf(value).setScale(3, RoundingMode.HALF_UP).doubleValue();
    }

    private static @Nullable CssColor rgb(List<String> words) {
        if (words.size() < 3 || words.size() > 4) {
            return null;
        }
        double[] parts = new double[3];
        for (int i = 0; i < 3; i++) {
            Double part = number(words.get(i), 255);
            if (part == null) {
                return null;
            }
            parts[i] = part;
        }
        Double alpha = words.size() < 4 ? Double.valueOf(1) : number(words.get(3), 1);
        return alpha == null ? null : of(parts, alpha);
    }

    private static CssColor of(double[] parts, double alpha) {
        return new CssColor(
                eight(parts[0]), eight(parts[1]), eight(parts[2]), Math.clamp(alpha, 0, 1));
    }

    private static int eight(double part) {
        return Math.clamp(Math.round(part), 0, 255);
    }

    /// A number, or a percentage of `whole`; null for anything else.
    private static @Nullable Double number(String word, double whole) {
        boolean isPercent = word.endsWith("%");
        String digits = isPercent ? word.substring(0, word.length() - 1) : word;
        if (!digits.matches("[+-]?(\\d{1,9}\\.?\\d{0,18}|\\.\\d{1,18})")) {
            return null;
        }
        double number = Double.parseDouble(digits);
        return isPercent ? number / 100 * whole : number;
    }

    private static @Nullable CssColor hsl(List<String> words) {
        if (words.size() < 3 || words.size() > 4) {
            return null;
        }
        Double hue = number(words.get(0).replaceFirst("deg$", ""), 360);
        Double saturation = percent(words.get(1));
        Double lightness = percent(words.get(2));
        Double alpha = words.size() < 4 ? Double.valueOf(1) : number(words.get(3), 1);
        if (hue == null || saturation == null || lightness == null || alpha == null) {
            return null;
        }
        double[] parts = new double[3];
        double reach = saturation * Math.min(lightness, 1 - lightness);
        int[] shifts = {0, 8, 4}; // CSS Color 4, section 7.1
        for (int i = 0; i < 3; i++) {
            double k = ((shifts[i] + hue / 30) % 12 + 12) % 12;
            parts[i] =
                    255 * (lightness - reach * Math.max(-1, Math.min(Math.min(k - 3, 9 - k), 1)));
        }
        return of(parts, alpha);
    }

    private static @Nullable Double percent(String word) {
        Double number = word.endsWith("%") ? number(word, 1) : null;
        return number == null ? null : Double.valueOf(Math.clamp(number, 0, 1));
    }

    /// Returns the colour as CSS: `#rrggbb`, or `rgba()` where it is not opaque.
    public String write() {
        if (alpha == 1) {
            return String.format(Locale.ROOT, "#%02x%02x%02x", red, green, blue);
        }
        String share = BigDecimal.valueOf(alpha).stripTrailingZeros().toPlainString();
        return "rgba(" + red + ", " + green + ", " + blue + ", " + share + ")";
    }
}
