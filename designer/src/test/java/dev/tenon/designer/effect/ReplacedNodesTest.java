package dev.tenon.designer.effect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.designer.Golden;
import dev.tenon.designer.action.Boxes;
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

/// Components that say what a drag takes and what a drop leaves (`dragNodes`, `dropNodes`): a pair,
/// of which the children are dragged, and a wrapper, which comes in a box. Nodes 100 apart.
final class ReplacedNodesTest {
    private final Hand hand = new Hand();
    private final Engine engine = new Engine(Boxes.REGISTRY, Boxes.generated(), hand.clock());
    private final Designer designer = new Designer(engine);
    private final Operation operation =
            engine.open(
                            "w",
                            TreeNode.of(
                                    "root",
                                    "Root",
                                    JsonObject.EMPTY,
                                    List.of(
                                            TreeNode.of(
                                                    "pair",
                                                    "Pair",
                                                    JsonObject.EMPTY,
                                                    List.of(
                                                            TreeNode.of("l", "Leaf"),
                                                            TreeNode.of("r", "Leaf"))),
                                            TreeNode.of("x", "Wrapper"),
                                            TreeNode.of("c", "Box"))))
                    .operation();

    ReplacedNodesTest() {
        hand.takes(designer);
        Viewport canvas = designer.viewport("w", Area.CANVAS);
        canvas.bounds(new Rect(0, 0, 400, 600));
        canvas.place("root", List.of(new Rect(0, 0, 400, 600)), null);
        int i = 0;
        for (String id : List.of("pair", "x", "c")) {
            canvas.place(id, List.of(new Rect(50, 50 + 100 * i++, 200, 60)), null);
        }
    }

    private String tree() {
        return Golden.brief(operation.tree().root());
    }

    @Test
    void theChildrenOfAPairAreDragged() {
        hand.drag(PointerTarget.canvas("pair"), 60, 60, PointerTarget.canvas("c"), 150, 280);
        assertThat(tree()).isEqualTo("root[pair x c[l r]]");
        assertThat(operation.selection().ids()).containsExactly("l", "r");
    }

    @Test
    void aNodeComesInABoxByOneStep() {
        hand.drag(PointerTarget.canvas("x"), 60, 170, PointerTarget.canvas("c"), 150, 280);
        assertThat(tree()).isEqualTo("root[pair[l r] c[x-box[x]]]");
        assertThat(operation.selection().ids()).containsExactly("x-box");
        assertThat(operation.history().types()).containsExactly("default:state", "append:node");
        operation.undo();
        assertThat(tree()).isEqualTo("root[pair[l r] x c]");
        hand.drag(PointerTarget.canvas("x"), 60, 170, PointerTarget.canvas("pair"), 150, 55);
        assertThat(tree()).isEqualTo("root[x-box[x] pair[l r] c]");
    }

    @Test
    void aBoxGoesToAnotherDocumentWithItsNode() {
        Operation other = engine.open("v", TreeNode.of("root", "Root")).operation();
        designer.viewport("v", Area.CANVAS).bounds(new Rect(400, 0, 400, 600));
        hand.drag(
                PointerTarget.canvas("x").in("w"),
                60,
                170,
                PointerTarget.canvas("root").in("v"),
                600,
                300);
        assertThat(tree()).isEqualTo("root[pair[l r] c]");
        assertThat(Golden.brief(other.tree().root())).isEqualTo("root[x-box[x]]");
    }
}
