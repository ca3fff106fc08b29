package dev.tenon.designer.expression;

import dev.tenon.designer.json.JsonNull;
import java.text.Collator;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The methods of strings and of regular expressions.
final class Strings {
    static final Map<String, Callable> METHODS = methods();
    static final Map<String, Callable> REGEX_METHODS =
            Map.of(
                    "test", Arguments.callable(a -> !Values.isNothing(exec(a))),
                    "exec", Arguments.callable(Strings::exec),
                    "toString", Arguments.callable(a -> Values.text(a.self(), a.meter())));

    private Strings() {}

    private static Map<String, Callable> methods() {
        Map<String, Callable> all = new HashMap<>();
        add(all, "toString", (s, _) -> s);
        add(all, "trim", (s, a) -> a.made(s.strip()));
        add(all, "trimStart", (s, a) -> a.made(s.stripLeading()));
        add(all, "trimEnd", (s, a) -> a.made(s.stripTrailing()));
        add(all, "toUpperCase", (s, a) -> a.made(s.toUpperCase(Locale.ROOT)));
        add(all, "toLowerCase", (s, a) -> a.made(s.toLowerCase(Locale.ROOT)));
        add(all, "includes", (s, a) -> find(s, a.text(0), a.index(1, s.length(), 0), a) >= 0);
        add(all, "indexOf", (s, a) -> (double) find(s, a.text(0), a.index(1, s.length(), 0), a));
        add(
                all,
                "lastIndexOf",
                (s, a) -> {
                    a.meter().steps((1L + s.length()) * (1 + a.text(0).length()) / 8);
                    return (double) s.lastIndexOf(a.text(0));
                });
        add(all, "startsWith", (s, a) -> s.startsWith(a.text(0), a.index(1, s.length(), 0)));
        add(all, "endsWith", (s, a) -> s.endsWith(a.text(0)));
        add(
                all,
                "charAt",
                (s, a) -> {
                    int at = a.integer(0, 0);
                    return at >= 0 && at < s.length() ? String.valueOf(s.charAt(at)) : "";
                });
        add(
                all,
                "at",
                (s, a) -> {
                    int at = a.integer(0, 0) < 0 ? s.length() + a.integer(0, 0) : a.integer(0, 0);
                    return at >= 0 && at < s.length()
                            ? String.valueOf(s.charAt(at))
                            : Undefined.UNDEFINED;
                });
        add(
                all,
                "charCodeAt",
                (s, a) -> {
                    int at = a.integer(0, 0);
                    return at >= 0 && at < s.length() ? (double) s.charAt(at) : Double.NaN;
                });
        add(
                all,
                "slice",
                (s, a) -> {
                    int from = a.index(0, s.length(), 0);
                    return a.made(
                            s.substring(from, Math.max(from, a.index(1, s.length(), s.length()))));
                });
        add(
                all,
                "substring",
                (s, a) -> {
                    int from = Math.clamp(a.integer(0, 0), 0, s.length());
                    int to = Math.clamp(a.integer(1, s.length()), 0, s.length());
                    return a.made(s.substring(Math.min(from, to), Math.max(from, to)));
                });
        add(
                all,
                "concat",
                (s, a) -> {
                    Object text = s;
                    for (Object more : a.all()) {
                        text = Operators.plus(text, Values.text(more, a.meter()), a.meter());
                    }
                    return text;
                });
        add(
                all,
                "repeat",
                (s, a) -> {
                    int times = a.integer(0, 0);
                    if (times < 0) {
                        throw Halt.mistake("repeat: the count must not be negative; got " + times);
                    }
                    a.meter().text((long) s.length() * times);
                    return s.repeat(times);
                });
        add(all, "padStart", (s, a) -> pad(s, a) + s);
        add(all, "padEnd", (s, a) -> s + pad(s, a));
        add(all, "split", Strings::split);
        add(all, "replace", (s, a) -> replace(s, a, isGlobal(a.get(0))));
        add(all, "replaceAll", (s, a) -> replace(s, a, true));
        add(all, "match", Strings::matches);
        add(all, "matchAll", Strings::matchAll);
        add(
                all,
                "search",
                (s, a) -> {
                    Matcher matcher = matcher(a.get(0), s, a);
                    return matcher.find() ? (double) matcher.start() : -1.0;
                });
        add(
                all,
                "substr",
                (s, a) -> {
                    int from = a.index(0, s.length(), 0);
                    int most = s.length() - from;
                    return a.made(
                            s.substring(from, from + Math.clamp(a.integer(1, most), 0, most)));
                });
        add(all, "localeCompare", Strings::compare);
        return Map.copyOf(all);
    }

    private static void add(
            Map<String, Callable> all, String name, BiFunction<String, Arguments, Object> body) {
        all.put(
                name,
                Arguments.callable(a -> {
                    String self = Values.text(a.self(), a.meter());
                    a.meter().steps(1 + self.length() / 16);
                    return body.apply(self, a);
                }));
    }

    private static int find(String text, String part, int from, Arguments a) {
        a.meter().steps((1L + text.length()) * (1 + part.length()) / 8);
        return text.indexOf(part, from);
    }

    private static String pad(String text, Arguments a) {
        int missing = a.integer(0, 0) - text.length();
        String filler = a.has(1) ? a.text(1) : " ";
        if (missing <= 0 || filler.isEmpty()) {
            return "";
        }
        a.meter().text(2L * missing + filler.length() + text.length());
        return filler.repeat(missing / filler.length() + 1).substring(0, missing);
    }

    /// Compares as people order words, small letters before capitals, not by codes.
    private static Object compare(String text, Arguments a) {
        String other = a.text(0);
        a.meter().steps(4L * (text.length() + other.length()));
        return (double) Integer.signum(Collator.getInstance(Locale.ROOT).compare(text, other));
    }

