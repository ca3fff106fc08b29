package dev.tenon.designer.effect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.designer.Golden;
import dev.tenon.designer.action.Boxes;
import dev.tenon.designer.drag.Closest;
import dev.tenon.designer.drag.ClosestPosition;
import dev.tenon.designer.drag.Viewport;
import dev.tenon.designer.engine.Engine;
import dev.tenon.designer.engine.Operation;
import dev.tenon.designer.event.PointerTarget;
import dev.tenon.designer.event.PointerTarget.Area;
import dev.tenon.designer.geometry.Rect;
import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.tree.TreeNode;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Drags in an outline, as a front end draws one: each node a line of 24 pixels with the lines of
/// its children inside its element below that, from 40 on:
///
/// | y | line |
/// |---|---|
/// | 40 | root |
/// | 64 | a, a leaf |
/// | 88, 112, 136 | b, a box, with the leaves b1 and b2 |
/// | 160 | e, an empty box |
/// | 184 | c, a collapse that takes panels alone; folded up over its panel p |
/// | 208, 232 | r, whose children stand side by side in the canvas, with r1 |
final class OutlineDragTest {
    private static final double LINE = 24;

    private final Hand hand = new Hand();
    private final Engine engine = new Engine(Boxes.REGISTRY, Boxes.generated(), hand.clock());
    private final Designer designer = new Designer(engine);
    private final Operation operation =
            engine.open(
                            "w",
                            node(
                                    "root",
                                    "Root",
                                    node("a", "Leaf"),
                                    node("b", "Box", node("b1", "Leaf"), node("b2", "Leaf")),
                                    node("e", "Box"),
                                    node("c", "Collapse", node("p", "Panel")),
                                    node("r", "Row", node("r1", "Leaf"))))
                    .operation();
    private final Viewport outline = designer.viewport("w", Area.OUTLINE);

    OutlineDragTest() {
        hand.takes(designer);
        outline.bounds(new Rect(0, 0, 240, 400));
        line("root", 0, 40, 9);
        line("a", 1, 64, 1);
        line("b", 1, 88, 3);
        line("b1", 2, 112, 1);
        line("b2", 2, 136, 1);
        line("e", 1, 160, 1);
        line("c", 1, 184, 1);
        line("r", 1, 208, 2);
        line("r1", 2, 232, 1);
    }

    private void line(String id, int depth, double y, int lines) {
        outline.place(id, List.of(rect(depth, y, lines)), null);
    }

    private static Rect rect(int depth, double y, int lines) {
        return new Rect(12 * depth, y, 240 - 12 * depth, lines * LINE);
    }

    private static TreeNode node(String id, String component, TreeNode... children) {
        return TreeNode.of(id, component, JsonObject.EMPTY, List.of(children));
    }

    private String tree() {
        return Golden.brief(operation.tree().root());
    }

    /// Drags `id` to the line of `touched` at `y`; says where it would go.
    private String over(String id, String touched, double y) {
        hand.down(100, 70, PointerTarget.outline(id));
        hand.move(100, y, PointerTarget.outline(touched));
        Closest closest = designer.drag().closest();
        return closest.position() + " " + closest.node();
    }

    private String dropped(String touched, double y) {
        hand.up(100, y, PointerTarget.outline(touched));
        return tree();
    }

    @Test
    void besideALeafAboveAndBelow() {
        assertThat(over("a", "b1", 115)).isEqualTo("UPPER b1");
        assertThat(designer.drag().closest().rect()).isEqualTo(rect(2, 112, 1));
        assertThat(dropped("b1", 115)).isEqualTo("root[b[a b1 b2] e c[p] r[r1]]");
        operation.undo();
        assertThat(over("a", "b1", 133)).isEqualTo("UNDER b1");
        assertThat(dropped("b1", 133)).isEqualTo("root[b[b1 a b2] e c[p] r[r1]]");
        assertThat(operation.selection().ids()).containsExactly("a");
    }

    /// A line is too low for edges that mean beside: all of it means inside.
    @Test
    void intoAnEmptyNode() {
        for (double y : new double[] {160, 162, 172, 184}) {
            assertThat(over("a", "e", y)).isEqualTo("INNER e");
            hand.up(100, 500, PointerTarget.NONE);
        }
        assertThat(over("a", "e", 172)).isEqualTo("INNER e");
        assertThat(dropped("e", 172)).isEqualTo("root[b[b1 b2] e[a] c[p] r[r1]]");
    }

    @Test
    void theLineOfAnOpenNodeMeansItsEndOrItsBeginning() {
        assertThat(over("a", "b", 92)).isEqualTo("INNER b");
        assertThat(dropped("b", 92)).isEqualTo("root[b[b1 b2 a] e c[p] r[r1]]");
        operation.undo();
        assertThat(over("a", "b", 108)).as("nearer to its first child").isEqualTo("UPPER b1");
        assertThat(dropped("b", 108)).isEqualTo("root[b[a b1 b2] e c[p] r[r1]]");
    }

