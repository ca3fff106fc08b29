package dev.tenon.designer.schema;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.designer.json.Json;
import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.json.JsonString;
import dev.tenon.designer.json.JsonText;
import dev.tenon.designer.tree.Edit;
import dev.tenon.designer.tree.Ids;
import dev.tenon.designer.tree.Tree;
import dev.tenon.designer.tree.TreeNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Schema -> tree -> schema is the identity, and an edit of the tree changes the schema by the edit
/// alone.
final class SchemaIdentityTest {
    private static final int DOCUMENTS = Integer.getInteger("tenon.schemas", 10_000);
    private static final long SEED = Long.getLong("tenon.schemas.seed", 20_261_126L);

    private static final SchemaTransform TRANSFORM = SchemaTransform.DEFAULT;

    private static Tree tree(Json document, long seed) {
        return TRANSFORM.tree(document, Ids.of(new Random(seed))).value();
    }

    /// Whether a `$ref` leads into itself, or to a field that an edit may bring: what is written of
    /// the edited tree then resolves one that was shown as it is.
    private static boolean mayResolveLater(Json document) {
        return TRANSFORM.tree(document, Ids.of(new Random(0))).diagnostics().stream()
                .anyMatch(found ->
                        found.rule().equals("ref-cyclic")
                                || (found.rule().equals("ref-unresolved")
                                        && found.message().contains("\"#/properties")));
    }

    private static JsonObject schema(Tree tree) {
        return TRANSFORM.schema(tree, SchemaStyle.AS_WRITTEN).value();
    }

    /// All that a schema tells of a tree, ids aside.
    private static String shape(Tree tree) {
        return JsonText.compact(tree.root().props()) + new Shapes().ofChildren(tree.root());
    }

    @Test
    void schemaToTreeToSchemaIsTheIdentityToTheLastCharacter() {
        for (long seed = SEED; seed < SEED + DOCUMENTS; seed++) {
            Json document = new RandomSchemas(seed).document();
            String text = JsonText.compact(document);
            assertThat(JsonText.compact(schema(tree(document, seed))))
                    .as("seed %d", seed)
                    .isEqualTo(text);
        }
    }

    /// What the normal style writes shows as many fields, and from the second time on is the same.
    @Test
    void theNormalStyleLosesNoField() {
        for (long seed = SEED; seed < SEED + DOCUMENTS / 5; seed++) {
            Json document = new RandomSchemas(seed).document();
            if (mayResolveLater(document)) {
                continue;
            }
            Tree tree = tree(document, seed);
            Transformed<JsonObject> normal = TRANSFORM.schema(tree, SchemaStyle.NORMAL);
            Tree again = tree(normal.value(), seed);
            assertThat(again.size()).as("seed %d", seed).isEqualTo(tree.size());
            JsonObject second = TRANSFORM.schema(again, SchemaStyle.NORMAL).value();
            Tree third = tree(second, seed);
            assertThat(TRANSFORM.schema(third, SchemaStyle.NORMAL).value())
                    .as("seed %d", seed)
                    .isEqualTo(second);
        }
    }

    /// A tree that was edited is the tree of the schema that is written of it.
    @Test
    void anEditedTreeIsWhatItsSchemaShows() {
        int edited = 0;
        for (long seed = SEED; seed < SEED + DOCUMENTS; seed++) {
            var random = new Random(seed);
            Json document = new RandomSchemas(seed).document();
            if (mayResolveLater(document)) {
                continue;
            }
            Tree tree = tree(document, seed);
            for (int i = random.nextInt(4); i >= 0; i--) {
                tree = edited(tree, random, "new" + i);
            }
            Transformed<JsonObject> written = TRANSFORM.schema(tree, SchemaStyle.AS_WRITTEN);
            if (!written.diagnostics().isEmpty()) {
                continue; // two siblings of one name: one has another in the schema
            }
            edited++;
            Tree again = tree(written.value(), seed);
            assertThat(outline(again)).as("seed %d", seed).isEqualTo(outline(tree));
        }
        assertThat(edited).isGreaterThan(DOCUMENTS / 2);
    }

