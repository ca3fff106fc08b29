package dev.tenon.designer.drag;

import dev.tenon.designer.behavior.Rules;
import dev.tenon.designer.geometry.Geometry;
import dev.tenon.designer.geometry.Layout;
import dev.tenon.designer.geometry.Point;
import dev.tenon.designer.geometry.Rect;
import dev.tenon.designer.tree.Ids;
import dev.tenon.designer.tree.Tree;
import dev.tenon.designer.tree.TreeNode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a drag is closest to: the node beside or in which a drop would put the dragged ones.
///
/// @param node the closest node; null where the pointer is near nothing
/// @param position where seen from it
/// @param rect what to mark in the view that the pointer is in: the children for a place before or
///   after all of them, else the node; null where it is not drawn
public record Closest(@Nullable String node, ClosestPosition position, @Nullable Rect rect) {
    /// Near nothing.
    public static final Closest NOTHING = new Closest(null, ClosestPosition.FORBID, null);

    /// Decides where a drop at `point` would put `dragged`.
    ///
    /// The closest node is the nearest one within the touched node; without a touched node it is
    /// the root. In the core of a node that takes the dragged ones they go into it; on its edges
    /// ([Geometry#sensor], only on a canvas), and everywhere on one that takes none, they go beside
    /// it; where they may not, beside its nearest ancestor that allows it.
    ///
    /// @param tree the tree as it stands
    /// @param rules what goes where
    /// @param viewport what the point is in
    /// @param dragged the nodes, of the tree or new
    /// @param touch the node whose element is under the pointer, or null
    /// @param point the pointer on the screen
    /// @throws dev.tenon.designer.DesignException if the tree lacks the touched node
    public static Closest at(
            Tree tree,
            Rules rules,
            Viewport viewport,
            List<TreeNode> dragged,
            @Nullable String touch,
            Point point) {
        NodeBoxes boxes = viewport.boxes(tree);
        String id = touch == null ? tree.root().id() : boxes.closest(touch, point, viewport);
        if (id == null) {
            return NOTHING;
        }
        Rect rect = boxes.validRect(boxes.index(id), viewport);
        if (rect == null || !viewport.contains(point, true)) {
            return new Closest(id, ClosestPosition.FORBID, rect);
        }
        TreeNode closest = tree.node(id);
        boolean inline = isInline(tree, rules, viewport, id);
        boolean after = Geometry.isNearAfter(point, rect, inline);
        ClosestPosition within = after ? ClosestPosition.INNER_AFTER : ClosestPosition.INNER_BEFORE;
        boolean isCanvas = viewport.kind() == Viewport.Kind.CANVAS;
        if (Geometry.isPointInRect(point, rect, isCanvas)) {
            if (takes(tree, rules, closest, dragged)) {
                return holds(tree, id, dragged)
                        ? new Closest(id, within, mark(tree, viewport, id, within))
                        : new Closest(id, ClosestPosition.INNER, rect);
            }
        } else if (tree.isRoot(id)) {
            return new Closest(id, within, mark(tree, viewport, id, within));
        }
        return beside(tree, rules, viewport, dragged, closest, inline, after);
    }

    /// Returns what to mark in `viewport`, which may be another view of the tree than the one that
    /// this was decided in: a drag over the canvas shows in the outline too. The children for a
    /// place before or after all of them, else the node, as where they are not drawn, in an outline
    /// that is folded up; null where it is not drawn either.
    public @Nullable Rect mark(Tree tree, Viewport viewport) {
        return node == null || !tree.contains(node) ? null : mark(tree, viewport, node, position);
    }

    private static @Nullable Rect mark(
            Tree tree, Viewport viewport, String node, ClosestPosition position) {
        boolean isAround =
                position == ClosestPosition.INNER_BEFORE || position == ClosestPosition.INNER_AFTER;
        Rect children = isAround ? viewport.childrenRect(tree, node) : null;
        return children == null ? viewport.validRect(tree, node) : children;
    }

    private static Closest beside(
            Tree tree,
            Rules rules,
            Viewport viewport,
            List<TreeNode> dragged,
            TreeNode closest,
            boolean inline,
            boolean after) {
        TreeNode node = closest;
        boolean allowed = rules.siblings(tree, node, dragged) == null;
        if (!allowed) {
            for (TreeNode ancestor : tree.ancestors(closest.id())) {
                if (rules.siblings(tree, ancestor, dragged) == null) {
                    node = ancestor;
                    allowed = true;
                    break;
                }
            }
        }
        return new Closest(
                node.id(),
                ClosestPosition.side(inline, after, allowed),
                viewport.validRect(tree, node.id()));
    }

    private static boolean isInline(Tree tree, Rules rules, Viewport viewport, String id) {
        if (viewport.kind() == Viewport.Kind.OUTLINE) {
            return false;
        }
        TreeNode parent = tree.parent(id);
        return (parent != null && rules.isInline(parent))
                || viewport.layout(id) == Layout.HORIZONTAL;
    }

    /// Whether `dragged` may go into `target`: asked as [dev.tenon.designer.action.Action.Append]
    /// will, of what a component puts in their place.
    static boolean takes(Tree tree, Rules rules, TreeNode target, List<TreeNode> dragged) {
        var adoption = rules.registry().designerProps(target).adopt();
        Ids scratch =
                new Ids() {
                    private int last;

                    @Override
                    public String next() {
                        return "closest:" + last++;
                    }
                };
        List<TreeNode> coming =
                adoption == null ? dragged : adoption.adopt(tree, target, dragged, scratch);
        return rules.append(tree, target, coming) == null;
    }

    private static boolean holds(Tree tree, String id, List<TreeNode> dragged) {
        return dragged.stream()
                .allMatch(node ->
                        node.id().equals(id)
                                || (tree.contains(node.id()) && tree.isAncestor(id, node.id())));
    }
}
