package dev.tenon.designer.keyboard;

import dev.tenon.designer.action.Action;
import dev.tenon.designer.action.Outcome.Done;
import dev.tenon.designer.action.Outcome.Refused;
import dev.tenon.designer.behavior.Refusal;
import dev.tenon.designer.engine.Operation;
import dev.tenon.designer.event.Modifiers;
import dev.tenon.designer.tree.Ids;
import dev.tenon.designer.tree.Tree;
import dev.tenon.designer.tree.TreeNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A drag by keys, which the reference lacks. Space or Enter picks the selected nodes up; the
/// arrows lead through all places that take them, in the order of the document; Home and End to the
/// first and the last; Space or Enter drops them, Escape leaves all as it was. Each step is
/// announced.
///
/// The tree does not change before the drop, which is one step of the history. What is announced:
///
/// | token | arguments |
/// |---|---|
/// | `announcements.picked_up` | how many nodes, the first one's title |
/// | `announcements.moved` | the parent's title, the place in it from 1, how many places |
/// | `announcements.no_further` | |
/// | `announcements.dropped` | how many nodes, the first one's title, the parent's title, the place |
/// | `announcements.cancelled` | how many nodes, the first one's title |
/// | `announcements.refused` | why |
public final class KeyboardDrag {
    /// A place for nodes.
    ///
    /// @param parent the node that they would go into
    /// @param index before which child, counted without the nodes that are dragged
    /// @param count how many children there are without them
    public record Slot(String parent, int index, int count) {}

    private record Held(
            Operation operation, Tree tree, List<String> ids, List<Slot> slots, int origin) {}

    private @Nullable Held held;
    private int at;
    private @Nullable Announcement announcement;

    /// Begins with nothing picked up.
    public KeyboardDrag() {}

    /// Returns whether nodes are picked up.
    public boolean isActive() {
        return held != null;
    }

    /// Returns the nodes that are picked up, in the order of the document.
    public List<String> dragged() {
        return held == null ? List.of() : held.ids;
    }

    /// Returns where a drop would put them; null where nothing is picked up.
    public @Nullable Slot slot() {
        return held == null ? null : held.slots.get(at);
    }

    /// Returns what was said last; null before anything was.
    public @Nullable Announcement announcement() {
        return announcement;
    }

    /// Takes in a key that goes down in `operation`; returns whether it was meant for a drag. While
    /// nodes are picked up, all keys are but modifiers; where someone else changes the tree
    /// meanwhile, or another document comes to the front, the drag is cancelled.
    @SuppressWarnings("ReferenceEquality") // a tree is a value: the same one has not changed
    public boolean down(String key, Modifiers modifiers, Operation operation) {
        Held now = held;
        if (now == null) {
            return isGrip(key) && modifiers.equals(Modifiers.NONE) && pickUp(operation);
        }
        if (now.operation != operation || now.tree != operation.tree()) {
            cancel();
            return true;
        }
        switch (key) {
            case "ArrowUp", "ArrowLeft" -> step(now, -1, at - 1);
            case "ArrowDown", "ArrowRight" -> step(now, 1, at + 1);
            case "Home" -> step(now, 1, 0);
            case "End" -> step(now, -1, now.slots.size() - 1);
            case " ", "Enter" -> drop(now);
            case "Escape" -> cancel();
            case "Control", "Shift", "Meta", "Alt" -> {
                return false;
            }
            default -> {}
        }
        return true;
    }

    private static boolean isGrip(String key) {
        return key.equals(" ") || key.equals("Enter");
    }

    /// Picks up the selected nodes of `operation`; returns whether there is any but the root.
    public boolean pickUp(Operation operation) {
        Tree tree = operation.tree();
        List<String> ids =
                tree.sorted(tree.outermost(operation.selection().ids())).stream()
                        .filter(id -> !tree.isRoot(id))
                        .toList();
        if (ids.isEmpty()) {
            return false;
        }
        for (String id : ids) {
            Refusal refusal = operation.rules().drag(tree, tree.node(id));
            if (refusal != null) {
                announcement = Announcement.of("announcements.refused", refusal.message());
                return true;
            }
        }
        List<Slot> slots = new ArrayList<>();
        int origin = gather(tree.root(), new HashSet<>(ids), ids.getFirst(), slots);
        held = new Held(operation, tree, ids, slots, origin);
        at = origin;
        announcement = Announcement.of("announcements.picked_up", ids.size(), title(tree, ids));
        return true;
    }

    /// Gathers the places in `node` and below it, in the order of the document; returns the one
    /// that `first` is at, or -1.
    private static int gather(TreeNode node, Set<String> ids, String first, List<Slot> slots) {
        int count =
                (int) node.children().stream().filter(child -> !ids.contains(child.id())).count();
        int origin = -1;
        int index = 0;
        slots.add(new Slot(node.id(), 0, count));
        for (TreeNode child : node.children()) {
            if (ids.contains(child.id())) {
                origin = child.id().equals(first) ? slots.size() - 1 : origin;
                continue;
            }
            int below = gather(child, ids, first, slots);
            origin = Math.max(origin, below);
            slots.add(new Slot(node.id(), ++index, count));
        }
        return origin;
    }

    /// Goes to the next place that takes the nodes, from `from` on.
    private void step(Held now, int step, int from) {
        for (int i = from; i >= 0 && i < now.slots.size(); i += step) {
            if (i == now.origin || isAllowed(now, now.slots.get(i))) {
                at = i;
                Slot slot = now.slots.get(i);
                announcement =
                        Announcement.of(
                                "announcements.moved",
                                title(now.tree, List.of(slot.parent)),
                                slot.index + 1,
                                slot.count + 1);
                return;
            }
        }
        announcement = Announcement.of("announcements.no_further");
    }

    /// The nodes of a multiple selection that lie apart are not in one place: their first place
    /// gathers them there.
    private static boolean isAllowed(Held now, Slot slot) {
        int[] next = {0};
        Ids scratch = () -> "slot:" + next[0]++; // what is only tried takes no names
        return move(now, slot).on(now.tree, now.operation.rules(), scratch) instanceof Done;
    }

    private static Action.Move move(Held now, Slot slot) {
        return new Action.Move(now.ids, slot.parent, slot.index);
    }

    private void drop(Held now) {
        Slot slot = now.slots.get(at);
        held = null;
        if (at == now.origin) {
            cancelled(now);
            return;
        }
        announcement =
                switch (now.operation.act(move(now, slot))) {
                    case Done done -> {
                        now.operation.select(done.focus());
                        yield Announcement.of(
                                "announcements.dropped",
                                now.ids.size(),
                                title(now.tree, now.ids),
                                title(now.tree, List.of(slot.parent)),
                                slot.index + 1);
                    }
                    case Refused refused ->
                            Announcement.of("announcements.refused", refused.reason().message());
                };
    }

    /// Lets go of the nodes; all is as it was.
    public void cancel() {
        Held now = held;
        held = null;
        if (now != null) {
            cancelled(now);
        }
    }

    private void cancelled(Held now) {
        announcement =
                Announcement.of(
                        "announcements.cancelled", now.ids.size(), title(now.tree, now.ids));
    }

    /// What a person calls a node: its title, else its component.
    private static String title(Tree tree, List<String> ids) {
        TreeNode node = tree.node(ids.getFirst());
        String title = node.props().text("title");
        return title == null || title.isBlank() ? node.componentName() : title;
    }
}