    @Test
    void intoANodeThatIsFoldedUp() {
        outline.place("b1", List.of(), null);
        outline.place("b2", List.of(), null);
        outline.place("b", List.of(rect(1, 88, 1)), null);
        assertThat(over("a", "b", 108)).isEqualTo("INNER b");
        assertThat(designer.drag().closest().rect()).isEqualTo(rect(1, 88, 1));
        assertThat(dropped("b", 108)).isEqualTo("root[b[b1 b2 a] e c[p] r[r1]]");
        outline.place("a", List.of(), null);
        // from the canvas, where its children are drawn, to the end of the same node
        hand.down(500, 70, PointerTarget.canvas("b1"));
        hand.move(100, 108, PointerTarget.outline("b"));
        assertThat(designer.drag().closest())
                .isEqualTo(new Closest("b", ClosestPosition.INNER_AFTER, rect(1, 88, 1)));
        assertThat(dropped("b", 108)).isEqualTo("root[b[b2 a b1] e c[p] r[r1]]");
    }

    @Test
    void whereANodeIsNotTakenItGoesBeside() {
        assertThat(over("a", "c", 190)).isEqualTo("UPPER c");
        assertThat(over("a", "c", 200)).isEqualTo("UNDER c");
        assertThat(dropped("c", 200)).isEqualTo("root[b[b1 b2] e c[p] a r[r1]]");
    }

    @Test
    void whereItMayNotGoAtAllNothingHappens() {
        outline.place("p", List.of(rect(2, 196, 1)), null);
        for (String touched : List.of("a", "b1", "e")) {
            double y = outline.rect(touched).center().y() + 1;
            assertThat(over("p", touched, y)).isEqualTo("FORBID_UNDER " + touched);
            assertThat(dropped(touched, y)).isEqualTo("root[a b[b1 b2] e c[p] r[r1]]");
        }
        assertThat(over("a", "a", 15)).as("the edge of the view").isEqualTo("FORBID a");
        assertThat(dropped("a", 15)).isEqualTo("root[a b[b1 b2] e c[p] r[r1]]");
        assertThat(operation.history().entries()).hasSize(1);
    }

    /// As the settings of what is selected may.
    @Test
    void aPanelMayLieOverTheView() {
        assertThat(over("a", "e", 172)).isEqualTo("INNER e");
        hand.move(101, 172, PointerTarget.NONE);
        assertThat(designer.drag().closest()).isEqualTo(Closest.NOTHING);
        hand.up(101, 172, PointerTarget.NONE);
        assertThat(operation.history().entries()).hasSize(1);
    }

    @Test
    void belowAllLinesMeansTheEnd() {
        assertThat(over("a", null, 330)).isEqualTo("INNER_AFTER root");
        assertThat(designer.drag().closest().rect()).isEqualTo(new Rect(12, 64, 228, 192));
        assertThat(dropped(null, 330)).isEqualTo("root[b[b1 b2] e c[p] r[r1] a]");
    }

    @Test
    void linesStandOneBelowTheOtherWhateverTheCanvasDoes() {
        assertThat(over("a", "r1", 250)).isEqualTo("UNDER r1");
        assertThat(dropped("r1", 250)).isEqualTo("root[b[b1 b2] e c[p] r[r1 a]]");
    }

    @Test
    void aNodeGoesNotIntoItself() {
        assertThat(over("b", "b1", 133)).isEqualTo("UNDER b1");
        assertThat(dropped("b1", 133)).isEqualTo("root[a b[b1 b2] e c[p] r[r1]]");
        assertThat(operation.history().entries()).hasSize(1);
    }

    /// The reference marks the place in both views, wherever the pointer is.
    @Test
    void aDragOverTheCanvasShowsInTheOutline() {
        Viewport canvas = designer.viewport("w", Area.CANVAS);
        canvas.bounds(new Rect(300, 0, 400, 400));
        canvas.place("e", List.of(new Rect(350, 50, 200, 100)), null);
        hand.down(100, 70, PointerTarget.outline("a"));
        hand.move(450, 100, PointerTarget.canvas("e"));
        Closest closest = designer.drag().closest();
        assertThat(closest.rect()).isEqualTo(new Rect(350, 50, 200, 100));
        assertThat(closest.mark(operation.tree(), canvas)).isEqualTo(closest.rect());
        assertThat(closest.mark(operation.tree(), outline)).isEqualTo(rect(1, 160, 1));
        assertThat(Closest.NOTHING.mark(operation.tree(), outline)).isNull();
    }
}
