package dev.tenon.designer.expression;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.designer.expression.Evaluation.Failure;
import dev.tenon.designer.expression.Evaluation.Value;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/// Expressions beside what node 20 gives: `expression ~ JSON`, dates in several zones.
class OracleTest {
    private static final ScriptObject EMPTY = ScriptObject.of(Map.of());
    private static final Instant NOW = Instant.parse("2026-11-27T10:00:00.250Z");

    private static Clock clock(ZoneId zone) {
        return Clock.fixed(NOW, zone);
    }

    private static List<String> wrong(String file) throws IOException {
        List<String> wrong = new ArrayList<>();
        try (InputStream in = OracleTest.class.getResourceAsStream(file)) {
            byte[] all = Objects.requireNonNull(in).readAllBytes();
            ZoneId zone = ZoneOffset.UTC;
            for (String line : new String(all, StandardCharsets.UTF_8).lines().toList()) {
                if (line.startsWith("zone ")) {
                    zone = ZoneId.of(line.substring(5));
                    continue;
                }
                int end = line.lastIndexOf(" ~ ");
                String found = text(line.substring(0, end), zone);
                if (!found.equals(line.substring(end + 3))) {
                    wrong.add(zone + ": " + line + " != " + found);
                }
            }
        }
        return wrong;
    }

    private static String text(String expression, ZoneId zone) {
        return switch (Expressions.evaluate(expression, EMPTY, clock(zone))) {
            case Value(var json) -> String.valueOf(json);
            case Failure(String message, int line) -> "line " + line + ": " + message;
        };
    }

    @Test
    void datesInZones() throws IOException {
        assertThat(wrong("dates.txt")).isEmpty();
    }

    @Test
    void mapsSetsErrorsSwitches() throws IOException {
        assertThat(wrong("javascript.txt")).isEmpty();
    }

    @Test
    void theLanguage() throws IOException {
        assertThat(wrong("language.txt")).isEmpty();
    }

    @Test
    void labelsPatternsAndTurns() throws IOException {
        assertThat(wrong("statements.txt")).isEmpty();
    }

    @Test
    void theClockIsGiven() {
        assertThat(text("[Date.now(), new Date().toISOString(), Date()]", ZoneOffset.UTC))
                .isEqualTo(
                        "[1795773600250,\"2026-11-27T10:00:00.250Z\","
                                + "\"Fri Nov 27 2026 10:00:00 GMT+0000"
                                + " (Coordinated Universal Time)\"]");
        assertThat(text("new Date().getHours()", ZoneId.of("Asia/Tokyo"))).isEqualTo("19");
    }

    @Test
    void theConsoleIsDeaf() {
        assertThat(text("[console.log(1), console.error({}), typeof console.x]", ZoneOffset.UTC))
                .isEqualTo("[null,null,\"undefined\"]");
    }

    @Test
    void mistakesTell() {
        assertThat(text("new Math()", ZoneOffset.UTC))
                .isEqualTo(
                        "line 1: new makes no such thing; there are Date, RegExp, Map, Set, Array,"
                                + " Object and Error");
        assertThat(text("new Date(NaN).toISOString()", ZoneOffset.UTC))
                .isEqualTo("line 1: toISOString: the date is not valid");
        assertThat(text("new Date().toLocaleDateString('de')", ZoneOffset.UTC))
                .isEqualTo(
                        "line 1: toLocaleDateString: locales are not known; it must be given"
                                + " nothing");
        assertThat(text("Map()", ZoneOffset.UTC)).isEqualTo("line 1: Map must be called with new");
        assertThat(text("1 instanceof 2", ZoneOffset.UTC))
                .isEqualTo("line 1: instanceof must be followed by a constructor");
    }

    /// What node refuses to read, and what it throws.
    @Test
    void badLabelsAndPatternsTell() {
        Map<String, String> mistakes =
                Map.ofEntries(
                        Map.entry("break", "break has nothing to leave here"),
                        Map.entry("continue", "continue has nothing to leave here"),
                        Map.entry(
                                "a: for (;;) { break b }",
                                "break b is in no statement of that label"),
                        Map.entry("a: { continue a }", "continue a is in no loop of that label"),
                        Map.entry("a: a: ;", "the label a is there twice"),
                        Map.entry(
                                "a: for (;;) { (() => { break a })() }",
                                "break a is in no statement of that label"),
                        Map.entry(
                                "for (;;) [1].map(() => { break })",
                                "break has nothing to leave here"),
                        Map.entry("return ({a = 1})", "unexpected ="),
                        Map.entry("return [{a = 1}]", "unexpected ="),
                        Map.entry("let a; ({a}) = {}", "can't assign to this"),
                        Map.entry("let a; [({a})] = []", "can't assign to this"),
                        Map.entry("let a; [...a, ] = [1]", "can't assign to this"),
                        Map.entry("let a, b; [...a, b] = [1]", "can't assign to this"),
                        Map.entry("let a; [a] += [1]", "can't assign to this"),
                        Map.entry("let a; ({...{a}} = {})", "can't assign to this"),
                        Map.entry("let a; ({a} = null)", "can't take null apart"),
                        Map.entry("let {} = null", "can't take null apart"),
                        Map.entry("let a; [a] = 1", "number is not an array"),
                        Map.entry(
                                "const a = 1; [a] = [2]", "a is a constant; it can't be assigned"));
        mistakes.forEach((script, message) ->
                assertThat(Expressions.compileScript(script).evaluate(EMPTY))
                        .as(script)
                        .isEqualTo(new Failure(message, 1)));
    }
}
