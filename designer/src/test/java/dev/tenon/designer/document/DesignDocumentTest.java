package dev.tenon.designer.document;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.designer.DesignException;
import dev.tenon.designer.json.Json;
import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.json.JsonText;
import dev.tenon.designer.tree.Ids;
import dev.tenon.designer.tree.Tree;
import dev.tenon.designer.tree.TreeNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Tenon's documents: nothing lost, nothing unclear.
final class DesignDocumentTest {
    private static final String ROOT = "/root"; // a JSON pointer
    private static final String CHILD = ROOT + "/children/0";

    private static final String TEXT =
            """
            {
              "format" : "tenon-design",
              "version" : 2,
              "id" : "d",
              "author" : {
                "name" : "A"
              },
              "root" : {
                "id" : "r",
                "componentName" : "Form",
                "x-note" : [
                  1,
                  null
                ],
                "children" : [
                  {
                    "id" : "a",
                    "componentName" : "Field",
                    "sourceName" : "Input",
                    "hidden" : true,
                    "props" : {
                      "title" : "A"
                    }
                  }
                ]
              }
            }
            """;

    @TempDir Path folder;

    private static Json json(String text) {
        return JsonText.read("t", text);
    }

    private static DesignDocument read(Json json) {
        return DesignDocument.read("t", json, Ids.of(new Random(7)));
    }

    @Test
    void whatIsReadIsWrittenToTheLastCharacter() {
        DesignDocument document = read(json(TEXT));
        assertThat(JsonText.indented(document.json())).isEqualTo(TEXT);
        TreeNode a = document.tree().node("a");
        assertThat(a.hidden()).isTrue();
        assertThat(a.sourceName()).isEqualTo("Input");
        assertThat(read(document.json())).isEqualTo(document);
    }

    @Test
    void membersComeInOneOrder() {
        Json other =
                json(
                        """
                        {"root": {"componentName": "Form", "children": [], "props": {}, "id": "r"},
                         "id": "d", "version": 2, "format": "tenon-design"}
                        """);
        assertThat(JsonText.compact(read(other).json()))
                .isEqualTo(
                        "{\"format\":\"tenon-design\",\"version\":2,\"id\":\"d\","
                                + "\"root\":{\"id\":\"r\",\"componentName\":\"Form\"}}");
    }

    @Test
    void whatHasNoIdIsGivenOne() {
        DesignDocument document =
                read(
                        json(
                                "{\"format\":\"tenon-design\",\"version\":2,\"root\":{\"children\":[{}]}}"));
        assertThat(document.id()).hasSize(11);
        assertThat(document.tree().size()).isEqualTo(2);
    }

    // ---- versions

    @Test
    void versionOneIsReadAndWritten() {
        JsonObject two = (JsonObject) json(TEXT);
        JsonObject one = DesignDocument.migrated("t", two, 1);
        assertThat(one.get("version")).isEqualTo(json("1"));
        assertThat(one.object("root"))
                .isEqualTo(
                        json(
                                """
                                {"id": "r", "componentName": "Form", "sourceName": "", "hidden": false,
                                 "props": {}, "x-note": [1, null], "children": [
                                   {"id": "a", "componentName": "Field", "sourceName": "Input", "hidden": true,
                                    "props": {"title": "A"}, "children": []}]}
                                """));
        assertThat(DesignDocument.migrated("t", one, 2)).isEqualTo(two);
        assertThat(read(one)).isEqualTo(read(two));
        assertThat(DesignDocument.migrated("t", one, 1)).isEqualTo(one);
    }

    @Test
    void stepsFollowEachOther() {
        assertThatThrownBy(() -> new Migrations(List.of(new EmptyMembers(), new EmptyMembers())))
                .hasMessage(
                        "Migrations: steps must begin at 1 and follow each other; got one from 1 in the"
                                + " place of 2");
        assertThatThrownBy(() -> DesignDocument.migrated("t", json(TEXT), 3))
                .hasMessage("migrate: the version must be from 1 to 2; got 3");
    }