    /// The names and props of all nodes in order, with neither ids nor indexes.
    private static String outline(Tree tree) {
        var text = new StringBuilder();
        tree.root()
                .forEach(node -> {
                    if (!node.id().equals(tree.root().id())) {
                        text.append(tree.depth(node.id()))
                                .append(' ')
                                .append(isItem(tree, node) ? "items" : Names.of(node));
                        node.props().entries().stream()
                                .filter(entry ->
                                        !List.of("name", "x-index", "x-designable-id")
                                                .contains(entry.getKey()))
                                .sorted(java.util.Map.Entry.comparingByKey())
                                .forEach(entry -> text.append(' ').append(entry));
                    }
                    text.append('\n');
                });
        return text.toString();
    }

    private static boolean isItem(Tree tree, TreeNode node) {
        TreeNode parent = tree.parent(node.id());
        return !parent.id().equals(tree.root().id())
                && tree.index(node.id()) == 0
                && Written.firstIsItems(parent);
    }

    private static Tree edited(Tree tree, Random random, String id) {
        List<String> ids = new ArrayList<>();
        tree.root().forEach(node -> ids.add(node.id()));
        TreeNode node = tree.node(ids.get(random.nextInt(ids.size())));
        String parent = tree.parentId(node.id());
        switch (random.nextInt(4)) {
            case 0 -> {
                int index = random.nextInt(node.children().size() + 1);
                JsonObject props =
                        JsonObject.of("type", random.nextBoolean() ? "string" : "void", "name", id);
                TreeNode field = TreeNode.of(id, "Field").withProps(props);
                return tree.apply(new Edit.Insert(node.id(), index, field));
            }
            case 1 -> {
                if (parent != null) {
                    return tree.apply(new Edit.Delete(parent, tree.index(node.id()), node));
                }
            }
            case 2 -> {
                TreeNode to = tree.node(ids.get(random.nextInt(ids.size())));
                if (parent != null
                        && !to.id().equals(node.id())
                        && !tree.isAncestor(node.id(), to.id())) {
                    int count = to.children().size() - (to.id().equals(parent) ? 1 : 0);
                    return tree.apply(
                            new Edit.Move(
                                    node.id(),
                                    parent,
                                    tree.index(node.id()),
                                    to.id(),
                                    random.nextInt(count + 1)));
                }
            }
            default -> {
                JsonObject props = node.props().with("title", new JsonString(id));
                return tree.apply(new Edit.Props(node.id(), node.props(), props));
            }
        }
        return tree;
    }

    @Test
    void aReferenceStaysUntilWhatItShowsIsEdited() {
        Json document =
                JsonText.read(
                        "t",
                        """
                        {"schema":{"type":"object","definitions":{"a":{"type":"object","title":"A",
                        "properties":{"b":{"type":"string"}}}},
                        "properties":{"one":{"$ref":"#/definitions/a"},"two":{"$ref":"#/definitions/a"}}}}
                        """);
        Tree tree = tree(document, 1);
        TreeNode one = tree.root().children().getFirst();
        Tree after =
                tree.apply(
                        new Edit.Props(
                                one.id(),
                                one.props(),
                                one.props().with("title", new JsonString("B"))));
        assertThat(schema(after).object("schema").object("properties"))
                .isEqualTo(
                        JsonText.read(
                                "t",
                                """
                                {"one":{"type":"object","title":"B","properties":{"b":{"type":"string"}}},
                                 "two":{"$ref":"#/definitions/a"}}
                                """));
    }

    @Test
    void aReferenceToAFieldDoesNotShowThatFieldsEdits() {
        Json document =
                JsonText.read(
                        "t",
                        """
                        {"schema":{"type":"object",
                        "properties":{"one":{"title":"A"},"two":{"$ref":"#/properties/one"}}}}
                        """);
        Tree tree = tree(document, 1);
        assertThat(schema(tree)).isEqualTo(document);
        TreeNode one = tree.root().children().getFirst();
        Tree after =
                tree.apply(
                        new Edit.Props(
                                one.id(),
                                one.props(),
                                one.props().with("title", new JsonString("B"))));
        assertThat(shape(tree(schema(after), 2))).isEqualTo(shape(after));
        assertThat(schema(after).object("schema").object("properties").object("two"))
                .isEqualTo(JsonObject.of("title", "A"));
    }
}
