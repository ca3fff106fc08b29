package dev.tenon.designer.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.designer.Golden;
import dev.tenon.designer.action.Action;
import dev.tenon.designer.action.Boxes;
import dev.tenon.designer.action.Outcome;
import dev.tenon.designer.behavior.Behavior;
import dev.tenon.designer.behavior.DesignerProps;
import dev.tenon.designer.behavior.Rules;
import dev.tenon.designer.event.MutationEvent;
import dev.tenon.designer.json.Json;
import dev.tenon.designer.json.JsonArray;
import dev.tenon.designer.json.JsonNumber;
import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.tree.Difference;
import dev.tenon.designer.tree.Edit;
import dev.tenon.designer.tree.Tree;
import dev.tenon.designer.tree.TreeNode;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// The scripts of golden/designable/core/tree-ops.json about selection and history; each difference
/// from the reference is named.
final class OperationTest {
    private final Operation operation;
    private final JsonObject scripts;

    OperationTest() throws IOException {
        JsonObject golden = (JsonObject) Golden.read("core/tree-ops.json");
        scripts = golden.object("scripts");
        operation =
                new Operation(
                        Golden.node(golden.object("initialTree")),
                        new Rules(Boxes.REGISTRY),
                        Boxes.generated(),
                        InstantSource.fixed(Instant.EPOCH),
                        new Clipboard());
    }

    private List<JsonObject> steps(String script) {
        List<JsonObject> steps = new ArrayList<>();
        ((JsonArray) scripts.object(script).get("steps"))
                .forEach(step -> steps.add((JsonObject) step));
        return steps;
    }

    /// The reference numbers entries as we do, and forgets what was undone when something new is
    /// done. Its selection is the root after each undo, and `has` says no (D5); ours comes back.
    @Test
    void undoAndRedo() {
        for (JsonObject golden : steps("undo-redo")) {
            JsonObject step = golden.object("step");
            JsonArray args = step.get("args") instanceof JsonArray some ? some : JsonArray.EMPTY;
            switch (step.text("op")) {
                case "select" -> operation.select(Golden.strings(args.get(0)));
                case "append" ->
                        operation.act(
                                new Action.Append(
                                        step.text("on"),
                                        List.of(Golden.node((JsonObject) args.get(0)))));
                case "undo" -> operation.undo();
                case "redo" -> operation.redo();
                case "goTo" -> operation.goTo(Golden.integer(args.get(0)));
                case "selectionHas" -> assertThat(operation.selection().has("b")).as("D5").isTrue();
                default -> throw new AssertionError(step);
            }
            JsonObject history = golden.object("history");
            assertThat(operation.history().current())
                    .isEqualTo(Golden.integer(history.get("current")));
            assertThat(operation.history().entries())
                    .hasSize(Golden.integer(history.get("length")));
            assertThat(operation.selection()).as("D5").isEqualTo(Selection.of("b"));
            assertThat(Golden.brief(operation.tree().root()))
                    .isEqualTo(brief(golden.object("tree")));
        }
    }

    private static String brief(JsonObject node) {
        List<String> children = new ArrayList<>();
        ((JsonArray) node.get("children"))
                .forEach(child -> children.add(brief((JsonObject) child)));
        return node.text("id") + (children.isEmpty() ? "" : "[" + String.join(" ", children) + "]");
    }

    /// D4: in the reference the last step makes the entries 6, 888, 888.
    @Test
    void noEntryIsRewritten() {
        for (JsonObject golden : steps("undo-aliasing")) {
            JsonObject step = golden.object("step");
            if ("setProps".equals(step.text("op"))) {
                JsonObject props = (JsonObject) ((JsonArray) step.get("args")).get(0);
                operation.act(new Action.SetProps(step.text("on"), props));
            } else if ("undo".equals(step.text("op"))) {
                operation.undo();
            }
        }
        assertThat(
                        operation.history().entries().stream()
                                .map(entry -> entry.tree().node("b").props().get("v")))
                .containsExactly(null, number(6), number(8), number(888));
    }

    private static Json number(int value) {
        return JsonNumber.of((long) value);
    }

    /// The reference makes one entry of all that happens until the program is idle, named after the
    /// last; here it is one only where the user sees one gesture.
    @Test
    void oneGestureIsOneEntry() {
        operation.act(new Action.SetProps("b", JsonObject.of("t", "a")), "typing");
        operation.act(new Action.SetProps("b", JsonObject.of("t", "ab")), "typing");
        operation.act(new Action.SetProps("b", JsonObject.of("t", "abc")), "typing");
        operation.act(new Action.SetProps("b", JsonObject.of("t", "x")));
        assertThat(operation.history().types())
                .containsExactly("default:state", "update:node:props", "update:node:props");
        assertThat(operation.history().entries().get(1).difference())
                .isEqualTo(
                        Difference.of(
                                new Edit.Props("b", JsonObject.EMPTY, JsonObject.of("t", "abc"))));
        operation.undo();
        operation.undo();
        assertThat(operation.tree().node("b").props()).isEqualTo(JsonObject.EMPTY);
    }

    /// D1: in the reference the node is gone and the history has an entry.
    @Test
    void aVetoChangesNothing() {
        Tree before = operation.tree();
        Runnable end = operation.events().subscribeWith(Set.of("append:node"), (_, _) -> false);
        Action move = new Action.Append("c", List.of(before.node("b")));
        assertThat(operation.act(move))
                .isInstanceOfSatisfying(
                        Outcome.Refused.class,
                        refused ->
                                assertThat(refused.reason().message())
                                        .isEqualTo("append:node: a subscriber vetoed it"));
        assertThat(operation.tree()).isSameAs(before);
        assertThat(operation.history().entries()).hasSize(1);
        end.run();
        assertThat(operation.act(move)).isInstanceOf(Outcome.Done.class);
    }

