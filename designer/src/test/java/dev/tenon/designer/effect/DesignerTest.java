package dev.tenon.designer.effect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.tenon.designer.Golden;
import dev.tenon.designer.action.Action;
import dev.tenon.designer.action.Boxes;
import dev.tenon.designer.behavior.Behavior;
import dev.tenon.designer.behavior.DesignerProps;
import dev.tenon.designer.behavior.DesignerProps.Axis;
import dev.tenon.designer.behavior.DesignerProps.Resizing;
import dev.tenon.designer.behavior.Registry;
import dev.tenon.designer.behavior.Resource;
import dev.tenon.designer.drag.Viewport;
import dev.tenon.designer.driver.Input;
import dev.tenon.designer.driver.Input.Device;
import dev.tenon.designer.engine.Cursor;
import dev.tenon.designer.engine.Engine;
import dev.tenon.designer.engine.Hover;
import dev.tenon.designer.engine.Operation;
import dev.tenon.designer.event.CursorEvent.Position;
import dev.tenon.designer.event.Event;
import dev.tenon.designer.event.Modifiers;
import dev.tenon.designer.event.NodeEvent;
import dev.tenon.designer.event.PointerTarget;
import dev.tenon.designer.event.PointerTarget.Area;
import dev.tenon.designer.event.PointerTarget.ResizeHandle;
import dev.tenon.designer.event.PointerTarget.TranslateHandle;
import dev.tenon.designer.geometry.Rect;
import dev.tenon.designer.json.JsonNumber;
import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.tree.TreeNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/// A designer fed with what a user does: five nodes one below the other, 100 by 40 each.
final class DesignerTest {
    private static final Resizing WIDTH =
            (node, size, pixels) ->
                    node.props().with("width", JsonNumber.of(Math.round(size + pixels)));
    private static final Resizing HEIGHT =
            (node, size, pixels) ->
                    node.props().with("height", JsonNumber.of(Math.round(size + pixels)));
    private static final Registry REGISTRY =
            Boxes.REGISTRY
                    .withBehaviors(
                            List.of(
                                    Behavior.of(
                                            "Free",
                                            DesignerProps.builder()
                                                    .resizable(
                                                            Map.of(Axis.X, WIDTH, Axis.Y, HEIGHT))
                                                    .translatable((node, dx, dy) ->
                                                            node.props()
                                                                    .with("x", JsonNumber.of(dx))
                                                                    .with("y", JsonNumber.of(dy)))
                                                    .build())))
                    .withResources(
                            List.of(
                                    new Resource(
                                            "leaf",
                                            "sources.Inputs",
                                            "Leaf",
                                            "Leaf",
                                            1,
                                            List.of(TreeNode.of("made", "Leaf")))));
    private static final Modifiers CTRL = new Modifiers(true, false, false, false);
    private static final Modifiers SHIFT = new Modifiers(false, true, false, false);

    private final AtomicReference<Instant> time = new AtomicReference<>(Instant.EPOCH);
    private final Engine engine = new Engine(REGISTRY, Boxes.generated(), time::get);
    private final Designer designer = new Designer(engine);
    private final Operation operation =
            engine.open(
                            "w",
                            TreeNode.of(
                                    "root",
                                    "Root",
                                    JsonObject.EMPTY,
                                    List.of(
                                            TreeNode.of("a", "Leaf"),
                                            TreeNode.of("b", "Leaf"),
                                            TreeNode.of("c", "Box"),
                                            TreeNode.of("d", "Leaf"),
                                            TreeNode.of("e", "Free"))))
                    .operation();
    private final Viewport canvas = designer.viewport("w", Area.CANVAS);

    DesignerTest() {
        canvas.bounds(new Rect(0, 0, 400, 600));
        canvas.place("root", List.of(new Rect(0, 0, 400, 600)), null);
        int i = 0;
        for (String id : List.of("a", "b", "c", "d", "e")) {
            canvas.place(id, List.of(new Rect(50, 50 + 100 * i++, 100, 40)), null);
        }
    }

    private void down(double x, double y, PointerTarget target) {
        designer.feed(
                new Input.PointerDown(
                        1, Device.TOUCH, 0, Position.at(x, y), target, Modifiers.NONE, false));
        time.set(time.get().plusMillis(1000));
    }

    private void move(double x, double y, PointerTarget target) {
        designer.feed(new Input.PointerMove(1, Position.at(x, y), target, Modifiers.NONE));
    }

    private void up(double x, double y, PointerTarget target, Modifiers modifiers) {
        designer.feed(new Input.PointerUp(1, Position.at(x, y), target, modifiers));
    }

    private void drag(
            PointerTarget from, double x, double y, PointerTarget to, double toX, double toY) {
        down(x, y, from);
        move(toX, toY, to);
        up(toX, toY, to, Modifiers.NONE);
    }

