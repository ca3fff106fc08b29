package dev.tenon.designer.effect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.designer.Golden;
import dev.tenon.designer.action.Action;
import dev.tenon.designer.action.Boxes;
import dev.tenon.designer.behavior.Behavior;
import dev.tenon.designer.behavior.DesignerProps;
import dev.tenon.designer.behavior.Registry;
import dev.tenon.designer.behavior.Resource;
import dev.tenon.designer.drag.Closest;
import dev.tenon.designer.drag.ClosestPosition;
import dev.tenon.designer.drag.Viewport;
import dev.tenon.designer.driver.Input;
import dev.tenon.designer.engine.Cursor;
import dev.tenon.designer.engine.Engine;
import dev.tenon.designer.engine.Operation;
import dev.tenon.designer.event.MutationEvent;
import dev.tenon.designer.event.PointerTarget;
import dev.tenon.designer.event.PointerTarget.Area;
import dev.tenon.designer.geometry.Rect;
import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.tree.TreeNode;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Two documents side by side, `left` and `right`, each 400 wide with nodes 100 apart. Both have a
/// root and a leaf of the same names.
final class WorkspacesTest {
    private static final Registry REGISTRY =
            Boxes.REGISTRY
                    .withBehaviors(
                            List.of(
                                    Behavior.of(
                                            "Kept",
                                            DesignerProps.builder().deletable(false).build())))
                    .withResources(
                            List.of(
                                    new Resource(
                                            "leaf",
                                            "sources.Inputs",
                                            "Leaf",
                                            "Leaf",
                                            1,
                                            List.of(TreeNode.of("made", "Leaf")))));

    private final Hand hand = new Hand();
    private final Engine engine = new Engine(REGISTRY, Boxes.generated(), hand.clock());
    private final Designer designer = new Designer(engine);
    private final Operation left =
            open(
                    "left",
                    0,
                    TreeNode.of("a", "Leaf"),
                    TreeNode.of("b", "Box", JsonObject.EMPTY, List.of(TreeNode.of("b1", "Leaf"))),
                    TreeNode.of("k", "Kept"));
    private final Operation right =
            open("right", 400, TreeNode.of("a", "Leaf"), TreeNode.of("c", "Box"));

    WorkspacesTest() {
        hand.takes(designer);
    }

    private Operation open(String id, double x, TreeNode... children) {
        TreeNode root = TreeNode.of("root", "Root", JsonObject.EMPTY, List.of(children));
        Viewport canvas = designer.viewport(id, Area.CANVAS);
        canvas.bounds(new Rect(x, 0, 400, 600));
        canvas.place("root", List.of(new Rect(x, 0, 400, 600)), null);
        for (int i = 0; i < children.length; i++) {
            canvas.place(children[i].id(), List.of(new Rect(x + 50, 50 + 100 * i, 200, 60)), null);
        }
        return engine.open(id, root).operation();
    }

    private static PointerTarget left(String id) {
        return PointerTarget.canvas(id).in("left");
    }

    private static PointerTarget right(String id) {
        return PointerTarget.canvas(id).in("right");
    }

    private static String tree(Operation operation) {
        return Golden.brief(operation.tree().root());
    }

    private void assertUntouched() {
        assertThat(tree(left)).isEqualTo("root[a b[b1] k]");
        assertThat(tree(right)).isEqualTo("root[a c]");
    }

    @Test
    void aNodeMovesToTheOtherDocument() {
        hand.down(60, 180, left("b"));
        hand.move(500, 180, right("c"));
        assertThat(designer.drag().closest())
                .isEqualTo(new Closest("c", ClosestPosition.INNER, new Rect(450, 150, 200, 60)));
        assertThat(designer.draggedOver().id()).isEqualTo("right");
        assertUntouched();
        hand.up(500, 180, right("c"));
        assertThat(tree(left)).isEqualTo("root[a k]");
        assertThat(tree(right)).isEqualTo("root[a c[b[b1]]]");
        assertThat(right.selection().ids()).containsExactly("b");
        assertThat(left.selection().ids()).as("selected in one workspace").isEmpty();
        assertThat(engine.workbench().active().id()).isEqualTo("right");
        assertThat(left.history().types()).containsExactly("default:state", "remove:node");
        assertThat(right.history().types()).containsExactly("default:state", "append:node");
        assertThat(designer.draggedOver()).isNull();
        left.undo();
        right.undo();
        assertUntouched();
    }

    @Test
    void selectedNodesGoTogetherInTheOrderOfTheDocument() {
        left.select(List.of("b", "a"));
        hand.drag(left("b"), 60, 180, right("c"), 500, 205);
        assertThat(tree(left)).isEqualTo("root[k]");
        assertThat(tree(right)).as("the name \"a\" is taken").isEqualTo("root[a c $g0 b[b1]]");
        assertThat(right.selection().ids()).containsExactly("$g0", "b");
    }