    @Test
    void aSubscriberMayActItself() {
        operation
                .events()
                .subscribeTo(
                        MutationEvent.AppendNode.class,
                        (_, _) -> {
                            if (operation.tree().contains("b")) {
                                operation.act(new Action.Remove(List.of("b")));
                            }
                            return true;
                        });
        operation.act(new Action.Append("c", List.of(TreeNode.of("n", "Leaf"))));
        assertThat(Golden.brief(operation.tree().root()))
                .isEqualTo("root[a[a1 a2[a21 a22] a3] c[n] d[d1[d11]] e f g h[h1]]");
    }

    /// The reference keeps the last 100: after 120 pushes the first one kept is the 21st.
    @Test
    void theHistoryHasAnEnd() {
        for (int i = 0; i < 120; i++) {
            operation.act(new Action.SetProps("b", JsonObject.of("v", i)));
        }
        assertThat(operation.history().entries()).hasSize(100);
        assertThat(operation.history().current()).isEqualTo(99);
        assertThat(operation.history().entries().getFirst().tree().node("b").props())
                .isEqualTo(JsonObject.of("v", 20));
    }

    @Test
    void cutAndPasteMoveNodesInCopies() {
        operation.select(List.of("a3", "f"));
        assertThat(operation.cut()).isInstanceOf(Outcome.Done.class);
        assertThat(operation.clipboard().nodes()).extracting(TreeNode::id).containsExactly("a3");
        assertThat(operation.selection()).isEqualTo(Selection.of("a2"));
        operation.select(List.of("c"));
        operation.paste();
        assertThat(Golden.brief(operation.tree().root()))
                .isEqualTo("root[a[a1 a2[a21 a22]] b c[$g0] d[d1[d11]] e f g h[h1]]");
        assertThat(operation.history().types())
                .containsExactly("default:state", "remove:node", "paste:node");
    }

    /// A box stays, what is selected in it goes.
    @Test
    void cutTakesWhatIsInsideOfWhatStays() {
        Behavior lasting =
                Behavior.of(
                        "Box", DesignerProps.builder().droppable(true).deletable(false).build());
        Operation keeping =
                new Operation(
                        operation.tree().root(),
                        new Rules(Boxes.REGISTRY.withBehaviors(List.of(lasting))),
                        Boxes.generated(),
                        InstantSource.fixed(Instant.EPOCH),
                        new Clipboard());
        keeping.select(List.of("a", "a1", "b"));
        assertThat(keeping.cut()).isInstanceOf(Outcome.Done.class);
        assertThat(keeping.clipboard().nodes()).extracting(TreeNode::id).containsExactly("a1", "b");
    }

    @Test
    void theHoverFollowsTheTree() {
        List<Change> changes = new ArrayList<>();
        operation.hover("a1");
        operation.watch(changes::add);
        operation.act(new Action.Remove(List.of("a")));
        assertThat(operation.hover()).isEqualTo(Hover.NONE);
        operation.undo();
        operation.hover("a1");
        operation.hover("a1");
        assertThat(operation.hover().has("a1")).isTrue();
        operation.hover("nobody");
        assertThat(operation.hover()).isEqualTo(Hover.NONE);
        operation.hover(null);
        assertThat(changes)
                .extracting(Change::cause)
                .containsExactly(
                        Change.Cause.ACTION,
                        Change.Cause.UNDO,
                        Change.Cause.HOVER,
                        Change.Cause.HOVER);
    }

    @Test
    void aShiftClickSelectsTheRange() {
        Tree tree = operation.tree();
        assertThat(Selection.of("b").crossTo(tree, "e"))
                .isEqualTo(Selection.of("b", "c", "d", "e"));
        assertThat(Selection.of("e").crossTo(tree, "b"))
                .isEqualTo(Selection.of("e", "c", "d", "b"));
        assertThat(Selection.of("b", "c").crossTo(tree, "c")).isEqualTo(Selection.of("b"));
        assertThat(Selection.of("a1").crossTo(tree, "root")).isEqualTo(Selection.of("a1"));
    }

    @Test
    void watchersLearnTheDifference() {
        List<Change> changes = new ArrayList<>();
        Tree[] followed = {operation.tree()};
        operation.watch(change -> {
            changes.add(change);
            followed[0] = followed[0].apply(change.difference());
            assertThat(followed[0]).isEqualTo(change.tree());
        });
        operation.act(new Action.Wrap("b", TreeNode.of("w", "Box")));
        operation.act(new Action.Remove(List.of("a")));
        operation.undo();
        operation.undo();
        operation.goTo(2);
        operation.select(List.of("c"));
        assertThat(changes)
                .extracting(Change::cause)
                .containsExactly(
                        Change.Cause.ACTION,
                        Change.Cause.ACTION,
                        Change.Cause.UNDO,
                        Change.Cause.UNDO,
                        Change.Cause.GOTO,
                        Change.Cause.SELECTION);
    }

    /// What a user selects between two steps, or after the last one, comes back too.
    @Test
    void aWalkFindsTheSelectionThatWasThere() {
        operation.select(List.of("a"));
        operation.act(new Action.SetProps("b", JsonObject.of("v", 1)));
        operation.select(List.of("b", "c"));
        operation.act(new Action.SetProps("b", JsonObject.of("v", 2)));
        operation.select(List.of("e"));
        operation.undo();
        assertThat(operation.selection()).isEqualTo(Selection.of("b", "c"));
        operation.undo();
        assertThat(operation.selection()).isEqualTo(Selection.of("a"));
        operation.goTo(2);
        assertThat(operation.selection()).isEqualTo(Selection.of("e"));
    }
}
