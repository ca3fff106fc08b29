package dev.tenon.designer.settings.css;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// The address in a CSS `url()`.
///
/// @param address where the image is
public record CssImage(String address) {
    /// Returns the image that `text` tells as `url(...)`, quoted or not; null for other text, as
    /// for gradients.
    public static @Nullable CssImage read(String text) {
        String css = text.strip();
        if (!css.toLowerCase(Locale.ROOT).startsWith("url(") || !css.endsWith(")")) {
            return null;
        }
        String inner = css.substring(4, css.length() - 1).strip();
        boolean isQuoted = inner.startsWith("\"") || inner.startsWith("'");
        if (!isQuoted) {
            return inner.matches("[^\\s\"'()\\\\]*") ? new CssImage(inner) : null;
        }
        char quote = inner.charAt(0);
        var address = new StringBuilder();
        for (int i = 1; i < inner.length(); i++) {
            char c = inner.charAt(i);
            if (c == quote) {
                return i == inner.length() - 1 ? new CssImage(address.toString()) : null;
            }
            if (c == '\\') {
                i++;
                if (i == inner.length() || Character.digit(inner.charAt(i), 16) >= 0) {
                    return null; // escapes by number stay as they are
                }
                c = inner.charAt(i);
            }
            address.append(c);
        }
        return null;
    }

    /// Returns the image as CSS.
    public String write() {
        return "url(\"" + address.replace("\\", "\\\\").replace("\"", "\\\"") + "\")";
    }
}
