package dev.tenon.designer.expression;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/// Regular expressions, by Java's engine. Every character that a match looks at is charged, so that
/// one that goes back and forth ends as a loop does.
final class Regexes {
    private static final int LONGEST_PATTERN = 500;
    private static final int LONGEST_TEXT = 2_000; // Java's engine recurses for (a|b)*

    private Regexes() {}

    /// A regular expression as a value.
    static final class Regex {
        private final Pattern pattern;
        private final String source;
        private final boolean isGlobal;
        int lastIndex; // of one that is global: where the next match is looked for

        Regex(String source, String flags, int line) {
            this.pattern = compile(source, flags, line);
            this.source = source;
            this.isGlobal = flags.contains("g");
        }

        private Regex(Regex other) {
            this.pattern = other.pattern;
            this.source = other.source;
            this.isGlobal = other.isGlobal;
        }

        Pattern pattern() {
            return pattern;
        }

        String source() {
            return source;
        }

        boolean isGlobal() {
            return isGlobal;
        }

        /// Returns one of its own for each evaluation.
        Regex copy() {
            return new Regex(this);
        }

        @Override
        public String toString() {
            return "/" + source + "/" + (isGlobal ? "g" : "");
        }
    }

    private static Pattern compile(String pattern, String flags, int line) {
        if (pattern.length() > LONGEST_PATTERN) {
            throw Halt.syntax(
                    "a regular expression is longer than " + LONGEST_PATTERN + " characters", line);
        }
        int options = 0;
        for (int i = 0; i < flags.length(); i++) {
            options |=
                    switch (flags.charAt(i)) {
                        case 'g', 'u' -> 0;
                        case 'i' -> Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE;
                        case 'm' -> Pattern.MULTILINE;
                        case 's' -> Pattern.DOTALL;
                        default ->
                                throw Halt.syntax(
                                        "regular expressions have no flag " + flags.charAt(i),
                                        line);
                    };
        }
        try {
            return Pattern.compile(Patterns.of(pattern, flags.indexOf('m') >= 0), options);
        } catch (PatternSyntaxException e) {
            throw Halt.syntax("a bad regular expression: " + e.getDescription(), line);
        }
    }

    /// A text whose characters are charged as they are looked at.
    private record Charged(String text, Meter meter) implements CharSequence {
        @Override
        public int length() {
            return text.length();
        }

        @Override
        public char charAt(int index) {
            meter.steps(1);
            return text.charAt(index);
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return text.substring(start, end);
        }

        @Override
        public String toString() {
            return text;
        }
    }

    static Matcher matcher(Pattern pattern, String text, Meter meter) {
        if (text.length() > LONGEST_TEXT) {
            throw Halt.bound(
                    "a regular expression is tried on more than " + LONGEST_TEXT + " characters");
        }
        return pattern.matcher(new Charged(text, meter));
    }

    /// Returns the match and its groups.
    static Object groups(Matcher matcher, Meter meter) {
        meter.elements(matcher.groupCount() + 1L);
        List<Object> all = new ArrayList<>();
        for (int i = 0; i <= matcher.groupCount(); i++) {
            String group = matcher.group(i);
            meter.text(group == null ? 0 : group.length());
            all.add(group == null ? Undefined.UNDEFINED : group);
        }
        return new Values.Elements(all);
    }
}
