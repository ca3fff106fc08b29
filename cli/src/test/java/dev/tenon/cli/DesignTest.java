package dev.tenon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.cli.Tenon.Ended;
import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// `tenon design`: every word of it.
final class DesignTest {
    private static final String FORM =
            """
            {
              "form" : {
                "labelCol" : 6
              },
              "schema" : {
                "type" : "object",
                "title" : "T",
                "properties" : {
                  "name" : {
                    "type" : "string",
                    "x-designable-id" : "n"
                  },
                  "age" : {
                    "type" : "number",
                    "x-index" : -1
                  }
                }
              }
            }
            """;
    private static final String TREE =
            """
            {"id": "r", "componentName": "Form", "props": {}, "children": [
              {"id": "a", "componentName": "Field", "props": {"type": "string", "name": "same"}, "children": []},
              {"id": "b", "componentName": "Field", "props": {"type": "number", "name": "same"}, "children": []},
              {"id": "c", "componentName": "Card", "props": {}, "children": []}]}
            """;

    @TempDir Path folder;

    private Path form;
    private Path tree;

    @BeforeEach
    void files() throws IOException {
        form = Files.writeString(folder.resolve("form.json"), FORM);
        tree = Files.writeString(folder.resolve("tree.json"), TREE);
    }

    private static Ended design(Object... words) {
        String[] all = new String[words.length + 1];
        all[0] = "design";
        for (int i = 0; i < words.length; i++) {
            all[i + 1] = words[i].toString();
        }
        return Tenon.run(all);
    }