    private void click(String id, Modifiers modifiers) {
        down(60, 60, PointerTarget.canvas(id));
        up(60, 60, PointerTarget.canvas(id), modifiers);
    }

    private String tree() {
        return Golden.brief(operation.tree().root());
    }

    @Test
    void aNodeIsDraggedIntoABox() {
        List<Event> told = new ArrayList<>();
        engine.events().on(NodeEvent.class, told::add);
        down(60, 70, PointerTarget.canvas("a"));
        move(100, 270, PointerTarget.canvas("c"));
        assertThat(designer.drag().closest().node()).isEqualTo("c");
        assertThat(designer.cursor().drag()).isEqualTo(Cursor.Drag.MOVE);
        up(100, 270, PointerTarget.canvas("c"), Modifiers.NONE);
        assertThat(tree()).isEqualTo("root[b c[a] d e]");
        assertThat(operation.selection().ids()).containsExactly("a");
        assertThat(designer.drag()).isNull();
        assertThat(designer.cursor().drag()).isEqualTo(Cursor.Drag.NONE);
        assertThat(told.stream().map(Event::type))
                .containsExactly("drag:node", "select:node", "drop:node");
    }

    /// Someone else, or a key, has deleted it meanwhile.
    @Test
    void whatIsGoneIsNotDropped() {
        operation.select(List.of("a", "b"));
        down(60, 70, PointerTarget.canvas("a"));
        move(100, 270, PointerTarget.canvas("c"));
        operation.act(new Action.Remove(List.of("a")));
        up(100, 270, PointerTarget.canvas("c"), Modifiers.NONE);
        assertThat(tree()).isEqualTo("root[c[b] d e]");
        down(60, 370, PointerTarget.canvas("d"));
        move(100, 270, PointerTarget.canvas("c"));
        operation.act(new Action.Remove(List.of("d")));
        up(100, 270, PointerTarget.canvas("c"), Modifiers.NONE);
        assertThat(tree()).isEqualTo("root[c[b] e]");
    }

    @Test
    void aResourceOfThePaletteIsDroppedAsANewNode() {
        drag(PointerTarget.source("leaf"), 900, 70, PointerTarget.canvas("c"), 100, 270);
        assertThat(tree()).isEqualTo("root[a b c[$g0] d e]");
        assertThat(operation.selection().ids()).containsExactly("$g0");
        drag(PointerTarget.source("unknown"), 900, 70, PointerTarget.canvas("c"), 100, 270);
        assertThat(operation.history().entries()).hasSize(2);
    }

    @Test
    void theOutlineGoesBeforeTheCanvas() {
        Viewport outline = designer.viewport("w", Area.OUTLINE);
        outline.bounds(new Rect(300, 0, 100, 600));
        outline.place("root", List.of(new Rect(300, 0, 100, 20)), null);
        outline.place("d", List.of(new Rect(300, 20, 100, 20)), null);
        drag(PointerTarget.outline("a"), 310, 5, PointerTarget.outline("d"), 350, 38);
        assertThat(tree()).isEqualTo("root[b c d a e]");
    }

    /// D7: in the reference all that the way crosses stays selected.
    @Test
    void aForbiddenDropLeavesTheSelection() {
        operation.select(List.of("b"));
        drag(PointerTarget.canvas("a"), 60, 70, PointerTarget.NONE, 390, 700);
        assertThat(tree()).isEqualTo("root[a b c d e]");
        assertThat(operation.selection().ids()).as("D7").containsExactly("b");
        assertThat(operation.history().entries()).hasSize(1);
    }

    @Test
    void escapeEndsADragWithoutADrop() {
        operation.select(List.of("a"));
        down(60, 70, PointerTarget.canvas("a"));
        move(100, 270, PointerTarget.canvas("c"));
        assertThat(designer.feed(new Input.KeyPress("Escape", Modifiers.NONE, false))).isTrue();
        up(100, 270, PointerTarget.canvas("c"), Modifiers.NONE);
        assertThat(tree()).isEqualTo("root[a b c d e]");
        assertThat(designer.drag()).isNull();
        assertThat(operation.selection().ids()).as("the key is used up").containsExactly("a");
    }

    @Test
    void aRectangleOnEmptyCanvasSelectsWhatItCrosses() {
        down(20, 40, PointerTarget.canvas("root"));
        move(80, 170, PointerTarget.canvas("root"));
        assertThat(designer.aids().box()).isEqualTo(new Rect(20, 40, 60, 130));
        up(80, 170, PointerTarget.canvas("root"), Modifiers.NONE);
        assertThat(operation.selection().ids()).containsExactly("a", "b");
        assertThat(designer.aids().box()).isNull();
        drag(PointerTarget.canvas(null), 300, 40, PointerTarget.canvas(null), 320, 100);
        assertThat(operation.selection().ids()).as("nothing crossed").containsExactly("a", "b");
    }

