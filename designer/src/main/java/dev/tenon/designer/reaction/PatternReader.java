package dev.tenon.designer.reaction;

import dev.tenon.designer.DesignException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads the text of a [FieldPattern], without the dots in front of one that begins at a field.
final class PatternReader {
    private static final int DEEPEST = 20;
    private static final String SIGNS = ".*~!()[]{},:";

    private final String text;
    private final int begin;
    private int at;
    private int depth;

    private PatternReader(String text, int begin) {
        this.text = text;
        this.begin = begin;
        this.at = begin;
    }

    /// Returns the steps that `text` tells from `begin` on; none where nothing is there.
    ///
    /// @throws DesignException if it is no pattern
    static List<Step> read(String text, int begin) {
        var reader = new PatternReader(text, begin);
        reader.skip();
        if (reader.at == text.length()) {
            return List.of();
        }
        List<Step> steps = reader.steps();
        if (reader.at < text.length()) {
            throw reader.refusal();
        }
        return steps;
    }

    private DesignException refusal() {
        return new DesignException(
                "a path must be names with dots between, where * stands for any name, *(a,b) for"
                        + " one of them, *(!a) for another, *[1:3] for a number, a~ for what begins"
                        + " so, [[a]] for a as it is; got "
                        + text
                        + ", which is none from character "
                        + (at + 1));
    }

    private void skip() {
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
    }

    private boolean taken(String sign) {
        skip();
        if (text.startsWith(sign, at)) {
            at += sign.length();
            return true;
        }
        return false;
    }

    private void expect(String sign) {
        if (!taken(sign)) {
            throw refusal();
        }
    }

    private List<Step> steps() {
        List<Step> steps = new ArrayList<>();
        do {
            step(steps);
            skip();
        } while (taken("."));
        return steps;
    }

    private void step(List<Step> steps) {
        if (taken("**")) {
            steps.add(new Step.Any(true));
        } else if (taken("*")) {
            steps.add(taken("(") ? choice() : taken("[") ? range() : new Step.Any(false));
        } else if (taken("[[")) {
            steps.add(new Step.Name(literal(), false));
        } else if (at < text.length() && "[{".indexOf(text.charAt(at)) >= 0) {
            steps.add(new Step.Name(destructuring(), false));
        } else {
            String name = name();
            boolean isBeginning = taken("~");
            if (name.isEmpty() && !isBeginning) {
                throw refusal();
            }
            steps.add(new Step.Name(name, isBeginning));
            while (!isBeginning && taken("[")) {
                steps.add(new Step.Name(name(), false));
                expect("]");
            }
        }
    }

    private Step choice() {
        if (++depth > DEEPEST) {
            throw refusal();
        }
        boolean isExclusion = taken("!");
        List<List<Step>> all = new ArrayList<>();
        do {
            all.add(steps());
        } while (taken(","));
        expect(")");
        depth--;
        return isExclusion ? new Step.NoneOf(all) : new Step.OneOf(all);
    }

    private Step range() {
        Long from = number();
        boolean isRange = taken(":");
        Long to = isRange ? number() : from;
        expect("]");
        return new Step.Range(from, to);
    }

    private @Nullable Long number() {
        String digits = name();
        if (digits.isEmpty()) {
            return null;
        }
        if (!digits.matches("[0-9]{1,9}")) {
            throw refusal();
        }
        return Long.valueOf(digits);
    }

    private String name() {
        skip();
        var name = new StringBuilder();
        for (; at < text.length() && SIGNS.indexOf(text.charAt(at)) < 0; at++) {
            if (text.charAt(at) == '\\' && at + 1 < text.length()) {
                at++;
            }
            name.append(text.charAt(at));
        }
        return name.toString().strip();
    }

    /// Reads what stands in double brackets, in which `\[` and `\]` are brackets.
    private String literal() {
        var name = new StringBuilder();
        for (; at < text.length() && !text.startsWith("]]", at); at++) {
            boolean isEscape =
                    text.charAt(at) == '\\'
                            && at + 1 < text.length()
                            && "[]".indexOf(text.charAt(at + 1)) >= 0;
            at += isEscape ? 1 : 0;
            name.append(text.charAt(at));
        }
        expect("]]");
        return name.toString().strip();
    }

    /// Reads the name of a field that holds several values: `[start,end]`, `{a:b}`.
    private String destructuring() {
        int start = at;
        int open = 0;
        for (; at < text.length(); at++) {
            char c = text.charAt(at);
            open += "[{".indexOf(c) >= 0 ? 1 : "]}".indexOf(c) >= 0 ? -1 : 0;
            if (open == 0) {
                at++;
                return text.substring(start, at).replaceAll("\\s", "");
            }
        }
        at = Math.max(begin, start);
        throw refusal();
    }
}
