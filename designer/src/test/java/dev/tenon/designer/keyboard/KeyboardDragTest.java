package dev.tenon.designer.keyboard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.designer.Golden;
import dev.tenon.designer.action.Action;
import dev.tenon.designer.action.Boxes;
import dev.tenon.designer.behavior.Resource;
import dev.tenon.designer.engine.Engine;
import dev.tenon.designer.engine.Operation;
import dev.tenon.designer.event.Modifiers;
import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.tree.Tree;
import dev.tenon.designer.tree.TreeNode;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Dragging without a pointer.
final class KeyboardDragTest {
    private static TreeNode node(String id, String component, TreeNode... children) {
        return TreeNode.of(id, component, JsonObject.EMPTY, List.of(children));
    }

    private final Operation operation =
            new Engine(Boxes.REGISTRY, Boxes.generated(), InstantSource.system())
                    .open(
                            "w",
                            node(
                                    "root",
                                    "Root",
                                    node("a", "Box", node("a1", "Leaf")),
                                    node("b", "Leaf"),
                                    node("c", "Collapse", node("p", "Panel")),
                                    node("f", "Fixed")))
                    .operation();
    private final KeyboardDrag drag = new KeyboardDrag();

    private boolean press(String key) {
        return drag.down(key, Modifiers.NONE, operation);
    }

    private String said() {
        return drag.announcement().token().substring("announcements.".length())
                + " "
                + drag.announcement().texts(Boxes.REGISTRY, "en-US");
    }

    private String tree() {
        return Golden.brief(operation.tree().root());
    }

    @Test
    void arrowsLeadThroughAllValidPlacesInTheOrderOfTheDocument() {
        operation.select(List.of("b"));
        assertThat(press(" ")).isTrue();
        assertThat(said()).isEqualTo("picked_up [1, Leaf]");
        List<String> places = new ArrayList<>();
        press("Home");
        while (!said().startsWith("no_further")) {
            places.add(drag.slot().parent() + " " + drag.slot().index());
            press("ArrowDown");
        }
        // not into the leaf, the panels' collapse or the fixed one
        assertThat(places)
                .containsExactly("root 0", "a 0", "a 1", "root 1", "p 0", "root 2", "root 3");
        for (int i = places.size() - 2; i >= 0; i--) {
            press("ArrowUp");
            assertThat(drag.slot().parent() + " " + drag.slot().index()).isEqualTo(places.get(i));
        }
        press("End");
        assertThat(said()).isEqualTo("moved [Root, 4, 4]");
        assertThat(tree()).as("nothing moves before the drop").isEqualTo("root[a[a1] b c[p] f]");
        press("Escape");
    }

    @Test
    void aDropIsOneStep() {
        operation.select(List.of("b"));
        press("Enter");
        press("ArrowUp");
        assertThat(said()).isEqualTo("moved [Box, 2, 2]");
        press("Enter");
        assertThat(said()).isEqualTo("dropped [1, Leaf, Box, 2]");
        assertThat(tree()).isEqualTo("root[a[a1 b] c[p] f]");
        assertThat(operation.history().types()).containsExactly("default:state", "move:node");
        assertThat(operation.selection().ids()).containsExactly("b");
        assertThat(drag.isActive()).isFalse();
        operation.undo();
        assertThat(tree()).isEqualTo("root[a[a1] b c[p] f]");
    }

    @Test
    void escapeRestores() {
        operation.select(List.of("b"));
        Tree before = operation.tree();
        press(" ");
        press("ArrowDown");
        assertThat(press("Escape")).isTrue();
        assertThat(said()).isEqualTo("cancelled [1, Leaf]");
        assertThat(operation.tree()).isSameAs(before);
        assertThat(operation.selection().ids()).containsExactly("b");
        assertThat(operation.history().entries()).hasSize(1);
        assertThat(drag.slot()).isNull();
        assertThat(press("Escape")).as("no drag, no key").isFalse();
    }

    @Test
    void droppedWhereItWasNothingHappens() {
        operation.select(List.of("b"));
        press(" ");
        press(" ");
        assertThat(said()).isEqualTo("cancelled [1, Leaf]");
        assertThat(operation.history().entries()).hasSize(1);
    }

    @Test
    void severalNodesGoTogether() {
        operation.select(List.of("b", "a1"));
        press(" ");
        assertThat(drag.dragged()).containsExactly("a1", "b");
        press("End");
        press(" ");
        assertThat(tree()).isEqualTo("root[a c[p] f a1 b]");
    }

