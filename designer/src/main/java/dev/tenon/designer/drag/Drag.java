package dev.tenon.designer.drag;

import dev.tenon.designer.action.Action;
import dev.tenon.designer.behavior.Resource;
import dev.tenon.designer.behavior.Rules;
import dev.tenon.designer.geometry.Point;
import dev.tenon.designer.tree.Ids;
import dev.tenon.designer.tree.Tree;
import dev.tenon.designer.tree.TreeNode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One drag of nodes, from its start to its drop (the reference's MoveHelper). It changes nothing:
/// a drop is an action, to be done as any other.
public final class Drag {
    private final List<TreeNode> nodes;
    private final boolean isNew;
    private @Nullable String touched;
    private Closest closest = Closest.NOTHING;

    private Drag(List<TreeNode> nodes, boolean isNew) {
        this.nodes = List.copyOf(nodes);
        this.isNew = isNew;
    }

    /// Begins to drag `id`: with all selected nodes that may move, in the order of the document, if
    /// it is one of them; else alone. Null where the node may not move, or a component replaces it
    /// by nothing.
    ///
    /// The reference also takes the selected nodes of other workspaces along; here a drag stays in
    /// its tree.
    ///
    /// @throws dev.tenon.designer.DesignException if the tree lacks a node
    public static @Nullable Drag of(Tree tree, Rules rules, List<String> selected, String id) {
        if (rules.drag(tree, tree.node(id)) != null) {
            return null;
        }
        List<String> along = selected.contains(id) ? tree.outermost(selected) : List.of(id);
        List<TreeNode> nodes =
                rules.draggable(tree, tree.sorted(along).stream().map(tree::node).toList());
        return nodes.isEmpty() ? null : new Drag(nodes, false);
    }

    /// Begins to drag new nodes of `resource` from the palette, named from `ids`; null where it
    /// offers none.
    public static @Nullable Drag of(Resource resource, Ids ids) {
        List<TreeNode> nodes = resource.make(ids);
        return nodes.isEmpty() ? null : new Drag(nodes, true);
    }

    /// Returns what is dragged.
    public List<TreeNode> nodes() {
        return nodes;
    }

    /// Returns whether the nodes come from a palette.
    public boolean isNew() {
        return isNew;
    }

    /// Returns the node under the pointer at the last move, or null.
    public @Nullable String touched() {
        return touched;
    }

    /// Returns what the drag was closest to at the last move.
    public Closest closest() {
        return closest;
    }

    /// Takes note of a move over `viewport` and decides anew, as [Closest#at].
    ///
    /// @throws dev.tenon.designer.DesignException if the tree lacks the touched node
    public Closest move(
            Tree tree, Rules rules, Viewport viewport, @Nullable String touch, Point point) {
        touched = touch;
        closest = Closest.at(tree, rules, viewport, nodes, touch, point);
        return closest;
    }

    /// Takes note that the pointer is over no viewport.
    public void leave() {
        touched = null;
        closest = Closest.NOTHING;
    }

    /// Returns what a drop does now; null where it is forbidden or a component replaces the nodes
    /// by none.
    public @Nullable Action drop(Tree tree, Rules rules) {
        return drop(tree, rules, closest.node(), closest.position(), nodes);
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
        TreeNode target = position.isInner() ? tree.node(closest) : tree.parent(closest);
        List<TreeNode> left = target == null ? List.of() : rules.droppable(tree, nodes, target);
        if (left.isEmpty()) {
            return null;
        }
        return switch (position) {
            case AFTER, UNDER -> new Action.InsertAfter(closest, left);
            case BEFORE, UPPER -> new Action.InsertBefore(closest, left);
            case INNER_BEFORE -> new Action.Prepend(closest, left);
            default -> new Action.Append(closest, left);
        };
    }
}
