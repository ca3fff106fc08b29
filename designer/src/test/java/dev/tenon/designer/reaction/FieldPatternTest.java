package dev.tenon.designer.reaction;

import static dev.tenon.designer.reaction.FormTest.form;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.designer.DesignException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Patterns of fields, against what @formily/path matches.
class FieldPatternTest {
    private static List<String> words(String line) {
        return line.isBlank() ? List.of() : List.of(line.strip().split(" "));
    }

    @Test
    void matchAsFormilysPathsDo() throws IOException {
        List<String> lines;
        try (InputStream in = FieldPatternTest.class.getResourceAsStream("patterns.txt")) {
            byte[] all = Objects.requireNonNull(in).readAllBytes();
            lines = new String(all, StandardCharsets.UTF_8).lines().toList();
        }
        List<String> paths = words(lines.get(1));
        List<String> wrong = new ArrayList<>();
        for (String line : lines.subList(2, lines.size())) {
            String[] parts = line.split("\\|", -1);
            List<Step> steps = PatternReader.read(parts[0], 0);
            List<String> found =
                    paths.stream()
                            .filter(path ->
                                    new Step.Matching(List.of(path.split("\\."))).matches(steps))
                            .toList();
            List<String> wanted = new ArrayList<>(words(parts[1]));
            wanted.removeAll(parts.length > 2 ? words(parts[2]) : List.of());
            if (!found.equals(wanted)) {
                wrong.add(parts[0] + "| " + found + " != " + wanted);
            }
        }
        assertThat(wrong).isEmpty();
        assertThat(lines).hasSizeGreaterThan(50);
    }

    /// As `new Path(pattern, 'rows.1.a')` gives them, with fields for what they name.
    @ParameterizedTest
    @CsvSource({
        ".b,rows.1.b",
        "..[].b,rows.1.b",
        "..[+].b,rows.2.b",
        "..[+1].b,rows.2.b",
        "..[ - 1 ].b,rows.0.b",
        "..[-].b,rows.0.b",
        "..[1].b,rows.2.b",
        ".,rows.1",
        "..,rows",
        "...free,free",
        ".....free,free",
        "rows[2].b,rows.2.b",
        "[[a.b]],a.b",
        "'[start, end]','[start,end]'",
        "'[start,end]','[start,end]'",
        "..*.b,rows.0.b rows.1.b rows.2.b",
        ".*,rows.1.a rows.1.b",
        "..*[1:].b,rows.1.b rows.2.b",
        "'*(free,rows.*.a)',rows.0.a rows.1.a rows.2.a free",
        "'*(!free,rows,rows.*,[[a.b]])','[start,end] card card.in'",
        "'*(!in,free,rows,rows.*)','[start,end] a.b card'",
        "..[-2].b,",
        ".[+1].b,",
        "..x,",
        "odd:name,odd:name",
    })
    void seenFromAField(String pattern, String addresses) {
        Form form =
                form(
                        "'rows':{'type':'array','items':{'type':'object','properties':{'a':{},"
                                + "'b':{}}}},'free':{},'[start, end]':{},'[[a.b]]':{},"
                                + "'card':{'type':'void','properties':{'in':{}}}"
                                + (pattern.startsWith("odd") ? ",'odd:name':{}" : ""),
                        "{'rows':[{},{},{}]}");
        assertThat(
                        new FieldPattern(pattern)
                                .matches(form.field("rows.1.a")).stream().map(FormField::address))
                .containsExactlyInAnyOrderElementsOf(words(addresses == null ? "" : addresses));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a b*", "*a", "a*", "*()", "*(a", "*(a,", "a..b", "a.", "*[a:b]", "*[1,2]", "*[1",
                "[[a", "a[[b]]", "[a", "a[1", "!", "a,b", "**(a)", "*(!)", "a)", "*.", "..x~y"
            })
    void whatIsNoneIsRefused(String pattern) {
        Form form = form("'z':{}");
        assertThatThrownBy(() -> new FieldPattern(pattern).matches(form.field("z")))
                .isInstanceOf(DesignException.class)
                .hasMessageStartingWith("a path must be names with dots between");
    }

    @Test
    void aRefusalTellsWhere() {
        Form form = form("'z':{}");
        assertThatThrownBy(() -> new FieldPattern("a.*b").matches(form.field("z")))
                .hasMessage(
                        "a path must be names with dots between, where * stands for any name,"
                                + " *(a,b) for one of them, *(!a) for another, *[1:3] for a number,"
                                + " a~ for what begins so, [[a]] for a as it is; got a.*b, which is"
                                + " none from character 4");
    }

    @Test
    void hostilePatternsEnd() {
        Form form = form("'z':{}");
        FormField self = form.field("z");
        String choices = "*(z,z,z).".repeat(500) + "x";
        assertThat(new FieldPattern(choices).matches(self)).isEmpty();
        assertThatThrownBy(() -> new FieldPattern("*(a.".repeat(50)).matches(self))
                .isInstanceOf(DesignException.class);
        assertThatThrownBy(() -> new FieldPattern("*(a.".repeat(5000)).matches(self))
                .isInstanceOf(DesignException.class);
    }
}