    @Test
    void whatMayNotMoveIsRefusedAloud() {
        operation.select(List.of("f"));
        assertThat(press(" ")).isTrue();
        assertThat(said()).isEqualTo("refused [\"f\" (Fixed) can't be moved]");
        assertThat(drag.isActive()).isFalse();
        operation.select(List.of("root"));
        assertThat(press(" ")).isFalse();
        operation.select(List.of("b"));
        assertThat(drag.down(" ", new Modifiers(true, false, false, false), operation)).isFalse();
    }

    /// As others do, where a design is shared.
    @Test
    void itGoesOnWhereAnotherChanges() {
        operation.select(List.of("b"));
        press(" ");
        press("ArrowUp");
        assertThat(drag.slot()).isEqualTo(new KeyboardDrag.Slot("a", 1, 1));
        operation.act(new Action.Append("a", List.of(TreeNode.of("x", "Leaf"))));
        press("ArrowDown");
        assertThat(said()).isEqualTo("moved [Box, 3, 3]");
        operation.act(new Action.Remove(List.of("a1")));
        press(" ");
        assertThat(said()).isEqualTo("dropped [1, Leaf, Box, 2]");
        assertThat(tree()).isEqualTo("root[a[x b] c[p] f]");
        press(" ");
        operation.act(new Action.Remove(List.of("a")));
        assertThat(press("ArrowDown")).isTrue();
        assertThat(said()).isEqualTo("cancelled [1, Leaf]");
        assertThat(drag.isActive()).isFalse();
    }

    /// Its parent goes: the next place is counted from where the node is.
    @Test
    void aPlaceThatHasGoneIsLeft() {
        operation.select(List.of("b"));
        press(" ");
        press("ArrowUp");
        operation.act(new Action.Remove(List.of("a")));
        press(" ");
        assertThat(said()).isEqualTo("cancelled [1, Leaf]");
        assertThat(tree()).isEqualTo("root[b c[p] f]");
    }

    @Test
    void otherKeysAreKeptFromTheShortcuts() {
        operation.select(List.of("b"));
        press(" ");
        assertThat(press("Delete")).isTrue();
        assertThat(press("Shift")).isFalse();
        assertThat(operation.tree().contains("b")).isTrue();
    }

    /// What the mouse would drag and drop: a pair's children, a wrapper in its box.
    @Test
    void componentsSayWhatIsDraggedAndWhatIsLeft() {
        operation.act(
                new Action.Load(
                        node(
                                "root",
                                "Root",
                                node("b", "Leaf"),
                                node("r", "Pair", node("r1", "Leaf"), node("r2", "Leaf")),
                                node("w", "Wrapper"),
                                node("z", "Leaf"))));
        operation.select(List.of("r"));
        press(" ");
        assertThat(drag.dragged()).containsExactly("r1", "r2");
        press("Home");
        press(" ");
        assertThat(tree()).isEqualTo("root[r1 r2 b r w z]");
        operation.select(List.of("w"));
        press(" ");
        press("ArrowDown");
        assertThat(drag.slot()).isEqualTo(new KeyboardDrag.Slot("root", 5, 5));
        press(" ");
        assertThat(tree()).isEqualTo("root[r1 r2 b r z w-box[w]]");
    }

    @Test
    void aResourceComesWhereItIsDropped() {
        Resource leaf =
                new Resource("leaf", "", "Leaf", "", 1, List.of(TreeNode.of("made", "Leaf")));
        operation.select(List.of("a1"));
        assertThat(drag.pickUp(operation, leaf)).isTrue();
        assertThat(said()).isEqualTo("picked_up [1, Leaf]");
        assertThat(drag.slot()).isEqualTo(new KeyboardDrag.Slot("a", 1, 1));
        press("ArrowDown");
        press("Enter");
        assertThat(said()).isEqualTo("dropped [1, Leaf, Root, 2]");
        assertThat(tree()).isEqualTo("root[a[a1] $g0 b c[p] f]");
        assertThat(operation.selection().ids()).containsExactly("$g0");
        drag.pickUp(operation, leaf);
        press("Escape");
        assertThat(operation.history().entries()).hasSize(2);
        operation.select(List.of("f"));
        Resource panel =
                new Resource("panel", "", "Panel", "", 1, List.of(TreeNode.of("made", "Panel")));
        assertThat(drag.pickUp(operation, panel)).isTrue();
        assertThat(drag.slot()).as("the last before").isEqualTo(new KeyboardDrag.Slot("c", 1, 1));
        press("Escape");
        operation.act(new Action.Remove(List.of("c")));
        assertThat(drag.pickUp(operation, panel)).isFalse();
        assertThat(said()).isEqualTo("no_further []");
    }
}