    // ---- what is refused

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "[] | t: a document must be an object; got an array",
                "{\"format\":\"other\"} | t: format must be \"tenon-design\"; got \"other\"",
                "{\"format\":\"tenon-design\"} | t: version must be a whole number from 1; got none",
                "{\"format\":\"tenon-design\",\"version\":\"2\"} | "
                        + "t: version must be a whole number from 1; got \"2\"",
                "{\"format\":\"tenon-design\",\"version\":1.5} | t: version must be a whole number from 1; got 1.5",
                "{\"format\":\"tenon-design\",\"version\":9} | "
                        + "t: version must be at most 2; got 9. A newer Tenon wrote it: use that one, or let "
                        + "it write version 2 (tenon design migrate)",
                "{\"format\":\"tenon-design\",\"version\":2} | t: root must be a node, an object; got none",
                "{\"format\":\"tenon-design\",\"version\":2,\"id\":5,\"root\":{}} | t: id must be text; got 5",
                "{\"format\":\"tenon-design\",\"version\":2,\"root\":{\"children\":[5]}} | "
                        + "t: "
                        + CHILD
                        + ": a node must be an object; got 5",
                "{\"format\":\"tenon-design\",\"version\":2,\"root\":{\"children\":{}}} | "
                        + "t: /root: children must be an array; got an object",
                "{\"format\":\"tenon-design\",\"version\":2,\"root\":{\"children\":[{\"props\":[]}]}} | "
                        + "t: "
                        + CHILD
                        + ": props must be an object; got an array",
                "{\"format\":\"tenon-design\",\"version\":2,\"root\":{\"id\":{}}} | "
                        + "t: /root: id must be text; got an object",
                "{\"format\":\"tenon-design\",\"version\":2,\"root\":{\"hidden\":\"no\"}} | "
                        + "t: /root: hidden must be true or false; got a text",
                "{\"format\":\"tenon-design\",\"version\":2,\"root\":{\"id\":\"a\","
                        + "\"children\":[{},{\"children\":[{\"id\":\"a\"}]}]}} | "
                        + "t: an id must name one node; \"a\" names "
                        + ROOT
                        + " and "
                        + ROOT
                        + "/children/1/children/0",
            })
    void badDocumentsAreRefused(String text, String message) {
        assertThatThrownBy(() -> read(json(text)))
                .isInstanceOf(DesignException.class)
                .hasMessage(message);
    }

    @Test
    void depthIsBounded() {
        String deep = "{\"children\":[".repeat(450) + "{}" + "]}".repeat(450);
        assertThatThrownBy(() ->
                        read(
                                json(
                                        "{\"format\":\"tenon-design\",\"version\":2,\"root\":"
                                                + deep
                                                + "}")))
                .isInstanceOf(DesignException.class)
                .hasMessageMatching(
                        "t: "
                                + CHILD
                                + ".*: a node must be at most 400 below the root; one is deeper");
    }

    // ---- the reference's tree

    @Test
    void aTreeOfTheReferenceIsRead() {
        Tree tree =
                ReferenceTree.read(
                        "t",
                        json(
                                """
                                {"componentName": "Form", "sourceName": "", "hidden": false, "isSourceNode": true,
                                 "props": {}, "children": [{"id": "a", "componentName": "Field"}]}
                                """),
                        Ids.of(new Random(7)));
        assertThat(tree.root().id()).hasSize(11);
        assertThat(tree.root().more().isTrue("isSourceNode")).isTrue();
        assertThat(tree.node("a").componentName()).isEqualTo("Field");
    }

    // ---- files

    @Test
    void aFileIsWrittenWholeAndNothingBesideIt() throws IOException {
        Path file = folder.resolve("a.json");
        Files.writeString(file, "before");
        DesignFile.write(file, json(TEXT));
        assertThat(file).hasContent(TEXT);
        assertThat(DesignFile.read(file)).isEqualTo(json(TEXT));
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void aFileThatCannotBeWrittenIsAsItWas() throws IOException {
        assertThatThrownBy(() -> DesignFile.write(folder, json(TEXT)))
                .hasMessage("write: must be a file; got the folder " + folder);
        Path lost = folder.resolve("none/a.json");
        assertThatThrownBy(() -> DesignFile.write(lost, json(TEXT)))
                .isInstanceOf(UncheckedIOException.class)
                .cause()
                .hasMessage(lost + ": its folder is missing");
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).isEmpty();
        }
    }

    @Test
    void aLinkStaysAndItsFileIsWritten() throws IOException {
        Path link = Files.createSymbolicLink(folder.resolve("link.json"), Path.of("b.json"));
        for (int i = 0; i < 2; i++) { // once to a file that is not there yet
            DesignFile.write(link, json(TEXT));
            assertThat(link).isSymbolicLink().hasContent(TEXT);
            assertThat(folder.resolve("b.json")).isRegularFile();
            Files.writeString(folder.resolve("b.json"), "before");
        }
        Path round = Files.createSymbolicLink(folder.resolve("c.json"), Path.of("c.json"));
        assertThatThrownBy(() -> DesignFile.write(round, json(TEXT)))
                .cause()
                .hasMessage(round + ": its links lead to each other");
    }

    @Test
    void aFileThatIsWrittenKeepsItsPermissions() throws IOException {
        Path file = Files.writeString(folder.resolve("a.json"), "before");
        Set<PosixFilePermission> mine = PosixFilePermissions.fromString("rw-r-----");
        Files.setPosixFilePermissions(file, mine);
        DesignFile.write(file, json(TEXT));
        assertThat(Files.getPosixFilePermissions(file)).isEqualTo(mine);
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void aDeviceTakesTheTextAndStaysADevice() throws IOException {
        Path device = folder.resolve("device"); // a link, so that no fault replaces the device
        Files.createSymbolicLink(device, Path.of("/dev/null"));
        DesignFile.write(device, json(TEXT));
        assertThat(device).isSymbolicLink();
        Path full = Files.createSymbolicLink(folder.resolve("full"), Path.of("/dev/full"));
        assertThatThrownBy(() -> DesignFile.write(full, json(TEXT)))
                .cause()
                .hasMessage(full + ": No space left on device");
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).containsExactlyInAnyOrder(device, full);
        }
    }

    @Test
    void whatWouldNotBeReadAgainIsNotWritten() {
        Json deep = json("1");
        for (int i = 0; i < 1001; i++) {
            deep = JsonObject.of("a", deep);
        }
        Json tooDeep = deep;
        Path file = folder.resolve("a.json");
        assertThatThrownBy(() -> DesignFile.write(file, tooDeep))
                .isInstanceOf(DesignException.class)
                .hasMessage(file + ": nesting must be at most 1000 deep; it would go deeper");
        assertThat(file).doesNotExist();
    }

    /// A level costs little of the stack, whatever has been compiled so far.
    @Test
    void theDeepestTextNeedsNoLargeStack() throws InterruptedException {
        String text = "[".repeat(1000) + "]".repeat(1000);
        AtomicReference<Object> outcome = new AtomicReference<>();
        Thread thread =
                new Thread(
                        null,
                        () -> {
                            try {
                                Json deep = JsonText.read("t", text);
                                outcome.set(
                                        JsonText.compact(deep)
                                                + DesignFile.text("t", deep).length());
                            } catch (StackOverflowError e) {
                                outcome.set(e);
                            }
                        },
                        "small stack",
                        512 << 10);
        thread.start();
        thread.join();
        assertThat(outcome.get()).isInstanceOf(String.class).asString().startsWith(text);
    }
}
