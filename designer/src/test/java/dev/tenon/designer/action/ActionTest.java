package dev.tenon.designer.action;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.tenon.designer.Golden;
import dev.tenon.designer.behavior.Rules;
import dev.tenon.designer.json.Json;
import dev.tenon.designer.json.JsonArray;
import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.json.JsonString;
import dev.tenon.designer.tree.Ids;
import dev.tenon.designer.tree.Tree;
import dev.tenon.designer.tree.TreeNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// The scripts of golden/designable/core/tree-ops.json through actions, as far as they are about
/// the tree; those about selection, history and events are in OperationTest.
final class ActionTest {
    private static final Rules RULES = new Rules(Boxes.REGISTRY);

    /// What the reference does and we do not, by script (spec section 9).
    private static final Map<String, String> DIFFERENCES =
            Map.of(
                    "append-ignores-allow", "rules are in the model: a leaf takes no panel",
                    "wrap-detached", "D2: both nodes stay in the tree",
                    "remove", "D6: nothing below a removed node is found",
                    "veto", "D1: a vetoed move changes nothing (OperationTest)",
                    "from",
                            "only a whole tree is loaded; a part of it is replaced by other actions");

    private static final Set<String> NOT_ABOUT_TREES =
            Set.of(
                    "selection-ops",
                    "undo-redo",
                    "undo-aliasing",
                    "history-coalesce",
                    "eachTree-stop");

    @TestFactory
    Stream<DynamicTest> scriptsOfTheReference() throws IOException {
        JsonObject golden = (JsonObject) Golden.read("core/tree-ops.json");
        Tree start = Tree.of(Golden.node(golden.object("initialTree")));
        return golden.object("scripts").entries().stream()
                .filter(script -> !DIFFERENCES.containsKey(script.getKey()))
                .filter(script -> !NOT_ABOUT_TREES.contains(script.getKey()))
                .map(script ->
                        dynamicTest(
                                script.getKey(), () -> run((JsonObject) script.getValue(), start)));
    }

    private static void run(JsonObject script, Tree start) {
        Script state = new Script(start);
        for (Json step : (JsonArray) script.get("steps")) {
            state.step((JsonObject) step);
        }
    }

    /// One script under way.
    private static final class Script {
        private final Ids ids = Boxes.generated();
        private Tree tree;
        private List<String> selected = List.of("root");

        Script(Tree tree) {
            this.tree = tree;
        }

        void step(JsonObject golden) {
            JsonObject step = golden.object("step");
            JsonArray args = (JsonArray) step.get("args");
            String on = step.text("on");
            switch (step.text("op")) {
                case "append" -> act(new Action.Append(on, nodes(args, 0)), golden);
                case "insertAfter" -> act(new Action.InsertAfter(on, nodes(args, 0)), golden);
                case "insertBefore" -> act(new Action.InsertBefore(on, nodes(args, 0)), golden);
                case "insertChildren" ->
                        act(
                                new Action.InsertAt(
                                        on, Golden.integer(args.get(0)), nodes(args, 1)),
                                golden);
                case "wrap" -> act(new Action.Wrap(on, nodes(args, 0).getFirst()), golden);
                case "clone" ->
                        assertThat(tree.node(on).copy(ids).id())
                                .isEqualTo(golden.object("returns").text("id"));
                case "cloneInsertAfter" ->
                        act(new Action.InsertAfter(on, List.of(tree.node(on).copy(ids))), golden);
                case "setComponentName" ->
                        act(new Action.Rename(on, ((JsonString) args.get(0)).value()), golden);
                case "select" -> selected = Golden.strings(args.get(0));
                case "TreeNode.remove" -> act(new Action.Remove(list(args.get(0))), golden);
                case "TreeNode.clone" -> act(new Action.Clone(list(args.get(0)), selected), golden);
                case "filterDraggable" ->
                        assertThat(
                                        RULES
                                                .draggable(tree, nodes((JsonArray) args.get(0), 0))
                                                .stream()
                                                .map(TreeNode::id))
                                .isEqualTo(Golden.strings(golden.get("returns")));
                case "filterDroppable" ->
                        assertThat(
                                        RULES
                                                .droppable(
                                                        tree,
                                                        nodes((JsonArray) args.get(0), 0),
                                                        tree.node(on))
                                                .stream()
                                                .map(TreeNode::id))
                                .isEqualTo(Golden.strings(golden.get("returns")));
                case "allow" -> allow(on, nodes(args, 0), golden.object("returns"));
                default -> throw new AssertionError(step);
            }
            assertThat(json(tree.root())).isEqualTo(golden.object("tree"));
        }

