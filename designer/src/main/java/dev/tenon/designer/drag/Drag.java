package dev.tenon.designer.drag;

import dev.tenon.designer.action.Action;
import dev.tenon.designer.behavior.Resource;
import dev.tenon.designer.behavior.Rules;
import dev.tenon.designer.geometry.Point;
import dev.tenon.designer.tree.Ids;
import dev.tenon.designer.tree.Tree;
import dev.tenon.designer.tree.TreeNode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One drag of nodes, from its start to its drop (the reference's MoveHelper). It changes nothing:
/// a drop is an action, to be done as any other.
public final class Drag {
    private final List<TreeNode> nodes;
    private final @Nullable Tree start; // null for new nodes
    private @Nullable String touched;
    private Closest closest = Closest.NOTHING;

    private Drag(List<TreeNode> nodes, @Nullable Tree start) {
        this.nodes = List.copyOf(nodes);
        this.start = start;
    }

    /// What a drop into another document does.
    ///
    /// @param coming what it does there
    /// @param leaving the nodes that leave the document that they are from
    public record Crossing(Action coming, List<String> leaving) {
        /// Copies the list.
        public Crossing {
            leaving = List.copyOf(leaving);
        }
    }

    /// Begins to drag `id`: with all selected nodes that may move, in the order of the document, if
    /// it is one of them; else alone. Null where the node may not move, or a component replaces it
    /// by nothing.
    ///
    /// The reference also takes the selected nodes of other workspaces along; here the nodes of a
    /// drag are from one tree.
    ///
    /// @throws dev.tenon.designer.DesignException if the tree lacks a node
    public static @Nullable Drag of(Tree tree, Rules rules, List<String> selected, String id) {
        if (rules.drag(tree, tree.node(id)) != null) {
            return null;
        }
        List<String> along = selected.contains(id) ? tree.outermost(selected) : List.of(id);
        List<TreeNode> nodes =
                rules.draggable(tree, tree.sorted(along).stream().map(tree::node).toList());
        return nodes.isEmpty() ? null : new Drag(nodes, tree);
    }

    /// Begins to drag new nodes of `resource` from the palette, named from `ids`; null where it
    /// offers none.
    public static @Nullable Drag of(Resource resource, Ids ids) {
        List<TreeNode> nodes = resource.make(ids);
        return nodes.isEmpty() ? null : new Drag(nodes, null);
    }

    /// Returns what is dragged.
    public List<TreeNode> nodes() {
        return nodes;
    }

    /// Returns whether the nodes come from a palette.
    public boolean isNew() {
        return start == null;
    }

    /// Returns the node under the pointer at the last move, or null.
    public @Nullable String touched() {
        return touched;
    }

    /// Returns what the drag was closest to at the last move.
    public Closest closest() {
        return closest;
    }

    /// The nodes as they are in `tree`, that they were taken from: someone else may have changed
    /// them or taken them away meanwhile.
    @SuppressWarnings("ReferenceEquality") // a tree is a value: the same one has not changed
    private List<TreeNode> now(Tree tree) {
        if (start == null || start == tree) {
            return nodes;
        }
        List<TreeNode> now = new ArrayList<>();
        for (TreeNode node : nodes) {
            TreeNode found = start.contains(node.id()) ? tree.find(node.id()) : node;
            if (found != null) {
                now.add(found);
            }
        }
        return now;
    }

    /// Takes note of a move over `viewport` and decides anew, as [Closest#at]; near nothing where
    /// all nodes are gone from the tree.
    ///
    /// @throws dev.tenon.designer.DesignException if the tree lacks the touched node
    public Closest move(
            Tree tree, Rules rules, Viewport viewport, @Nullable String touch, Point point) {
        return decide(tree, rules, viewport, now(tree), touch, point);
    }

    /// Takes note of a move over `viewport`, which shows another document's `tree`, and decides
    /// anew, as [Closest#at].
    ///
    /// @param home the tree that the nodes are from
    /// @throws dev.tenon.designer.DesignException if the tree lacks the touched node
    public Closest visit(
            Tree home,
            Tree tree,
            Rules rules,
            Viewport viewport,
            @Nullable String touch,
            Point point) {
        int[] next = {0};
        Ids scratch = () -> "drag:" + next[0]++; // what is only tried takes no names
        List<TreeNode> guests = now(home).stream().map(node -> free(node, tree, scratch)).toList();
        return decide(tree, rules, viewport, guests, touch, point);
    }

    private Closest decide(
            Tree tree,
            Rules rules,
            Viewport viewport,
            List<TreeNode> dragged,
            @Nullable String touch,
            Point point) {
        touched = touch;
        closest =
                dragged.isEmpty()
                        ? Closest.NOTHING
                        : Closest.at(tree, rules, viewport, dragged, touch, point);
        return closest;
    }

    /// Ids are the tree's own: where `tree` has one of those in `node`, all are made anew.
    private static TreeNode free(TreeNode node, Tree tree, Ids ids) {
        boolean[] isTaken = {false};
        node.forEach(inner -> isTaken[0] |= tree.contains(inner.id()));
        return isTaken[0] ? node.copy(ids) : node;
    }

    /// Takes note that the pointer is over no viewport.
    public void leave() {
        touched = null;
        closest = Closest.NOTHING;
    }

    /// Returns what a drop does now; null where it is forbidden or a component replaces the nodes
    /// by none.
    public @Nullable Action drop(Tree tree, Rules rules) {
        return drop(tree, rules, closest.node(), closest.position(), now(tree));
    }

    /// Returns what a drop into another document's `tree` does now; null where it is forbidden or
    /// leaves nothing there. Nodes keep their names unless the tree has one of them; then they and
    /// those inside them take new ones from `ids`.
    ///
    /// @param home the tree that the nodes are from
    public @Nullable Crossing cross(Tree home, Tree tree, Rules rules, Ids ids) {
        String node = closest.node();
        TreeNode target = node == null ? null : target(tree, node, closest.position());
        if (node == null || target == null || closest.position().isForbidden()) {
            return null;
        }
        List<TreeNode> coming = new ArrayList<>();
        List<String> leaving = new ArrayList<>();
        for (TreeNode guest : now(home)) {
            List<TreeNode> left = rules.droppable(tree, List.of(free(guest, tree, ids)), target);
            coming.addAll(left);
            if (!left.isEmpty() && home.contains(guest.id())) {
                leaving.add(guest.id());
            }
        }
        return coming.isEmpty()
                ? null
                : new Crossing(put(tree, node, closest.position(), coming), leaving);
    }

    private static @Nullable TreeNode target(Tree tree, String closest, ClosestPosition position) {
        return position.isInner() ? tree.node(closest) : tree.parent(closest);
    }

    /// Returns what a drop of `nodes` at `position` of `closest` does; null where it is forbidden.
    static @Nullable Action drop(
            Tree tree,
            Rules rules,
            @Nullable String closest,
            ClosestPosition position,
            List<TreeNode> nodes) {
        if (closest == null || position.isForbidden()) {
            return null;
        }
        TreeNode target = target(tree, closest, position);
        List<TreeNode> left = target == null ? List.of() : rules.droppable(tree, nodes, target);
        return left.isEmpty() ? null : put(tree, closest, position, left);
    }

    private static Action put(
            Tree tree, String closest, ClosestPosition position, List<TreeNode> left) {
        return Unpacking.of(
                tree,
                left,
                nodes ->
                        switch (position) {
                            case AFTER, UNDER -> new Action.InsertAfter(closest, nodes);
                            case BEFORE, UPPER -> new Action.InsertBefore(closest, nodes);
                            case INNER_BEFORE -> new Action.Prepend(closest, nodes);
                            default -> new Action.Append(closest, nodes);
                        });
    }
}
