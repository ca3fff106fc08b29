package dev.tenon.designer.keyboard;

import dev.tenon.designer.action.Action;
import dev.tenon.designer.action.Outcome.Done;
import dev.tenon.designer.action.Outcome.Refused;
import dev.tenon.designer.behavior.Refusal;
import dev.tenon.designer.behavior.Resource;
import dev.tenon.designer.behavior.Rules;
import dev.tenon.designer.drag.Unpacking;
import dev.tenon.designer.engine.Operation;
import dev.tenon.designer.event.Modifiers;
import dev.tenon.designer.keyboard.Announcement.Because;
import dev.tenon.designer.keyboard.Announcement.Called;
import dev.tenon.designer.keyboard.Announcement.Count;
import dev.tenon.designer.tree.Ids;
import dev.tenon.designer.tree.Tree;
import dev.tenon.designer.tree.TreeNode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A drag by keys, which the reference lacks. Space or Enter picks the selected nodes up; the
/// arrows lead through all places that take them, in the order of the document; Home and End to the
/// first and the last; Space or Enter drops them, Escape leaves all as it was. Each step is
/// announced. A resource of the palette is picked up as well, and comes where it is dropped.
///
/// The tree does not change before the drop, which is one step of the history. What is announced:
///
/// | token | arguments |
/// |---|---|
/// | `announcements.picked_up` | how many nodes, the first one |
/// | `announcements.moved` | the parent, the place in it from 1, how many places |
/// | `announcements.no_further` | |
/// | `announcements.dropped` | how many nodes, the first one, the parent, the place |
/// | `announcements.cancelled` | how many nodes, the first one |
/// | `announcements.refused` | why |
///
/// `announcements.instructions` says beforehand how to do it.
public final class KeyboardDrag {
    /// A place for nodes.
    ///
    /// @param parent the node that they would go into
    /// @param index before which child, counted without the nodes that are dragged
    /// @param count how many children there are without them
    public record Slot(String parent, int index, int count) {}

    /// What is picked up.
    ///
    /// @param nodes what a drag of the selected nodes takes, or new ones
    /// @param ids of the nodes, those that are in the tree
    /// @param slots all places
    /// @param origin which place they are at; -1 where they are new
    private record Held(
            Operation operation,
            Tree tree,
            List<TreeNode> nodes,
            Set<String> ids,
            List<Slot> slots,
            int origin) {}

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
        return held == null ? List.of() : held.nodes.stream().map(TreeNode::id).toList();
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
    /// nodes are picked up, all keys are but modifiers. Where someone else has changed the tree
    /// meanwhile, the drag goes on from the same place in the same parent, or from the nearest;
    /// where a node has gone, or another document comes to the front, it is cancelled.
    @SuppressWarnings("ReferenceEquality") // a tree is a value: the same one has not changed
    public boolean down(String key, Modifiers modifiers, Operation operation) {
        Held now = held;
        if (now == null) {
            return isGrip(key) && modifiers.equals(Modifiers.NONE) && pickUp(operation);
        }
        if (now.operation == operation && now.tree != operation.tree()) {
            now = onChanged(now, operation.tree());
            held = now;
        }
        if (now == null || now.operation != operation) {
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

    /// The drag in a tree that others have changed; null, and cancelled, where nodes have gone from
    /// it or into each other.
    private @Nullable Held onChanged(Held now, Tree tree) {
        List<String> ids = List.copyOf(now.ids);
        if (!ids.stream().allMatch(tree::contains) || tree.outermost(ids).size() < ids.size()) {
            cancel();
            return null;
        }
        Slot before = now.slots.get(at);
        Held then =
                hold(now.operation, now.nodes.stream().map(node -> current(tree, node)).toList());
        at = Math.max(0, then.origin);
        for (int i = 0; i < then.slots.size(); i++) {
            Slot slot = then.slots.get(i);
            if (slot.parent.equals(before.parent) && slot.index <= before.index) {
                at = i;
            }
        }
        return then;
    }

    private static TreeNode current(Tree tree, TreeNode node) {
        return tree.contains(node.id()) ? tree.node(node.id()) : node;
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
                say("refused", new Because(refusal));
                return true;
            }
        }
        List<TreeNode> nodes =
                operation.rules().draggable(tree, ids.stream().map(tree::node).toList());
        if (nodes.isEmpty()) {
            return false;
        }
        Held now = hold(operation, nodes);
        begin(now, now.origin < 0 ? next(now, 1, 0) : now.origin);
        return true;
    }

    private boolean begin(Held now, int place) {
        if (place < 0) {
            say("no_further");
            return false;
        }
        held = now;
        at = place;
        say("picked_up", new Count(now.nodes.size()), new Called(now.nodes.getFirst()));
        return true;
    }