    private static Ended withInput(String text, Object... words) {
        InputStream real = System.in;
        try {
            System.setIn(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
            return design(words);
        } finally {
            System.setIn(real);
        }
    }

    private Path file(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    // ---- help

    @Test
    void theUsageNamesTheCommandsWithAnExampleEach() {
        assertThat(design().worked().out()).contains("validate", "convert", "diff", "migrate");
        for (String command : new String[] {"validate", "convert", "diff", "migrate"}) {
            assertThat(design(command, "--help").worked().out())
                    .contains("Example", "tenon design " + command);
        }
    }

    // ---- validate

    @Test
    void whatIsOddIsAWarning() {
        assertThat(design("validate", form))
                .isEqualTo(
                        new Ended(
                                0,
                                """
                                %1$s: /schema/properties/age: warning: x-index must be a whole number from 0; \
                                got -1 [x-index]
                                %1$s: 0 errors, 1 warning
                                """
                                        .formatted(form),
                                ""));
    }

    @Test
    void whatIsWrongEndsWithTwo() throws IOException {
        Path file =
                file(
                        "bad.json",
                        """
                        {"schema": {"properties": {"a": {"x-designable-id": "i"}, "b": {"x-designable-id": "i"},
                        "c": {"properties": {"d": {"$ref": "#/properties/c"}}}}}}
                        """);
        assertThat(design("validate", file))
                .isEqualTo(
                        new Ended(
                                2,
                                """
                                %1$s: /schema/properties/b: error: x-designable-id must name one field; got "i" \
                                here and at /schema/properties/a [duplicate-id]
                                %1$s: /schema/properties/c/properties/d/properties/d: error: $ref must lead to \
                                no schema that it is in; got "#/properties/c" [ref-cyclic]
                                %1$s: 2 errors, 0 warnings
                                """
                                        .formatted(file),
                                ""));
    }

    @Test
    void aTreeIsValidatedAsTheSchemaThatItBecomes() {
        assertThat(withInput(TREE, "validate", "-"))
                .isEqualTo(
                        new Ended(
                                0,
                                """
                                standard input: /children/1: warning: siblings must have different names; "b" \
                                is the second "same" and is written as "b" [name-collision]
                                standard input: /children/2: warning: a schema has only Fields; "c" is a Card \
                                and is left out, with all in it [not-a-field]
                                standard input: 0 errors, 2 warnings
                                """,
                                ""));
    }

    // ---- convert

    @Test
    void aSchemaComesBackFromItsTree() throws IOException {
        Path made = folder.resolve("made.json");
        String warning =
                form
                        + ": /schema/properties/age: warning: x-index must be a whole number from 0; got -1"
                        + " [x-index]\n";
        assertThat(design("convert", form, "--to", "tree", "--out", made))
                .isEqualTo(new Ended(0, "", warning));
        assertThat(made)
                .content()
                .startsWith("{\n  \"format\" : \"tenon-design\",\n  \"version\" : 2,");
        assertThat(design("convert", made, "--to", "schema", "--out", "-"))
                .isEqualTo(new Ended(0, FORM, ""));
        String text = Files.readString(made);
        assertThat(withInput(text, "convert", "-", "--to", "schema", "--out", "-").out())
                .isEqualTo(FORM);
    }

    /// Members beside form and schema are kept, whatever their names.
    @Test
    void aDocumentOfFormilyMayHaveChildren() {
        String text = "{\n  \"schema\" : { },\n  \"children\" : 3\n}\n";
        assertThat(withInput(text, "convert", "-", "--to", "schema", "--out", "-"))
                .isEqualTo(new Ended(0, text, ""));
    }

    @Test
    void theNormalStyleGivesEachFieldItsIdAndIndex() throws IOException {
        Path file =
                file(
                        "one.json",
                        """
                        {"form": {}, "schema": {"type": "object", "properties":
                         {"name": {"type": "string", "x-designable-id": "n"}}}}
                        """);
        assertThat(
                        design("convert", file, "--to=schema", "--style=normal", "--out=-")
                                .worked()
                                .out())
                .isEqualTo(
                        """
                        {
                          "form" : { },
                          "schema" : {
                            "type" : "object",
                            "properties" : {
                              "name" : {
                                "type" : "string",
                                "x-designable-id" : "n",
                                "name" : "name",
                                "x-index" : 0
                              }
                            }
                          }
                        }
                        """);
    }

    @Test
    void whatASchemaDoesNotKeepIsTold() throws IOException {
        Path file =
                file(
                        "more.json",
                        """
                        {"format": "tenon-design", "version": 2, "id": "d", "author": "me", "root":
                         {"id": "r", "componentName": "Form", "children":
                          [{"id": "a", "componentName": "Field", "locked": true}]}}
                        """);
        assertThat(design("convert", file, "--to=schema", "--out=-").worked().err().lines())
                .containsExactly(
                        file
                                + ": /: warning: a schema keeps no members that are not known here;"
                                + " the document loses \"author\" [members]",
                        file
                                + ": /children/0: warning: a schema keeps no members that are not"
                                + " known here; \"a\" loses \"locked\" [members]");
    }

    @Test
    void aTreeOfDesignableIsConverted() {
        Ended ended = design("convert", tree, "--to", "schema", "--out", "-").worked();
        assertThat(ended.out()).contains("\"same\" : {", "\"b\" : {");
        assertThat(ended.err()).hasLineCount(2);
    }

    @Test
    void whatCannotBeConvertedIsRefused() throws IOException {
        Path cycle =
                file(
                        "cycle.json",
                        """
                        {"schema": {"definitions": {"a": {"properties": {"b": {"$ref": "#/definitions/a"}}}},
                        "properties": {"c": {"$ref": "#/definitions/a"}}}}
                        """);
        design("convert", cycle, "--to", "tree", "--out", "-")
                .refusedWith(
                        "tenon design convert: "
                                + cycle
                                + ": /schema/properties/c/properties/b: $ref must lead to no schema that it is"
                                + " in; got \"#/definitions/a\" [ref-cyclic]");
        Path bare = file("bare.json", "{\"type\": \"object\", \"properties\": {}}");
        design("convert", bare, "--to", "tree", "--out", "-")
                .refusedWith(
                        "tenon design convert: "
                                + bare
                                + ": a schema must be in {\"form\": ..., \"schema\": ...}; got one alone. Put it"
                                + " under \"schema\"");
        Path other = file("other.json", "{\"a\": 1}");
        design("convert", other, "--to", "tree", "--out", "-")
                .refusedWith(
                        "tenon design convert: "
                                + other
                                + ": a design must have format (Tenon's), componentName (a tree) or form and"
                                + " schema (Formily's); got none of them");
        Path noForm = file("no-form.json", "{\"componentName\": \"Card\", \"children\": [{}]}");
        design("convert", noForm, "--to", "schema", "--out", "-")
                .refusedWith(
                        "tenon design convert: "
                                + noForm
                                + ": a tree must have a Form to be written as a schema; the root is a Card");
        Path twice =
                file(
                        "twice.json",
                        "{\"componentName\": \"Form\", \"id\": \"a\", \"children\": [{\"id\": \"a\"}]}");
        design("convert", twice, "--to", "schema", "--out", "-")
                .refusedWith(
                        "tenon design convert: "
                                + twice
                                + ": an id must name one node; \"a\" names the root and /children/0");
        Path none = folder.resolve("none.json");
        design("convert", none, "--to", "tree", "--out", "-")
                .refusedWith("tenon design convert: no such file: " + none);
        design("convert", folder, "--to", "tree", "--out", "-")
                .refusedWith("tenon design convert: FILE must be a file; got the folder " + folder);
        design("convert", form, "--to", "picture", "--out", "-")
                .refusedWith(
                        "tenon design convert: Invalid value for option '--to': expected one of [TREE,"
                                + " SCHEMA] (case-insensitive) but was 'picture' (see tenon design convert"
                                + " --help)");
        design("convert", form, "--to", "tree", "--out", none.resolve("a.json"))
                .refusedWith(
                        "tenon design convert: --out: the folder must exist; got "
                                + none.resolve("a.json"));
    }

    /// Only through a link of its own may a test write to a device: a fault would replace it.
    @Test
    @EnabledOnOs(OS.LINUX)
    void aDeviceMayBeWrittenTo() throws IOException {
        Path none = Files.createSymbolicLink(folder.resolve("none"), Path.of("/dev/null"));
        design("convert", form, "--to", "tree", "--out", none).worked();
        assertThat(none).isSymbolicLink();
        Path full = Files.createSymbolicLink(folder.resolve("full"), Path.of("/dev/full"));
        Ended ended = design("convert", tree, "--to", "tree", "--out", full);
        ended.refusedWith("tenon design convert: " + full + ": No space left on device");
        Tenon.run("train", "classifier", "--out", none.toString())
                .refusedWith(
                        "tenon train classifier: --out must be a file; got the device or pipe "
                                + none);
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void standardOutputThatIsFullEndsWithTwo() throws Exception {
        for (List<String> words :
                List.of(
                        List.of("design", "validate", form.toString()),
                        List.of("design", "convert", form.toString(), "--to=tree", "--out=-"))) {
            ProcessBuilder builder = Tenon.process(List.of(), words).redirectErrorStream(false);
            builder.environment().remove("JAVA_TOOL_OPTIONS"); // Java would say that it read them
            Process process = builder.redirectOutput(new File("/dev/full")).start();
            process.getOutputStream().close();
            String said =
                    new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(said)
                    .endsWith(
                            "tenon: standard output could not be written; got No space left on device\n");
            assertThat(process.waitFor()).isEqualTo(2);
        }
    }

    // ---- diff

    @Test
    void standardInputIsReadOnce() {
        assertThat(withInput(FORM, "diff", "-", form).worked().out()).isEqualTo("0 edits\n");
        withInput(FORM, "diff", "-", "-")
                .refusedWith(
                        "tenon design diff: only one of A and B may be standard input; got - twice");
    }

    @Test
    void theEditsBetweenTwoDesignsAreTold() throws IOException {
        Path after =
                file(
                        "after.json",
                        """
                        {"id": "r", "componentName": "Form", "props": {}, "children": [
                          {"id": "b", "componentName": "Field", "props": {"type": "number", "name": "same"}},
                          {"id": "a", "componentName": "Text", "hidden": true, "props": {"type": "string"},
                           "children": [{"id": "d", "componentName": "Field"}]}]}
                        """);
        assertThat(design("diff", tree, after))
                .isEqualTo(
                        new Ended(
                                0,
                                """
                                move "b" from "r" at 1 to "r" at 0
                                make "a" a Text instead of a Field
                                set the props of "a" to {"type":"string"}
                                hide "a"
                                insert "d" (Field) into "a" at 0
                                delete "c" (Card) from "r" at 2
                                6 edits
                                """,
                                ""));
        assertThat(design("diff", tree, tree)).isEqualTo(new Ended(0, "0 edits\n", ""));
        assertThat(design("diff", form, form)).isEqualTo(new Ended(0, "0 edits\n", ""));
        assertThat(design("diff", after, tree, "--json").worked().out())
                .startsWith("[\n  {\n    \"edit\" : \"move\",\n    \"id\" : ");
    }

    // ---- migrate

    @Test
    void aDocumentIsMigratedThereAndBack() {
        Path two = folder.resolve("two.json");
        Path one = folder.resolve("one.json");
        Path back = folder.resolve("back.json");
        design("convert", form, "--to", "tree", "--out", two).worked();
        design("migrate", two, "--to", "1", "--out", one).worked();
        assertThat(one).content().contains("\"version\" : 1,", "\"sourceName\" : \"\"");
        design("migrate", one, "--to", "2", "--out", back).worked();
        assertThat(back).hasSameTextualContentAs(two);
        assertThat(design("convert", one, "--to", "schema", "--out", "-").worked().out())
                .isEqualTo(FORM);
    }

    @Test
    void whatCannotBeMigratedIsRefused() throws IOException {
        design("migrate", form, "--to", "1", "--out", "-")
                .refusedWith(
                        "tenon design migrate: "
                                + form
                                + ": only Tenon's documents have a version; got Formily's form and schema. Make"
                                + " one: tenon design convert FILE --to tree --out FILE");
        Path newer =
                file("newer.json", "{\"format\": \"tenon-design\", \"version\": 3, \"root\": {}}");
        design("migrate", newer, "--to", "1", "--out", "-")
                .refusedWith(
                        "tenon design migrate: "
                                + newer
                                + ": version must be at most 2; got 3. A newer Tenon wrote it: use that one, or"
                                + " let it write version 2 (tenon design migrate)");
        Path two = file("two.json", "{\"format\": \"tenon-design\", \"version\": 2, \"root\": {}}");
        design("migrate", two, "--to", "7", "--out", "-")
                .refusedWith(
                        "tenon design migrate: migrate: the version must be from 1 to 2; got 7");
    }
}