        private void act(Action action, JsonObject golden) {
            switch (action.on(tree, RULES, ids)) {
                case Outcome.Done done -> {
                    assertThat(tree.apply(done.difference())).isEqualTo(done.tree());
                    assertThat(done.tree().apply(done.difference().inverse())).isEqualTo(tree);
                    tree = done.tree();
                    if (golden.get("returns") instanceof JsonArray returns) {
                        assertThat(done.focus()).isEqualTo(Golden.strings(returns));
                    }
                    if (action instanceof Action.Remove) {
                        selected = done.focus();
                        assertThat(selected).isEqualTo(Golden.strings(golden.get("selected")));
                    }
                }
                case Outcome.Refused _ ->
                        assertThat(golden.get("returns"))
                                .satisfiesAnyOf(
                                        returns -> assertThat(returns.isTruthy()).isFalse(),
                                        returns -> assertThat(returns).isEqualTo(JsonArray.EMPTY));
            }
        }

        private void allow(String on, List<TreeNode> sources, JsonObject golden) {
            TreeNode node = tree.node(on);
            assertThat(RULES.append(tree, node, sources) == null)
                    .isEqualTo(golden.isTrue("allowAppend"));
            assertThat(RULES.siblings(tree, node, sources) == null)
                    .isEqualTo(golden.isTrue("allowSibling"));
            assertThat(RULES.drop(tree, sources.getFirst(), node) == null)
                    .isEqualTo(golden.isTrue("sourceAllowDrop"));
            assertThat(RULES.copy(tree, node) == null).isEqualTo(golden.isTrue("allowClone"));
            assertThat(RULES.drag(tree, node) == null).isEqualTo(golden.isTrue("allowDrag"));
            assertThat(RULES.delete(tree, node) == null).isEqualTo(golden.isTrue("allowDelete"));
            assertThat(RULES.resizable(node).isEmpty()).isNotEqualTo(golden.isTrue("allowResize"));
            assertThat(RULES.isTranslatable(node)).isEqualTo(golden.isTrue("allowTranslate"));
        }

        private List<TreeNode> nodes(JsonArray args, int from) {
            List<TreeNode> nodes = new ArrayList<>();
            for (int i = from; i < args.size(); i++) {
                nodes.add(
                        args.get(i) instanceof JsonString reference
                                ? tree.node(reference.value().substring(1))
                                : Golden.node((JsonObject) args.get(i)));
            }
            return nodes;
        }

        private static List<String> list(Json references) {
            return Golden.strings(references).stream().map(id -> id.substring(1)).toList();
        }

        private Json json(TreeNode node) {
            String parent = tree.parentId(node.id());
            assertThat(tree.depth(node.id())).isEqualTo(tree.ancestors(node.id()).size());
            JsonArray children = new JsonArray(node.children().stream().map(this::json).toList());
            return JsonObject.of(
                    "id", node.id(),
                    "c", node.componentName(),
                    "depth", tree.depth(node.id()),
                    "parent", parent == null ? dev.tenon.designer.json.JsonNull.NULL : parent,
                    "children", children);
        }
    }

    @Test
    void aWrapperTakesTheNodesPlace() throws IOException {
        Tree tree = start();
        Outcome.Done done =
                done(new Action.Wrap("b", TreeNode.of("w", "Box")).on(tree, RULES, Ids.random()));
        assertThat(Golden.brief(done.tree().root()))
                .isEqualTo("root[a[a1 a2[a21 a22] a3] w[b] c d[d1[d11]] e f g h[h1]]");
        Outcome.Done back = done(new Action.Unwrap("w").on(done.tree(), RULES, Ids.random()));
        assertThat(back.tree()).isEqualTo(tree);
    }