    @Test
    void theSelectionCursorSelectsFromANodeOnceAndDragsNothing() {
        designer.feed(new Input.KeyPress("Shift", SHIFT, false));
        designer.feed(new Input.KeyPress("S", SHIFT, false));
        assertThat(designer.cursor().mode()).isEqualTo(Cursor.Mode.SELECTION);
        drag(PointerTarget.canvas("b"), 60, 160, PointerTarget.canvas("d"), 70, 360);
        assertThat(tree()).isEqualTo("root[a b c d e]");
        assertThat(operation.selection().ids()).containsExactly("b", "c", "d");
        assertThat(designer.cursor().mode()).isEqualTo(Cursor.Mode.NORMAL);
    }

    @Test
    void aRectangleFollowsTheScrolledContent() {
        down(20, 300, PointerTarget.canvas("root"));
        move(80, 310, PointerTarget.canvas("root"));
        designer.feed(new Input.Scroll(Area.CANVAS, 0, 200, 400, 600));
        move(80, 320, PointerTarget.canvas("root"));
        assertThat(designer.aids().box()).isEqualTo(new Rect(20, 100, 60, 220));
        up(80, 320, PointerTarget.canvas("root"), Modifiers.NONE);
        assertThat(operation.selection().ids()).containsExactly("d", "e");
    }

    @Test
    void clicksSelect() {
        click("b", Modifiers.NONE);
        click("d", CTRL);
        assertThat(operation.selection().ids()).containsExactly("b", "d");
        click("b", CTRL);
        click("d", CTRL);
        assertThat(operation.selection().ids()).as("never empty").containsExactly("d");
        click("a", SHIFT);
        assertThat(operation.selection().ids()).containsExactly("d", "b", "c", "a");
        click("a", SHIFT);
        assertThat(operation.selection().ids()).containsExactly("d", "b", "c");
        click(null, Modifiers.NONE);
        assertThat(operation.selection().ids()).containsExactly("root");
    }

    @Test
    void thePointerHovers() {
        move(60, 60, PointerTarget.canvas("a"));
        assertThat(operation.hover()).isEqualTo(Hover.of("a"));
        move(300, 60, PointerTarget.NONE);
        assertThat(operation.hover()).isEqualTo(Hover.NONE);
    }

    @Test
    void keysWorkTheShortcutsAndTheDrag() {
        operation.select(List.of("b"));
        assertThat(designer.feed(new Input.KeyPress("Delete", Modifiers.NONE, true))).isFalse();
        assertThat(designer.feed(new Input.KeyPress("Delete", Modifiers.NONE, false))).isTrue();
        assertThat(tree()).isEqualTo("root[a c d e]");
        operation.select(List.of("a"));
        designer.feed(new Input.KeyPress(" ", Modifiers.NONE, false));
        designer.feed(new Input.KeyPress("ArrowDown", Modifiers.NONE, false));
        designer.feed(new Input.KeyPress(" ", Modifiers.NONE, false));
        assertThat(tree()).isEqualTo("root[c[a] d e]");
        assertThat(designer.keyboardDrag().announcement().token())
                .isEqualTo("announcements.dropped");
        assertThat(designer.feed(new Input.KeyPress("F5", Modifiers.NONE, false))).isFalse();
    }

    /// D18: saved, by one entry.
    @Test
    void aResizeSnapsAndIsSaved() {
        PointerTarget handle = PointerTarget.handle(new ResizeHandle("e", 1, 1));
        down(150, 490, handle);
        move(206, 500, PointerTarget.NONE);
        assertThat(designer.cursor().drag()).isEqualTo(Cursor.Drag.RESIZE);
        // the right side comes to 206: six from the middle of the root, which is too far
        assertThat(designer.aids().preview()).isEqualTo(new Rect(50, 450, 156, 50));
        assertThat(operation.tree().node("e").props().isEmpty()).as("not yet").isTrue();
        move(204, 500, PointerTarget.NONE);
        assertThat(designer.aids().preview()).isEqualTo(new Rect(50, 450, 150, 50));
        assertThat(designer.aids().snapLines()).hasSize(1);
        up(204, 500, PointerTarget.NONE, Modifiers.NONE);
        assertThat(operation.tree().node("e").props())
                .isEqualTo(JsonObject.of("width", 150, "height", 50));
        assertThat(operation.history().types())
                .containsExactly("default:state", "update:node:props");
        assertThat(designer.aids()).isEqualTo(Aids.NONE);
    }

    @Test
    void aNodeNeverBecomesSmallerThanAPixel() {
        down(50, 450, PointerTarget.handle(new ResizeHandle("e", -1, 0)));
        move(390, 450, PointerTarget.NONE);
        assertThat(designer.aids().preview().width()).isCloseTo(1, within(1e-9));
        designer.feed(new Input.PointerCancel(1));
        assertThat(designer.aids()).isEqualTo(Aids.NONE);
        assertThat(operation.history().entries()).hasSize(1);
    }