    /// The right document's own `a` is another node, and stays one.
    @Test
    void nodesOfTheSameNameAreNotMistaken() {
        hand.down(60, 80, left("a"));
        hand.move(500, 85, right("a"));
        assertThat(designer.drag().closest().node()).isEqualTo("a");
        assertThat(designer.drag().closest().position()).isEqualTo(ClosestPosition.UNDER);
        hand.up(500, 85, right("a"));
        assertThat(tree(left)).isEqualTo("root[b[b1] k]");
        assertThat(tree(right)).isEqualTo("root[a $g0 c]");
    }

    @Test
    void aNodeThatMayNotLeaveStays() {
        hand.down(60, 280, left("k"));
        hand.move(500, 180, right("c"));
        assertThat(designer.drag().closest()).isEqualTo(Closest.NOTHING);
        hand.up(500, 180, right("c"));
        assertUntouched();
        assertThat(right.history().entries()).hasSize(1);
    }

    @Test
    void aVetoOnEitherSideLeavesBoth() {
        Runnable end =
                engine.events()
                        .subscribeTo(
                                MutationEvent.AppendNode.class,
                                (_, workspace) -> !"right".equals(workspace));
        hand.drag(left("b"), 60, 180, right("c"), 500, 180);
        assertUntouched();
        end.run();
        engine.events()
                .subscribeTo(
                        MutationEvent.RemoveNode.class,
                        (_, workspace) -> !"left".equals(workspace));
        hand.drag(left("b"), 60, 180, right("c"), 500, 180);
        assertUntouched();
    }

    @Test
    void aResourceIsDroppedWhereItIsPutDown() {
        assertThat(engine.workbench().active().id()).isEqualTo("left");
        hand.drag(PointerTarget.source("leaf"), 900, 80, right("c"), 500, 180);
        assertThat(tree(right)).isEqualTo("root[a c[$g0]]");
        assertThat(tree(left)).isEqualTo("root[a b[b1] k]");
        assertThat(right.selection().ids()).containsExactly("$g0");
    }

    @Test
    void whatIsGoneMeanwhileDoesNotComeBack() {
        hand.down(60, 80, left("a"));
        hand.move(150, 180, left("b"));
        left.act(new Action.Remove(List.of("a")));
        hand.up(150, 180, left("b"));
        assertThat(tree(left)).isEqualTo("root[b[b1] k]");
        hand.down(60, 180, left("b"));
        hand.move(500, 180, right("c"));
        left.act(new Action.Remove(List.of("b")));
        hand.up(500, 180, right("c"));
        assertThat(tree(right)).isEqualTo("root[a c]");
    }

    @Test
    void aDragEndsWithItsWorkspace() {
        hand.down(60, 80, left("a"));
        hand.move(500, 180, right("c"));
        engine.workbench().remove("left");
        assertThat(designer.drag()).isNull();
        assertThat(designer.cursor().drag()).isEqualTo(Cursor.Drag.NONE);
        hand.up(500, 180, right("c"));
        assertThat(tree(right)).isEqualTo("root[a c]");
    }

    @Test
    void whereADragIsOverMayClose() {
        hand.down(60, 80, left("a"));
        hand.move(500, 180, right("c"));
        engine.workbench().remove("right");
        assertThat(designer.draggedOver()).isNull();
        hand.up(500, 180, right("c"));
        assertThat(tree(left)).isEqualTo("root[a b[b1] k]");
    }

    @Test
    void clicksAndHoversAreTheirWorkspaces() {
        hand.click(500, 80, right("a"));
        assertThat(right.selection().ids()).containsExactly("a");
        assertThat(left.selection().ids()).isEmpty();
        hand.click(700, 80, right(null));
        assertThat(right.selection().ids()).containsExactly("root");
        hand.move(60, 80, left("a"));
        assertThat(left.hover().id()).isEqualTo("a");
        assertThat(right.hover().id()).isNull();
        hand.move(500, 80, right("a"));
        assertThat(left.hover().id()).isNull();
        assertThat(right.hover().id()).isEqualTo("a");
        hand.click(500, 80, PointerTarget.canvas("a").in("closed"));
        assertThat(right.selection().ids()).as("no such workspace").containsExactly("root");
    }

    @Test
    void aRectangleSelectsWhereItIsDrawn() {
        hand.drag(right("root"), 410, 40, right("root"), 460, 180);
        assertThat(right.selection().ids()).containsExactly("a", "c");
        assertThat(left.selection().ids()).isEmpty();
    }

    @Test
    void eachViewScrollsForItself() {
        designer.feed(new Input.Scroll(Area.CANVAS, 0, 50, 400, 600, "right"));
        assertThat(designer.viewport("left", Area.CANVAS).scrollY()).isZero();
        assertThat(designer.viewport("right", Area.CANVAS).scrollY()).isEqualTo(50);
        hand.down(60, 80, left("a"));
        hand.move(600, 590, right("root"));
        assertThat(designer.aids().scrolling())
                .isEqualTo(new Aids.Scrolling("right", Area.CANVAS, 0, 72));
    }
}