    @Test
    void aPlaceBeyondTheEndIsTheEnd() throws IOException {
        Outcome.Done done =
                done(
                        new Action.InsertAt("a", 9, List.of(TreeNode.of("n", "Leaf")))
                                .on(start(), RULES, Ids.random()));
        assertThat(Golden.brief(done.tree().node("a"))).isEqualTo("a[a1 a2[a21 a22] a3 n]");
    }

    @Test
    void aRefusalSaysWhy() throws IOException {
        Tree tree = start();
        assertThat(reason(new Action.Append("b", List.of(TreeNode.of("n", "Panel"))), tree))
                .isEqualTo("\"b\" (Leaf) takes no children");
        assertThat(reason(new Action.Append("c", List.of(TreeNode.of("n", "Panel"))), tree))
                .isEqualTo("\"n\" (Panel) does not go into \"c\" (Box)");
        assertThat(reason(new Action.Append("h", List.of(tree.node("a"))), tree))
                .isEqualTo("\"h\" (OnlyLeaf) does not take \"a\" (Box)");
        assertThat(reason(new Action.Append("a2", List.of(tree.node("a"))), tree))
                .isEqualTo("a node can't go into itself; got \"a\" into \"a2\"");
        assertThat(reason(new Action.InsertAfter("g", List.of(tree.node("b"))), tree))
                .isEqualTo("\"g\" (Loner) does not stand beside \"b\" (Leaf)");
        assertThat(reason(new Action.InsertAfter("root", List.of(tree.node("b"))), tree))
                .isEqualTo("nothing goes beside the root \"root\" (Root)");
        assertThat(reason(new Action.Append("c", List.of(tree.node("f"))), tree))
                .isEqualTo("\"f\" (Fixed) can't be moved");
        assertThat(reason(new Action.Remove(List.of("f")), tree))
                .isEqualTo("\"f\" (Fixed) can't be removed");
        assertThat(reason(new Action.Remove(List.of("root")), tree))
                .isEqualTo("the root \"root\" (Root) can't be removed");
        assertThat(reason(new Action.SetChildren("root", List.of(tree.node("a"))), tree))
                .isEqualTo("\"f\" (Fixed) can't be removed");
        assertThat(reason(new Action.Append("c", List.of(TreeNode.of("a", "Leaf"))), tree))
                .isEqualTo(null);
        assertThat(
                        reason(
                                new Action.Append(
                                        "c",
                                        List.of(
                                                TreeNode.of(
                                                        "n",
                                                        "Box",
                                                        JsonObject.EMPTY,
                                                        List.of(TreeNode.of("a", "Leaf"))))),
                                tree))
                .isEqualTo("an id must name one node; got \"a\" twice");
        assertThat(reason(new Action.Rename("a", "Leaf"), tree))
                .isEqualTo("\"a\" (Leaf) takes no children");
        assertThat(reason(new Action.Rename("b", "Panel"), tree))
                .isEqualTo("\"b\" (Panel) does not go into \"root\" (Root)");
        assertThat(reason(new Action.Hide("nobody", true), tree))
                .isEqualTo("no node is named \"nobody\"");
        assertThat(reason(new Action.InsertAt("a", -1, List.of(tree.node("b"))), tree))
                .isEqualTo("a place in \"a\" must be 0 or more; got -1");
    }

    private static Tree start() throws IOException {
        JsonObject golden = (JsonObject) Golden.read("core/tree-ops.json");
        return Tree.of(Golden.node(golden.object("initialTree")));
    }

    private static Outcome.Done done(Outcome outcome) {
        return (Outcome.Done) outcome;
    }

    private static String reason(Action action, Tree tree) {
        return action.on(tree, RULES, Ids.random()) instanceof Outcome.Refused refused
                ? refused.reason().message()
                : null;
    }
}
