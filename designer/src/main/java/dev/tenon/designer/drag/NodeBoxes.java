package dev.tenon.designer.drag;

import dev.tenon.designer.DesignException;
import dev.tenon.designer.geometry.Geometry;
import dev.tenon.designer.geometry.Point;
import dev.tenon.designer.geometry.Rect;
import dev.tenon.designer.tree.Tree;
import dev.tenon.designer.tree.TreeNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The boxes of the nodes of one tree, flat and in pre-order: a node's descendants are the stretch
/// after it, so that to find the closest one is one pass over arrays that makes no garbage.
public final class NodeBoxes {
    /// Infinitely far from every point: a node that is not drawn.
    private static final Rect NOWHERE = new Rect(Double.POSITIVE_INFINITY, 0, 0, 0);

    private final Tree tree;
    private final long version;
    private final String[] ids;
    private final Map<String, Integer> indexes;
    private final int[] ends; // of the stretch of a node and all below it
    private final double[] edges; // left, top, right, bottom of each node

    NodeBoxes(Tree tree, Map<String, Viewport.Drawn> drawn, long version) {
        this.tree = tree;
        this.version = version;
        int size = tree.size();
        ids = new String[size];
        ends = new int[size];
        edges = new double[4 * size];
        indexes = HashMap.newHashMap(size);
        gather(tree.root(), 0, drawn);
    }

    /// Fills in `node` at `index` and all below it; returns the index after them.
    private int gather(TreeNode node, int index, Map<String, Viewport.Drawn> drawn) {
        ids[index] = node.id();
        indexes.put(node.id(), index);
        Viewport.Drawn own = drawn.get(node.id());
        Rect box = own == null ? NOWHERE : own.box();
        edges[4 * index] = box.left();
        edges[4 * index + 1] = box.top();
        edges[4 * index + 2] = box.right();
        edges[4 * index + 3] = box.bottom();
        int next = index + 1;
        for (TreeNode child : node.children()) {
            next = gather(child, next, drawn);
        }
        ends[index] = next;
        return next;
    }

    @SuppressWarnings("ReferenceEquality") // a tree is a value: the same one has not changed
    boolean isOf(Tree tree, long version) {
        return this.tree == tree && this.version == version;
    }

    /// Returns how many nodes there are.
    public int size() {
        return ids.length;
    }

    /// Returns the place of `id` in pre-order.
    ///
    /// @throws dev.tenon.designer.DesignException if the tree has no such node
    int index(String id) {
        Integer index = indexes.get(id);
        if (index == null) {
            throw new DesignException("tree: no node is named \"" + id + "\"");
        }
        return index;
    }

    /// Returns the node closest to `point` among `touch` and all below it; null where `touch` is
    /// nowhere.
    ///
    /// A node is as close as its rectangle; where several are equally close, the last in pre-order
    /// wins, so the deepest. The touched node itself is only as close as the nearest of the endless
    /// lines along its edges.
    @Nullable String closest(String touch, Point point, Viewport viewport) {
        int index = index(touch);
        Rect around = validRect(index, viewport);
        if (around == null || ends[index] == index + 1) {
            return around == null ? null : touch;
        }
        double min = Geometry.distanceOfPointToEdge(point, around);
        double x = point.x() + viewport.scrollX();
        double y = point.y() + viewport.scrollY();
        int best = index;
        for (int i = index + 1; i < ends[index]; i++) {
            double dx = outside(x, edges[4 * i], edges[4 * i + 2]);
            double dy = outside(y, edges[4 * i + 1], edges[4 * i + 3]);
            if (dx <= min && dy <= min) {
                double distance = Math.sqrt(dx * dx + dy * dy);
                if (distance <= min) {
                    min = distance;
                    best = i;
                }
            }
        }
        return ids[best];
    }

    /// Returns the node drawn at `point`: of all whose rectangle it is in the last in pre-order, so
    /// the deepest; null where none is.
    public @Nullable String at(Point point, Viewport viewport) {
        double x = point.x() + viewport.scrollX();
        double y = point.y() + viewport.scrollY();
        for (int i = ids.length - 1; i >= 0; i--) {
            if (edges[4 * i] <= x
                    && x <= edges[4 * i + 2]
                    && edges[4 * i + 1] <= y
                    && y <= edges[4 * i + 3]) {
                return ids[i];
            }
        }
        return null;
    }

    private static double outside(double at, double begin, double end) {
        return at < begin ? begin - at : Math.max(0, at - end);
    }

    private @Nullable Rect box(int index) {
        return edges[4 * index] == NOWHERE.left()
                ? null
                : Rect.between(
                        edges[4 * index],
                        edges[4 * index + 1],
                        edges[4 * index + 2],
                        edges[4 * index + 3]);
    }

    @Nullable Rect validRect(int index, Viewport viewport) {
        Rect content = valid(index);
        Rect rect = content == null ? null : content.plus(-viewport.scrollX(), -viewport.scrollY());
        if (index > 0) {
            return rect;
        }
        return rect == null ? viewport.bounds() : rect.union(viewport.bounds());
    }

    /// Where a node is, in the coordinates of the content.
    private @Nullable Rect valid(int index) {
        Rect own = box(index);
        return own == null ? around(index) : own;
    }

    private @Nullable Rect around(int index) {
        List<Rect> rects = new ArrayList<>();
        for (int child = index + 1; child < ends[index]; child = ends[child]) {
            Rect rect = valid(child);
            if (rect != null) {
                rects.add(rect);
            }
        }
        return Geometry.boundingRect(rects);
    }

    @Nullable Rect childrenRect(int index, Viewport viewport) {
        Rect all = around(index);
        return all == null ? null : all.plus(-viewport.scrollX(), -viewport.scrollY());
    }

    /// Returns the nodes that a user who draws `area` on the screen selects, in pre-order: those
    /// that cross it, but for the root and for a node wholly in it of which something inside
    /// crosses it too: its parts are selected in its place.
    ///
    /// The reference's source reads as if the parts were left out; run, it leaves out the whole.
    public List<String> crossedBy(Rect area, Viewport viewport) {
        Rect content = area.plus(viewport.scrollX(), viewport.scrollY());
        List<String> crossed = new ArrayList<>();
        int next = ids.length; // the first node after this one that crosses
        for (int i = ids.length - 1; i > 0; i--) {
            Rect rect = valid(i);
            if (rect != null && Geometry.isCrossRectInRect(rect, content)) {
                if (next >= ends[i] || !Geometry.isRectInRect(rect, content)) {
                    crossed.add(ids[i]);
                }
                next = i;
            }
        }
        return crossed.reversed();
    }
}