    private static Pattern pattern(Object what, Arguments a) {
        return what instanceof Regexes.Regex regex
                ? regex.pattern()
                : Pattern.compile(Values.text(what, a.meter()), Pattern.LITERAL);
    }

    private static boolean isGlobal(Object what) {
        return what instanceof Regexes.Regex regex && regex.isGlobal();
    }

    private static Matcher matcher(Object what, String text, Arguments a) {
        return Regexes.matcher(pattern(what, a), text, a.meter());
    }

    private static Object split(String text, Arguments a) {
        Object all = parts(text, a);
        int most = a.integer(1, Integer.MAX_VALUE);
        List<Object> list = Values.list(all, a.meter());
        if (most >= 0 && most < list.size()) {
            list.subList(most, list.size()).clear();
        }
        return all;
    }

    private static Object parts(String text, Arguments a) {
        List<Object> parts = new ArrayList<>();
        if (!a.has(0)) {
            parts.add(text);
            return a.made(parts);
        }
        if (a.text(0).isEmpty()) {
            a.meter().elements(3L * text.length());
            text.chars().forEach(c -> parts.add(String.valueOf((char) c)));
            return a.made(parts);
        }
        if (!(a.get(0) instanceof Regexes.Regex)) {
            String between = a.text(0);
            a.meter().steps((1L + text.length()) * (1 + between.length()) / 8);
            a.meter().bytes(16L * text.length());
            int at = 0;
            for (int next = text.indexOf(between); next >= 0; next = text.indexOf(between, at)) {
                parts.add(a.made(text.substring(at, next)));
                at = next + between.length();
            }
            parts.add(a.made(text.substring(at)));
            return a.made(parts);
        }
        Matcher matcher = matcher(a.get(0), text, a);
        int at = 0;
        while (matcher.find()) {
            if (matcher.end() > 0 && matcher.start() < text.length()) {
                parts.add(a.made(text.substring(at, matcher.start())));
                at = matcher.end();
            }
        }
        parts.add(a.made(text.substring(at)));
        return a.made(parts);
    }

    private static Object replace(String text, Arguments a, boolean every) {
        Matcher matcher = matcher(a.get(0), text, a);
        var out = new StringBuilder();
        int at = 0;
        while (matcher.find()) {
            String by = replacement(matcher, a);
            a.meter().text((long) matcher.start() - at + by.length());
            out.append(text, at, matcher.start()).append(by);
            at = matcher.end();
            if (!every) {
                break;
            }
        }
        return a.made(out.append(text, at, text.length()).toString());
    }

    private static String replacement(Matcher matcher, Arguments a) {
        if (a.get(1) instanceof Callable function) {
            List<Object> groups = Values.list(Regexes.groups(matcher, a.meter()), a.meter());
            groups.add((double) matcher.start());
            groups.add(Values.text(a.self(), a.meter()));
            return Values.text(
                    a.evaluator().call(function, Undefined.UNDEFINED, groups), a.meter());
        }
        String by = a.text(1);
        if (by.indexOf('$') < 0) {
            return by;
        }
        var out = new StringBuilder();
        for (int i = 0; i < by.length(); i++) {
            char c = by.charAt(i);
            char next = c == '$' && i + 1 < by.length() ? by.charAt(i + 1) : ' ';
            String group =
                    switch (next) {
                        case '$' -> "$";
                        case '&' -> matcher.group();
                        default -> {
                            int number = next - '0';
                            boolean isGroup =
                                    number >= 1 && number <= 9 && number <= matcher.groupCount();
                            String found = isGroup ? matcher.group(number) : null;
                            yield isGroup ? (found == null ? "" : found) : "";
                        }
                    };
            boolean isPlain =
                    c != '$'
                            || (next != '$'
                                    && next != '&'
                                    && !(next >= '1'
                                            && next <= '9'
                                            && next - '0' <= matcher.groupCount()));
            String piece = isPlain ? String.valueOf(c) : group;
            a.meter().text(piece.length());
            out.append(piece);
            i += isPlain ? 0 : 1;
        }
        return out.toString();
    }

    /// Matches once; one that is global goes on where its last match ended.
    private static Object exec(Arguments a) {
        if (!(a.self() instanceof Regexes.Regex regex)) {
            throw Halt.mistake("this is not a regular expression");
        }
        String text = a.text(0);
        int from = regex.isGlobal() ? regex.lastIndex : 0;
        Matcher matcher = matcher(regex, text, a);
        boolean isFound = from <= text.length() && matcher.find(from);
        regex.lastIndex = isFound ? matcher.end() : 0;
        return isFound ? Regexes.groups(matcher, a.meter()) : JsonNull.NULL;
    }

    private static Object match(Object regex, String text, Arguments a) {
        Matcher matcher = matcher(regex, text, a);
        return matcher.find() ? Regexes.groups(matcher, a.meter()) : JsonNull.NULL;
    }

    private static Object matches(String text, Arguments a) {
        if (!isGlobal(a.get(0))) {
            return match(a.get(0), text, a);
        }
        Matcher matcher = matcher(a.get(0), text, a);
        List<Object> all = new ArrayList<>();
        while (matcher.find()) {
            all.add(a.made(matcher.group()));
        }
        return all.isEmpty() ? JsonNull.NULL : a.made(all);
    }

    private static Object matchAll(String text, Arguments a) {
        Matcher matcher = matcher(a.get(0), text, a);
        List<Object> all = new ArrayList<>();
        while (matcher.find()) {
            all.add(Regexes.groups(matcher, a.meter()));
        }
        return a.made(all);
    }
}
