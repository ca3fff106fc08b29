package dev.tenon.designer.schema;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.designer.document.DesignDocument;
import dev.tenon.designer.document.DesignFile;
import dev.tenon.designer.json.Json;
import dev.tenon.designer.json.JsonNumber;
import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.json.JsonText;
import dev.tenon.designer.tree.Ids;
import dev.tenon.designer.tree.Tree;
import dev.tenon.designer.tree.TreeNode;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Names that have a meaning elsewhere are names like any other.
final class OddNamesTest {
    private static final List<String> NAMES =
            List.of(
                    "x",
                    "10",
                    "9",
                    "",
                    "/",
                    "~",
                    "~1",
                    "a/b",
                    "__proto__",
                    "constructor",
                    "-1",
                    "01",
                    "4294967295",
                    "children",
                    "items",
                    "properties",
                    "é\u0000\n\"",
                    "0",
                    " ",
                    "\uD83D\uDE00",
                    "#",
                    "%2F",
                    "{{a}}",
                    "$ref",
                    "x-written");

    private static JsonObject named(Json value) {
        JsonObject all = JsonObject.EMPTY;
        for (String name : NAMES) {
            all = all.with(name, value);
        }
        return all;
    }

    private static JsonObject document(JsonObject field) {
        JsonObject schema = JsonObject.of("type", "object", "properties", named(field));
        return JsonObject.of("form", named(JsonObject.of("a", 1)), "schema", schema);
    }

    @Test
    void theyStayAsTheyAreAndInTheirOrder() {
        JsonObject inner = JsonObject.of("type", "object", "properties", named(JsonObject.EMPTY));
        JsonObject words = named(JsonNumber.of(1L)).without("items").without("properties");
        for (JsonObject field : List.of(JsonObject.EMPTY, inner, words)) {
            JsonObject document = document(field);
            String text = JsonText.indented(document);
            Tree tree = SchemaTransform.DEFAULT.tree(document, Ids.of(new Random(1))).value();
            DesignDocument design = DesignDocument.of("d", tree);
            Json kept = JsonText.read("t", DesignFile.text("t", design.json()));
            Tree read = DesignDocument.read("t", kept, Ids.of(new Random(2))).tree();
            assertThat(read).isEqualTo(tree);
            JsonObject back = SchemaTransform.DEFAULT.schema(read, SchemaStyle.AS_WRITTEN).value();
            assertThat(JsonText.indented(back)).isEqualTo(text);
        }
    }

    @Test
    void fieldsComeAsJavaScriptEnumeratesThem() {
        Tree tree =
                SchemaTransform.DEFAULT
                        .tree(document(JsonObject.EMPTY), Ids.of(new Random(1)))
                        .value();
        List<String> names = tree.root().children().stream().map(Names::of).toList();
        assertThat(names).startsWith("0", "9", "10", "x", "").hasSize(NAMES.size());
        assertThat(names).containsExactlyInAnyOrderElementsOf(NAMES);
    }

    @Test
    void theNormalStyleKeepsThemToo() {
        Tree tree =
                SchemaTransform.DEFAULT
                        .tree(document(JsonObject.EMPTY), Ids.of(new Random(1)))
                        .value();
        JsonObject normal = SchemaTransform.DEFAULT.schema(tree, SchemaStyle.NORMAL).value();
        assertThat(normal.object("schema").object("properties").names())
                .containsExactlyInAnyOrderElementsOf(NAMES);
    }

    @Test
    void eachHasAPointerOfItsOwnThatLeadsToIt() {
        JsonObject document = document(JsonObject.of("x-index", -1));
        Transformed<Tree> tree = SchemaTransform.DEFAULT.treeByPlace(document);
        assertThat(tree.diagnostics()).hasSize(NAMES.size());
        for (Diagnostic found : tree.diagnostics()) {
            assertThat(Pointers.find(document, "#" + found.path().replace("%", "%25")))
                    .as(found.path())
                    .isEqualTo(JsonObject.of("x-index", -1));
        }
        assertThat(new HashSet<>(tree.diagnostics().stream().map(Diagnostic::path).toList()))
                .hasSize(NAMES.size());
        List<String> ids = tree.value().root().children().stream().map(TreeNode::id).toList();
        assertThat(ids).doesNotHaveDuplicates().contains("/schema/properties/a~1b");
    }

    /// The pointers of all that is wrong may be far longer than the document: the later ones tell
    /// what is around.
    @Test
    void manyMistakesFarDownAreToldInShort() {
        var text = new StringBuilder("{\"schema\":");
        text.repeat("{\"properties\":{\"" + "n".repeat(30) + "\":", 390)
                .append("{\"properties\":{");
        for (int i = 0; i < 5_000; i++) {
            text.append("\"f" + i + "\":{\"x-index\":\"q\"},");
        }
        text.append("\"last\":{}}}").repeat("}}", 390).append("}");
        List<Diagnostic> found =
                SchemaTransform.DEFAULT
                        .tree(JsonText.read("text", text.toString()), Ids.of(new Random(1)))
                        .diagnostics();
        assertThat(found).hasSize(5_000);
        assertThat(found.getFirst().path()).endsWith("/properties/f0").hasSizeGreaterThan(16_000);
        assertThat(found.getLast().path())
                .hasSizeLessThan(201)
                .isEqualTo("/schema" + ("/properties/" + "n".repeat(30)).repeat(4) + "/properties");
        assertThat(found.stream().mapToLong(each -> each.path().length()).sum())
                .isLessThan(10_000_000);
    }
}
