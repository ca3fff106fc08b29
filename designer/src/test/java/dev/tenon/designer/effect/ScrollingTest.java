package dev.tenon.designer.effect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.designer.Golden;
import dev.tenon.designer.action.Boxes;
import dev.tenon.designer.behavior.Behavior;
import dev.tenon.designer.behavior.DesignerProps;
import dev.tenon.designer.drag.Viewport;
import dev.tenon.designer.driver.Input;
import dev.tenon.designer.engine.Engine;
import dev.tenon.designer.engine.Operation;
import dev.tenon.designer.event.PointerTarget;
import dev.tenon.designer.event.PointerTarget.Area;
import dev.tenon.designer.event.PointerTarget.TranslateHandle;
import dev.tenon.designer.geometry.Rect;
import dev.tenon.designer.json.JsonNumber;
import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.tree.TreeNode;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What a canvas does that scrolls under a pointer at rest, as at its edge: boxes `b0` to `b9`, 200
/// apart and 160 high, and a node that can be moved freely and not dragged beside `b0`.
final class ScrollingTest {
    private static final PointerTarget ROOT = PointerTarget.canvas("root");

    private final Hand hand = new Hand();
    private final Engine engine =
            new Engine(
                    Boxes.REGISTRY.withBehaviors(
                            List.of(
                                    Behavior.of(
                                            "Free",
                                            DesignerProps.builder()
                                                    .draggable(false)
                                                    .translatable((node, dx, dy) ->
                                                            node.props()
                                                                    .with("x", JsonNumber.of(dx))
                                                                    .with("y", JsonNumber.of(dy)))
                                                    .build()))),
                    Boxes.generated(),
                    hand.clock());
    private final Designer designer = new Designer(engine);
    private final Operation operation;

    ScrollingTest() {
        hand.takes(designer);
        List<TreeNode> nodes = new ArrayList<>();
        Viewport canvas = designer.viewport("w", Area.CANVAS);
        canvas.bounds(new Rect(0, 0, 400, 600));
        canvas.place("root", List.of(new Rect(0, 0, 400, 2000)), null);
        for (int i = 0; i < 10; i++) {
            nodes.add(TreeNode.of("b" + i, "Box"));
            canvas.place("b" + i, List.of(new Rect(50, 200 * i, 200, 160)), null);
        }
        nodes.add(TreeNode.of("f", "Free"));
        canvas.place("f", List.of(new Rect(311, 45, 50, 50)), null);
        operation =
                engine.open("w", TreeNode.of("root", "Root", JsonObject.EMPTY, nodes)).operation();
    }

    private void scroll(double y) {
        designer.feed(new Input.Scroll(Area.CANVAS, 0, y, 400, 600));
    }

    /// The front end's last word was of `b2`, which is somewhere else by now.
    @Test
    void aDragIsCloseToWhatComesUnderThePointer() {
        hand.down(150, 80, PointerTarget.canvas("b0"));
        hand.move(150, 480, PointerTarget.canvas("b2"));
        assertThat(designer.drag().closest().node()).isEqualTo("b2");
        scroll(800);
        assertThat(designer.drag().touched()).isEqualTo("b6");
        assertThat(designer.drag().closest().node()).isEqualTo("b6");
        assertThat(designer.drag().closest().rect()).isEqualTo(new Rect(50, 400, 200, 160));
        hand.up(150, 480, PointerTarget.canvas("b6"));
        assertThat(Golden.brief(operation.tree().root())).contains("b6[b0]");
    }

    @Test
    void aScrollOfAnotherViewChangesNothing() {
        hand.down(150, 80, PointerTarget.canvas("b0"));
        hand.move(150, 480, PointerTarget.canvas("b2"));
        designer.feed(new Input.Scroll(Area.OUTLINE, 0, 90, 100, 600));
        assertThat(designer.drag().closest().node()).isEqualTo("b2");
    }

    @Test
    void theRectangleThatSelectsGrowsWithTheContent() {
        hand.down(20, 300, ROOT);
        hand.move(80, 310, ROOT);
        scroll(200);
        assertThat(designer.aids().box()).isEqualTo(new Rect(20, 100, 60, 210));
    }

    @Test
    void aNodeThatMovesFreelyStaysAtThePointer() {
        hand.down(320, 50, PointerTarget.handle(new TranslateHandle("f")));
        hand.move(320, 250, PointerTarget.NONE);
        assertThat(designer.aids().preview()).isEqualTo(new Rect(311, 245, 50, 50));
        scroll(400);
        assertThat(designer.aids().preview()).isEqualTo(new Rect(311, 245, 50, 50));
        hand.up(320, 250, PointerTarget.NONE);
        assertThat(operation.tree().node("f").props()).isEqualTo(JsonObject.of("x", 0, "y", 600));
    }

    @Test
    void aNodeBackInItsPlaceHasNotMoved() {
        hand.down(320, 50, PointerTarget.handle(new TranslateHandle("f")));
        hand.move(320, 250, PointerTarget.NONE);
        hand.move(320, 50, PointerTarget.NONE);
        hand.up(320, 50, PointerTarget.NONE);
        assertThat(operation.history().entries()).hasSize(1);
    }

    /// As in the reference, where a drag that is none selects.
    @Test
    void aDragFromANodeThatStaysSelects() {
        hand.drag(PointerTarget.canvas("f"), 340, 60, ROOT, 240, 210);
        assertThat(operation.selection().ids()).containsExactly("b0", "b1", "f");
    }
}
