package dev.tenon.designer.catalogue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.designer.action.Action;
import dev.tenon.designer.action.Outcome;
import dev.tenon.designer.action.Outcome.Done;
import dev.tenon.designer.behavior.Resource;
import dev.tenon.designer.behavior.Rules;
import dev.tenon.designer.document.DesignDocument;
import dev.tenon.designer.document.DesignFile;
import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.json.JsonText;
import dev.tenon.designer.schema.SchemaStyle;
import dev.tenon.designer.schema.SchemaTransform;
import dev.tenon.designer.schema.Transformed;
import dev.tenon.designer.tree.Ids;
import dev.tenon.designer.tree.Tree;
import dev.tenon.designer.tree.TreeNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// Each component of the catalogue as a document and as a schema, there and back.
final class RoundTripTest {
    private static final FormCatalogue CATALOGUE = FormCatalogue.load();
    private static final Rules RULES = new Rules(CATALOGUE.registry());
    private static final SchemaTransform TRANSFORM = SchemaTransform.DEFAULT;

    private final Ids ids = Ids.of(new SplittableRandom(7));

    @TestFactory
    List<DynamicTest> everyComponentComesBack() {
        List<DynamicTest> tests = new ArrayList<>();
        for (Resource resource : CATALOGUE.registry().resources()) {
            tests.add(
                    DynamicTest.dynamicTest(
                            resource.name(),
                            () -> {
                                Tree tree = dropped(resource);
                                comesBackAsADocument(tree);
                                comesBackAsASchema(tree);
                            }));
        }
        assertThat(tests).hasSizeGreaterThan(30);
        return tests;
    }

    /// The component with a field inside, if it takes one, and all that its buttons add.
    private Tree dropped(Resource resource) {
        TreeNode node = resource.make(ids).getFirst();
        Tree tree = Tree.of(TreeNode.of("root", "Form", JsonObject.of("labelCol", 6), List.of()));
        tree = done(tree, new Action.Append("root", List.of(node)));
        Resource input = Objects.requireNonNull(CATALOGUE.registry().resource("Input"));
        List<TreeNode> inputs = input.make(ids);
        if (RULES.append(tree, tree.node(node.id()), inputs) == null) {
            tree = done(tree, new Action.Append(node.id(), inputs));
        }
        for (ComponentAction button : CATALOGUE.actions(node)) {
            Action action = button.making().make(tree, tree.node(node.id()), ids);
            tree = action == null ? tree : done(tree, action);
        }
        return tree;
    }

    private Tree done(Tree tree, Action action) {
        Outcome outcome = action.on(tree, RULES, ids);
        assertThat(outcome).isInstanceOf(Done.class);
        return ((Done) outcome).tree();
    }

    private static void comesBackAsADocument(Tree tree) {
        DesignDocument document = DesignDocument.of("d", tree);
        String text = DesignFile.text("t", document.json());
        DesignDocument read = DesignDocument.read("t", JsonText.read("t", text), noIds());
        assertThat(read).isEqualTo(document);
        assertThat(DesignFile.text("t", read.json())).isEqualTo(text);
        for (int version = 1; version <= 2; version++) {
            JsonObject other = DesignDocument.migrated("t", document.json(), version);
            assertThat(DesignDocument.read("t", other, noIds())).isEqualTo(document);
        }
    }

    private static void comesBackAsASchema(Tree tree) {
        Transformed<JsonObject> schema = TRANSFORM.schema(tree, SchemaStyle.AS_WRITTEN);
        assertThat(schema.diagnostics()).isEmpty();
        String text = JsonText.indented(schema.value());
        Transformed<Tree> again = TRANSFORM.tree(JsonText.read("t", text), noIds());
        assertThat(again.diagnostics()).isEmpty();
        assertThat(plain(again.value().root())).isEqualTo(plain(tree.root()));
        for (SchemaStyle style : SchemaStyle.values()) {
            JsonObject written = TRANSFORM.schema(again.value(), style).value();
            assertThat(TRANSFORM.tree(written, noIds()).value().root().props())
                    .isEqualTo(tree.root().props());
        }
        assertThat(
                        JsonText.indented(
                                TRANSFORM.schema(again.value(), SchemaStyle.AS_WRITTEN).value()))
                .isEqualTo(text);
        assertThat(TRANSFORM.tree(JsonText.read("t", text), noIds()).value())
                .isEqualTo(again.value());
        comesBackAsADocument(again.value());
    }

    private static Ids noIds() {
        return () -> {
            throw new AssertionError("all have an id");
        };
    }

    /// A node without what a schema adds (its id and place as words) and does not say (the resource
    /// that it came from).
    private static TreeNode plain(TreeNode node) {
        return TreeNode.of(
                node.id(),
                node.componentName(),
                node.props().without("x-designable-id").without("x-index"),
                node.children().stream().map(RoundTripTest::plain).toList());
    }
}