    @Test
    void aFreeMoveSnapsToEqualSpacesAndIsSaved() {
        down(60, 460, PointerTarget.handle(new TranslateHandle("e")));
        move(60, 467, PointerTarget.NONE);
        // no line is near, and the space above, 67 pixels, is 7 wider than the one behind it
        assertThat(designer.aids().preview()).isEqualTo(new Rect(50, 457, 100, 40));
        move(60, 463, PointerTarget.NONE);
        assertThat(designer.aids().preview()).isEqualTo(new Rect(50, 450, 100, 40));
        assertThat(designer.aids().spaceBlocks()).hasSize(2);
        move(160, 463, PointerTarget.NONE);
        up(160, 463, PointerTarget.NONE, Modifiers.NONE);
        assertThat(operation.tree().node("e").props().get("x")).isEqualTo(JsonNumber.of(100L));
        assertThat(tree()).isEqualTo("root[a b c d e]");
        assertThat(operation.history().entries()).hasSize(2);
    }

    @Test
    void selectedNodesMoveFreelyTogetherInOneStep() {
        operation.act(new Action.Append("root", List.of(TreeNode.of("f", "Free"))));
        canvas.place("f", List.of(new Rect(200, 450, 100, 40)), null);
        operation.select(List.of("f", "a", "e"));
        PointerTarget handle = PointerTarget.handle(new TranslateHandle("e"));
        drag(handle, 60, 460, PointerTarget.NONE, 67, 468);
        for (String id : List.of("e", "f")) {
            assertThat(operation.tree().node(id).props()).isEqualTo(JsonObject.of("x", 7, "y", 8));
        }
        assertThat(operation.tree().node("a").props().isEmpty()).isTrue();
        operation.undo();
        assertThat(operation.tree().node("f").props().isEmpty()).isTrue();
        assertThat(operation.history().current()).isEqualTo(1);
    }

    @Test
    void whatIsNotResizableStays() {
        drag(
                PointerTarget.handle(new ResizeHandle("a", 1, 0)),
                150,
                60,
                PointerTarget.NONE,
                190,
                60);
        assertThat(operation.history().entries()).hasSize(1);
        assertThat(tree()).isEqualTo("root[a b c d e]");
    }

    @Test
    void theEdgeScrollsAtASpeedThatTheDistanceSets() {
        down(60, 70, PointerTarget.canvas("a"));
        move(200, 550, PointerTarget.canvas("root"));
        Aids.Scrolling scrolling = designer.aids().scrolling();
        assertThat(scrolling).isEqualTo(new Aids.Scrolling("w", Area.CANVAS, 0, 40));
        time.set(time.get().plusSeconds(10));
        move(201, 550, PointerTarget.canvas("root"));
        assertThat(designer.aids().scrolling()).isEqualTo(scrolling);
        up(201, 300, PointerTarget.canvas("root"), Modifiers.NONE);
        assertThat(designer.aids().scrolling()).isNull();
    }

    @Test
    void aTextIsEditedInOneStep() {
        PointerTarget text = new PointerTarget(Area.CANVAS, "a", null, null, "style.label", false);
        for (int i = 0; i < 2; i++) {
            designer.feed(
                    new Input.PointerDown(
                            1, Device.MOUSE, 0, Position.at(60, 60), text, Modifiers.NONE, false));
            up(60, 60, text, Modifiers.NONE);
        }
        ContentEditing editing = designer.contentEditing();
        assertThat(editing.text().path()).isEqualTo("style.label");
        editing.type("H", false);
        editing.type("Hk", true);
        editing.type("Hi\nyou", false);
        click("b", Modifiers.NONE);
        assertThat(editing.text()).isNull();
        editing.type("late", false);
        assertThat(operation.tree().node("a").props())
                .isEqualTo(JsonObject.of("style", JsonObject.of("label", "Hi you")));
        assertThat(operation.history().entries()).hasSize(2);
    }

    @Test
    void theWorkspaceWorkedInIsActive() {
        Operation other = engine.open("v", TreeNode.of("r", "Root")).operation();
        operation.select(List.of("a"));
        assertThat(other.selection().size()).isZero();
        other.select(List.of("r"));
        assertThat(engine.workbench().active().id()).isEqualTo("v");
        assertThat(engine.workbench().current().id()).isEqualTo("w");
        assertThat(operation.selection().size()).isZero();
    }

    /// D21.
    @Test
    void aClosedDesignerLeavesNobodyBehind() {
        designer.close();
        assertThat(engine.events().subscriptionCount()).isZero();
        click("b", Modifiers.NONE);
        assertThat(operation.selection().ids()).containsExactly("root");
    }
}