    /// Picks up new nodes of `resource`, to come into `operation` at the first place that takes
    /// them after what is selected, else the last before it; returns whether there is such a place.
    public boolean pickUp(Operation operation, Resource resource) {
        List<TreeNode> nodes = resource.make(operation.ids());
        if (nodes.isEmpty()) {
            return false;
        }
        Tree tree = operation.tree();
        Held now = hold(operation, nodes);
        String last = operation.selection().last();
        int start = now.slots.size() - 1;
        if (last != null && !tree.isRoot(last)) {
            TreeNode parent = tree.node(Objects.requireNonNull(tree.parentId(last)));
            int after = parent.children().indexOf(last) + 1;
            start = now.slots.indexOf(new Slot(parent.id(), after, parent.children().size()));
        }
        int first = next(now, 1, start);
        return begin(now, first < 0 ? next(now, -1, start) : first);
    }

    private static Held hold(Operation operation, List<TreeNode> nodes) {
        Tree tree = operation.tree();
        Set<String> ids = new LinkedHashSet<>();
        nodes.stream().map(TreeNode::id).filter(tree::contains).forEach(ids::add);
        String first = ids.isEmpty() ? "" : ids.iterator().next();
        List<Slot> slots = new ArrayList<>();
        int origin = gather(tree.root(), ids, first, slots);
        return new Held(operation, tree, nodes, ids, slots, origin);
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
        int next = next(now, step, from);
        if (next < 0) {
            say("no_further");
            return;
        }
        at = next;
        Slot slot = now.slots.get(next);
        say(
                "moved",
                new Called(now.tree.node(slot.parent)),
                new Count(slot.index + 1),
                new Count(slot.count + 1));
    }

    private static int next(Held now, int step, int from) {
        for (int i = from; i >= 0 && i < now.slots.size(); i += step) {
            if (i == now.origin || isAllowed(now, now.slots.get(i))) {
                return i;
            }
        }
        return -1;
    }

    /// The nodes of a multiple selection that lie apart are not in one place: their first place
    /// gathers them there.
    private static boolean isAllowed(Held now, Slot slot) {
        int[] next = {0};
        Ids scratch = () -> "slot:" + next[0]++; // what is only tried takes no names
        return action(now, slot).on(now.tree, now.operation.rules(), scratch) instanceof Done;
    }

    /// What a drop does: nodes of the tree move unless a component puts others in their place.
    private static Action action(Held now, Slot slot) {
        TreeNode parent = now.tree.node(slot.parent);
        List<TreeNode> left =
                now.nodes.stream().flatMap(node -> dropped(now, node, parent).stream()).toList();
        List<String> ids = List.copyOf(now.ids);
        return left.stream().map(TreeNode::id).toList().equals(ids)
                ? new Action.Move(ids, slot.parent, slot.index)
                : Unpacking.of(
                        now.tree,
                        left,
                        nodes ->
                                new Action.InsertAt(
                                        slot.parent, index(now, parent, slot, left), nodes));
    }

    /// A node that does not go there stays in, so that the action is refused.
    private static List<TreeNode> dropped(Held now, TreeNode node, TreeNode parent) {
        Rules rules = now.operation.rules();
        return rules.drop(now.tree, node, parent) == null
                ? rules.droppable(now.tree, List.of(node), parent)
                : List.of(node);
    }

    /// The place as the action counts it: without the children that it moves, but with a dragged
    /// one that goes into another node.
    private static int index(Held now, TreeNode parent, Slot slot, List<TreeNode> left) {
        int others = 0;
        int index = 0;
        for (TreeNode child : parent.children()) {
            others += now.ids.contains(child.id()) ? 0 : 1;
            if (others > slot.index) {
                break;
            }
            index += left.stream().anyMatch(node -> node.id().equals(child.id())) ? 0 : 1;
        }
        return index;
    }

    private void drop(Held now) {
        Slot slot = now.slots.get(at);
        held = null;
        if (at == now.origin) {
            cancelled(now);
            return;
        }
        switch (now.operation.act(action(now, slot))) {
            case Done done -> {
                now.operation.select(done.tree().outermost(done.focus()));
                say(
                        "dropped",
                        new Count(now.nodes.size()),
                        new Called(now.nodes.getFirst()),
                        new Called(now.tree.node(slot.parent)),
                        new Count(slot.index + 1));
            }
            case Refused refused -> say("refused", new Because(refused.reason()));
        }
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
        say("cancelled", new Count(now.nodes.size()), new Called(now.nodes.getFirst()));
    }

    private void say(String what, Announcement.Argument... arguments) {
        announcement = new Announcement("announcements." + what, List.of(arguments));
    }
}
