package dev.tenon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Documents that are made to hurt, read by a process of its own with 256 MB: one line, exit code
/// 2, and soon.
final class HostileDesignTest {
    private static final int SECONDS = 60; // far more than any takes: 4

    @TempDir Path folder;

    private interface Body {
        void writeTo(BufferedWriter out) throws IOException;
    }

    private Path file(Body body) throws IOException {
        Path file = folder.resolve("hostile.json");
        try (BufferedWriter out = Files.newBufferedWriter(file)) {
            body.writeTo(out);
        }
        return file;
    }

    private static String run(int code, Object... words) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp"));
        command.add(System.getProperty("java.class.path"));
        command.addAll(List.of(Main.class.getName(), "design"));
        for (Object word : words) {
            command.add(word.toString());
        }
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().remove("JAVA_TOOL_OPTIONS"); // Java would say that it read them
        Process process = builder.start();
        try {
            process.getOutputStream().close();
            assertThat(process.waitFor(SECONDS, TimeUnit.SECONDS)).as("ended in time").isTrue();
            String said =
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.exitValue()).as(said).isEqualTo(code);
            return said;
        } finally {
            process.destroyForcibly();
        }
    }

    private String refused(Body body) throws IOException, InterruptedException {
        Path file = file(body);
        String said = run(2, "convert", file, "--to", "tree", "--out", folder.resolve("made.json"));
        assertThat(folder.resolve("made.json")).doesNotExist();
        assertThat(said).hasLineCount(1).startsWith("tenon design convert: " + file + ": ");
        return said.substring(("tenon design convert: " + file + ": ").length()).strip();
    }

    private static void repeat(BufferedWriter out, String text, int times) throws IOException {
        for (int i = 0; i < times; i++) {
            out.write(text);
        }
    }

    @Test
    void depthOfAHundredThousand() throws Exception {
        assertThat(
                        refused(out -> {
                            out.write("{\"schema\":");
                            repeat(out, "{\"properties\":{\"a\":", 100_000);
                            out.write("{}");
                            repeat(out, "}}", 100_000);
                            out.write("}");
                        }))
                .isEqualTo("nesting must be at most 1000 deep; it goes deeper");
    }

    @Test
    void aHundredMegabytes() throws Exception {
        assertThat(
                        refused(out -> {
                            out.write("{\"form\":{\"a\":\"");
                            repeat(out, "0123456789", 10_000_000);
                            out.write("\"}}");
                        }))
                .isEqualTo("must have at most 32 MB; it has more");
    }

    @Test
    void aHundredMegabytesOfFields() throws Exception {
        assertThat(
                        refused(out -> {
                            out.write("{\"schema\":{\"properties\":{");
                            for (int i = 0; i < 5_000_000; i++) {
                                out.write("\"f" + i + "\":{\"a\":0},");
                            }
                            out.write("\"last\":{}}}}");
                        }))
                .matches("must have at most (32 MB|4000000 tokens); it has more");
    }

    @Test
    void tenMillionNames() throws Exception {
        assertThat(
                        refused(out -> {
                            out.write("{\"form\":{");
                            for (int i = 0; i < 10_000_000; i++) {
                                out.write("\"" + i + "\":0,");
                            }
                            out.write("\"last\":0}}");
                        }))
                .isEqualTo("an object must have at most 1000000 names; one has more");
    }

    @Test
    void referencesThatMultiply() throws Exception {
        String said =
                run(
                        2,
                        "convert",
                        file(out -> {
                            out.write("{\"schema\":{\"definitions\":{");
                            for (int i = 0; i < 100; i++) {
                                String next = "{\"$ref\":\"#/definitions/d" + (i + 1) + "\"}";
                                out.write(
                                        "\"d%d\":{\"properties\":{\"a\":%s,\"b\":%s}},"
                                                .formatted(i, next, next));
                            }
                            out.write(
                                    "\"d100\":{}},\"properties\":{\"a\":{\"$ref\":\"#/definitions/d0\"}}}}");
                        }),
                        "--to",
                        "tree",
                        "--out",
                        "-");
        assertThat(said)
                .isEqualTo(
                        "tenon design convert: schema: $ref must bring in at most 50000 fields in all, each"
                                + " counted as often as it comes; "
                                + said.substring(
                                        said.indexOf("/schema"), said.indexOf(" is one more"))
                                + " is one more\n");
    }

    @Test
    void aReferenceWithMuchBehindItUsedOften() throws Exception {
        String said =
                run(
                        2,
                        "validate",
                        file(out -> {
                            out.write("{\"schema\":{\"definitions\":{\"d\":{");
                            for (int i = 0; i < 50_000; i++) {
                                out.write("\"w" + i + "\":0,");
                            }
                            out.write("\"w\":0}},\"properties\":{");
                            for (int i = 0; i < 50_000; i++) {
                                out.write("\"f" + i + "\":{\"$ref\":\"#/definitions/d\"},");
                            }
                            out.write("\"last\":{}}}}");
                        }));
        assertThat(said)
                .startsWith(
                        "tenon design validate: schema: $ref must bring in at most 1000000 words in all; /schema/")
                .hasLineCount(1);
    }

    @Test
    void aLongChainOfReferences() throws Exception {
        String said =
                run(
                        2,
                        "validate",
                        file(out -> {
                            out.write("{\"schema\":{\"definitions\":{");
                            for (int i = 0; i < 100_000; i++) {
                                out.write(
                                        "\"d%d\":{\"$ref\":\"#/definitions/d%d\"},"
                                                .formatted(i, i + 1));
                            }
                            out.write(
                                    "\"last\":{}},\"properties\":{\"a\":{\"$ref\":\"#/definitions/d0\"}}}}");
                        }));
        assertThat(said)
                .isEqualTo(
                        "tenon design validate: schema: /schema/properties/a: $ref must lead through at most 400"
                                + " others; \"#/definitions/d400\" leads through more\n");
    }

    @Test
    void aCycleOfReferences() throws Exception {
        assertThat(
                        refused(out ->
                                out.write(
                                        """
                                        {"schema": {"definitions": {"a": {"$ref": "#/definitions/b"},
                                         "b": {"$ref": "#/definitions/a"}},
                                         "properties": {"c": {"$ref": "#/definitions/a"}}}}
                                        """)))
                .isEqualTo(
                        "/schema/properties/c: $ref must lead to no schema that it is in; got"
                                + " \"#/definitions/a\" [ref-cyclic]");
    }

    /// Many nodes far down: no place and no line of text may cost what its depth is long.
    @Test
    void manyNodesFarDown() throws Exception {
        Path file =
                file(out -> {
                    out.write("{\"schema\":");
                    repeat(out, "{\"properties\":{\"a\":", 390);
                    out.write("{\"properties\":{");
                    for (int i = 0; i < 100_000; i++) {
                        out.write("\"f" + i + "\":{},");
                    }
                    out.write("\"last\":{}}}");
                    repeat(out, "}}", 390);
                    out.write("}");
                });
        Path made = folder.resolve("made.json");
        assertThat(run(0, "convert", file, "--to", "tree", "--out", made)).isEmpty();
        Path back = folder.resolve("back.json");
        assertThat(run(0, "convert", made, "--to", "schema", "--out", back)).isEmpty();
        assertThat(Files.readString(back).strip()).isEqualTo(Files.readString(file));
    }

    @Test
    void asManyFieldsAsThereMayBe() throws Exception {
        Path file =
                file(out -> {
                    out.write("{\"schema\":{\"properties\":{");
                    for (int i = 0; i < 199_999; i++) {
                        out.write(
                                ("\"f%d\":{\"type\":\"string\",\"title\":\"Field %d\",\"x-decorator\":\"FormItem\","
                                                + "\"x-component\":\"Input\"}%s")
                                        .formatted(i, i, i < 199_998 ? "," : "}}}"));
                    }
                });
        assertThat(run(0, "validate", file)).isEqualTo(file + ": 0 errors, 0 warnings\n");
    }

    @Test
    void namesOfPrototypesAreNamesLikeAnyOther() throws Exception {
        String text =
                """
                {
                  "form" : {
                    "__proto__" : {
                      "polluted" : true
                    }
                  },
                  "schema" : {
                    "properties" : {
                      "__proto__" : {
                        "constructor" : {
                          "prototype" : 1
                        }
                      },
                      "constructor" : {
                        "x-designable-id" : "__proto__"
                      },
                      "toString" : { }
                    }
                  }
                }
                """;
        Path made = folder.resolve("made.json");
        assertThat(run(0, "convert", file(out -> out.write(text)), "--to", "tree", "--out", made))
                .isEmpty();
        assertThat(run(0, "convert", made, "--to", "schema", "--out", "-")).isEqualTo(text);
    }

    @Test
    void numbersWithBillionsOfZeros() throws Exception {
        String text =
                """
                {
                  "schema" : {
                    "properties" : {
                      "a" : {
                        "name" : 1E+999999999,
                        "x-designable-id" : 1E+2147483647
                      },
                      "b" : {
                        "x-designable-id" : 1E-2147483647
                      }
                    }
                  }
                }
                """;
        Path made = folder.resolve("made.json");
        assertThat(run(0, "convert", file(out -> out.write(text)), "--to", "tree", "--out", made))
                .isEmpty();
        assertThat(run(0, "convert", made, "--to", "schema", "--out", "-")).isEqualTo(text);
    }

    @Test
    void anIdThatComesTwice() throws Exception {
        assertThat(
                        refused(out -> {
                            out.write("{\"componentName\":\"Form\",\"children\":[{\"id\":\"x\"}");
                            for (int i = 0; i < 100_000; i++) {
                                out.write(",{\"id\":\"n" + i + "\"}");
                            }
                            out.write(",{\"children\":[{\"id\":\"x\"}]}]}");
                        }))
                .isEqualTo(
                        "an id must name one node; \"x\" names /children/0 and /children/100001/children/0");
    }

    @Test
    void namesThatAreLongTogether() throws Exception {
        String said =
                run(
                        2,
                        "validate",
                        file(out -> {
                            out.write("{\"schema\":");
                            repeat(out, "{\"properties\":{\"" + "n".repeat(9_000) + "\":", 100);
                            out.write("{}");
                            repeat(out, "}}", 100);
                            out.write("}");
                        }));
        assertThat(said)
                .isEqualTo(
                        "tenon design validate: schema: the names from the form down to a field must have at"
                                + " most 20000 characters together; those of /schema/properties/"
                                + "n".repeat(81)
                                + "... have more\n");
    }

    @Test
    void namesAndNumbersThatAreLongAlone() throws Exception {
        assertThat(refused(out -> out.write("{\"form\":{\"" + "n".repeat(100_000) + "\":1}}")))
                .isEqualTo("a name must have at most 50000 characters; one has more");
        assertThat(refused(out -> out.write("{\"form\":{\"a\":" + "9".repeat(100_000) + "}}")))
                .isEqualTo("a number must have at most 1000 characters; one has more");
        assertThat(refused(out -> out.write("{\"form\":{\"a\":1e99999999999999999999}}")))
                .isEqualTo(
                        "a number's exponent must be between -2147483647 and 2147483647; got"
                                + " 1e99999999999999999999 (line 1, column 14)");
        assertThat(refused(out -> out.write("{\"form\":{/* no */}}")))
                .isEqualTo(
                        "must be JSON; Unexpected character ('/' (code 47)) (line 1, column 10)");
    }

    @Test
    void anIdOfMegabytesIsNamedInShort() throws Exception {
        String id = "i".repeat(5_000_000);
        String said =
                run(
                        2,
                        "validate",
                        file(out ->
                                out.write(
                                        ("{\"schema\":{\"properties\":{\"a\":{\"x-designable-id\":\"%s\"},"
                                                        + "\"b\":{\"x-designable-id\":\"%s\"}}}}")
                                                .formatted(id, id))));
        assertThat(said)
                .contains(
                        "must name one field; got \""
                                + "i".repeat(100)
                                + "...\" here and at /schema/properties/a")
                .hasSizeLessThan(1000);
    }
}
