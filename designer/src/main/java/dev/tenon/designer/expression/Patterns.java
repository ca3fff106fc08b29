package dev.tenon.designer.expression;

import java.util.Map;

/// Writes JavaScript's regular expressions as Java's: where the two read the same signs otherwise.
///
/// | JavaScript | Java |
/// |---|---|
/// | `$` without the flag `m` is the end | also before a last line end; `\z` is the end |
/// | `[` and `&&` in brackets mean themselves | a class within, a common part |
/// | `{` that begins no count means itself | is an error |
/// | `\s` has the spaces of Unicode | ASCII's |
/// | `\v`, `\0`, code points in braces are characters | vertical space, octal, an error |
/// | `\A`, `\h`, `\Q` and the like mean the letter | have meanings of their own |
/// | `[]` fits nothing, `[^]` anything | are errors |
final class Patterns {
    private static final String SPACES =
            "\\s\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000\\ufeff";
    private static final Map<Character, String> ESCAPES =
            Map.of('v', "\\x0b", '0', "\\x00", 's', SPACES);

    private final String pattern;
    private final boolean multiline;
    private final StringBuilder out = new StringBuilder();
    private int at;
    private boolean inClass;

    private Patterns(String pattern, boolean multiline) {
        this.pattern = pattern;
        this.multiline = multiline;
    }

    /// Returns `pattern` as Java has it.
    static String of(String pattern, boolean multiline) {
        var reading = new Patterns(pattern, multiline);
        while (reading.at < pattern.length()) {
            reading.next();
        }
        return reading.out.toString();
    }

    private boolean take(String text) {
        if (pattern.startsWith(text, at)) {
            at += text.length();
            return true;
        }
        return false;
    }

    private void next() {
        if (take("\\")) {
            escape();
        } else if (inClass) {
            inClass();
        } else if (take("[^]")) {
            out.append("[\\s\\S]");
        } else if (take("[]")) {
            out.append("(?!)");
        } else if (take("[")) {
            inClass = true;
            out.append(take("^") ? "[^" : "[");
        } else if (take("$")) {
            out.append(multiline ? "$" : "\\z");
        } else if (pattern.charAt(at) == '{' && !isCount()) {
            at++;
            out.append("\\{");
        } else {
            out.append(pattern.charAt(at++));
        }
    }

    private void inClass() {
        char c = pattern.charAt(at++);
        if (c == ']') {
            inClass = false;
        }
        out.append(c == '[' || c == '&' ? "\\" : "").append(c);
    }

    private boolean isCount() {
        int end = pattern.indexOf('}', at);
        return end > at + 1 && pattern.substring(at + 1, end).matches("[0-9]+(,[0-9]*)?");
    }

    private void escape() {
        if (at == pattern.length()) {
            out.append('\\');
            return;
        }
        char c = pattern.charAt(at++);
        String escape = ESCAPES.get(c);
        if (c == 's') {
            out.append(inClass ? SPACES : "[" + SPACES + "]");
        } else if (c == 'S' && !inClass) {
            out.append("[^" + SPACES + "]");
        } else if (escape != null) {
            out.append(escape);
        } else if (c == 'u' && take("{")) {
            out.append("\\x{");
        } else if ("dDwWbBnrtfcxupPkS123456789".indexOf(c) < 0 && Character.isLetterOrDigit(c)) {
            out.append(c);
        } else {
            out.append('\\').append(c);
        }
    }
}
