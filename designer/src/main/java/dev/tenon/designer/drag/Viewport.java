package dev.tenon.designer.drag;

import dev.tenon.designer.geometry.Geometry;
import dev.tenon.designer.geometry.Layout;
import dev.tenon.designer.geometry.Pixels;
import dev.tenon.designer.geometry.Point;
import dev.tenon.designer.geometry.Rect;
import dev.tenon.designer.tree.Tree;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A view of a tree as a front end draws it: where the view is, how far it is scrolled, and the
/// rectangles of the nodes. All coordinates that go in and out are of the screen; a scroll moves
/// what was reported before it.
public final class Viewport {
    /// What a viewport shows.
    public enum Kind {
        /// The components themselves. The edges of a droppable node mean beside it.
        CANVAS,
        /// The list of nodes. Nodes stand one below the other there, whatever the canvas does.
        OUTLINE
    }

    /// A node as it is drawn, in the coordinates of the content.
    ///
    /// @param box the smallest rectangle around all its elements
    /// @param layout how it stands among its siblings, or null for one below the other
    record Drawn(Rect box, @Nullable Layout layout) {}

    private final Kind kind;
    private final Map<String, Drawn> drawn = new HashMap<>();
    private Rect bounds = new Rect(0, 0, 0, 0);
    private double scrollX;
    private double scrollY;
    private long version;
    private @Nullable NodeBoxes boxes;

    /// Begins with nothing drawn.
    ///
    /// @param kind what it shows
    public Viewport(Kind kind) {
        this.kind = kind;
    }

    /// Returns what the viewport shows.
    public Kind kind() {
        return kind;
    }

    /// Returns where the viewport is on the screen.
    public Rect bounds() {
        return bounds;
    }

    /// Sets where the viewport is on the screen.
    ///
    /// @throws IllegalArgumentException if a number is beyond [Pixels#MOST] or none
    public void bounds(Rect bounds) {
        Pixels.check("viewport", bounds);
        this.bounds = bounds;
    }

    /// Returns how far the content is scrolled to the right.
    public double scrollX() {
        return scrollX;
    }

    /// Returns how far the content is scrolled down.
    public double scrollY() {
        return scrollY;
    }

    /// Sets how far the content is scrolled.
    ///
    /// @throws IllegalArgumentException if a number is beyond [Pixels#MOST] or none
    public void scroll(double x, double y) {
        Pixels.check("viewport", x, y);
        scrollX = x;
        scrollY = y;
    }

    /// Takes note that `id` is drawn as elements at `rects`.
    ///
    /// @param rects where its elements are; none takes the node away
    /// @param layout how it stands among its siblings ([Layout#of]), or null
    /// @throws IllegalArgumentException if a number is beyond [Pixels#MOST] or none
    public void place(String id, List<Rect> rects, @Nullable Layout layout) {
        rects.forEach(rect -> Pixels.check("viewport: \"" + id + "\"", rect));
        Rect box = Geometry.boundingRect(rects);
        if (box == null) {
            drawn.remove(id);
        } else {
            drawn.put(id, new Drawn(box.plus(scrollX, scrollY), layout));
        }
        version++;
    }

    /// Forgets all nodes.
    public void clear() {
        drawn.clear();
        version++;
    }

    /// Returns whether `point` is in the viewport; with `sensitive`, away from its edges.
    public boolean contains(Point point, boolean sensitive) {
        return Geometry.isPointInRect(point, bounds, sensitive);
    }

    /// Returns the smallest rectangle around the elements of `id`; null where it has none.
    public @Nullable Rect rect(String id) {
        Drawn node = drawn.get(id);
        return node == null ? null : node.box.plus(-scrollX, -scrollY);
    }

    /// Returns where `id` is: the rectangle of its elements, with the viewport's for the root; of
    /// its children where it has no element itself; null where nothing is drawn.
    ///
    /// @throws dev.tenon.designer.DesignException if the tree has no such node
    public @Nullable Rect validRect(Tree tree, String id) {
        NodeBoxes now = boxes(tree);
        return now.validRect(now.index(id), this);
    }

    /// Returns the smallest rectangle around the children of `id`; null where nothing is drawn.
    ///
    /// @throws dev.tenon.designer.DesignException if the tree has no such node
    public @Nullable Rect childrenRect(Tree tree, String id) {
        NodeBoxes now = boxes(tree);
        return now.childrenRect(now.index(id), this);
    }

    /// Returns how `id` stands among its siblings, as the front end reported.
    public @Nullable Layout layout(String id) {
        Drawn node = drawn.get(id);
        return node == null ? null : node.layout;
    }

    /// Returns the boxes of the nodes of `tree`; gathered anew only where the tree is another or
    /// the front end has reported since.
    public NodeBoxes boxes(Tree tree) {
        NodeBoxes now = boxes;
        if (now == null || !now.isOf(tree, version)) {
            now = new NodeBoxes(tree, drawn, version);
            boxes = now;
        }
        return now;
    }
}
