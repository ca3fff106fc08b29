package dev.tenon.designer.effect;

import dev.tenon.designer.action.Action;
import dev.tenon.designer.behavior.DesignerProps;
import dev.tenon.designer.behavior.DesignerProps.Axis;
import dev.tenon.designer.behavior.DesignerProps.Resizing;
import dev.tenon.designer.drag.Viewport;
import dev.tenon.designer.engine.Cursor;
import dev.tenon.designer.engine.Operation;
import dev.tenon.designer.event.CursorEvent.DragCancel;
import dev.tenon.designer.event.CursorEvent.DragMove;
import dev.tenon.designer.event.CursorEvent.DragStart;
import dev.tenon.designer.event.CursorEvent.DragStop;
import dev.tenon.designer.event.PointerTarget;
import dev.tenon.designer.event.PointerTarget.Handle;
import dev.tenon.designer.event.PointerTarget.ResizeHandle;
import dev.tenon.designer.event.PointerTarget.TranslateHandle;
import dev.tenon.designer.event.ViewportEvent.ViewportScroll;
import dev.tenon.designer.geometry.Geometry;
import dev.tenon.designer.geometry.Point;
import dev.tenon.designer.geometry.Rect;
import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.tree.Tree;
import dev.tenon.designer.tree.TreeNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Moves a node freely, and changes its size, by the handles of its box, as its behaviour allows
/// (`translatable`, `resizable`). On the way [Aids] shows where it would be, with the lines and
/// spaces that it snaps to; at the end the settings that its behaviour makes of it are saved, by
/// one action. In the reference nothing is saved (D18).
public final class Reshaping implements DesignerEffect {
    /// How small a side may become, in pixels.
    public static final double SMALLEST = 1;

    private @Nullable Gesture gesture;
    private @Nullable Point pointer; // at the last move, on the screen

    /// What is being done.
    ///
    /// @param operation where
    /// @param canvas in which view
    /// @param handle by which handle
    /// @param ids to which nodes
    /// @param rect where they were, all together, in the coordinates of the content
    /// @param start where the drag began, in the coordinates of the content
    private record Gesture(
            Operation operation,
            Viewport canvas,
            Handle handle,
            List<String> ids,
            Rect rect,
            Point start) {
        /// The nodes that are there still.
        List<TreeNode> nodes() {
            Tree tree = operation.tree();
            return ids.stream().filter(tree::contains).map(tree::node).toList();
        }
    }

    /// A rectangle on the screen, where it was, and what it snapped to.
    private record Shape(Rect from, Rect rect, Snaps snaps) {}

    /// Begins with nothing moved.
    public Reshaping() {}

    @Override
    public void attach(Designer designer) {
        designer.on(DragStart.class, event -> begin(designer, event));
        designer.on(
                DragMove.class,
                event -> {
                    pointer = FreeSelection.point(event);
                    show(designer);
                });
        designer.on(ViewportScroll.class, _ -> show(designer));
        designer.on(DragStop.class, event -> stop(designer, event));
        designer.on(DragCancel.class, _ -> end(designer));
    }

    private void begin(Designer designer, DragStart event) {
        Operation operation = designer.operation(event.target());
        Viewport viewport = designer.canvas(event.target());
        Handle handle = event.target().handle();
        if (operation == null
                || viewport == null
                || handle == null
                || designer.cursor().mode() != Cursor.Mode.NORMAL
                || !operation.tree().contains(handle.nodeId())) {
            return;
        }
        List<String> ids = ids(operation, viewport, handle);
        Rect rect = Geometry.boundingRect(rects(viewport, ids));
        if (rect != null) {
            Point start = FreeSelection.point(event).plus(viewport.scrollX(), viewport.scrollY());
            Rect content = rect.plus(viewport.scrollX(), viewport.scrollY());
            gesture = new Gesture(operation, viewport, handle, ids, content, start);
            designer.cursor()
                    .drag(
                            handle instanceof TranslateHandle
                                    ? Cursor.Drag.TRANSLATE
                                    : Cursor.Drag.RESIZE);
        }
    }

    private static List<Rect> rects(Viewport viewport, List<String> ids) {
        List<Rect> rects = new ArrayList<>();
        for (String id : ids) {
            Rect rect = viewport.rect(id);
            if (rect != null) {
                rects.add(rect);
            }
        }
        return rects;
    }

    /// The nodes that a handle moves or resizes, as far as they are drawn and can be.
    private static List<String> ids(Operation operation, Viewport viewport, Handle handle) {
        Tree tree = operation.tree();
        String id = handle.nodeId();
        List<String> selected = operation.selection().ids();
        List<String> together =
                handle instanceof TranslateHandle && selected.contains(id)
                        ? tree.sorted(tree.outermost(selected))
                        : List.of(id);
        return together.stream()
                .filter(each -> viewport.rect(each) != null)
                .filter(each -> isAllowed(operation, tree.node(each), handle))
                .toList();
    }

    private static boolean isAllowed(Operation operation, TreeNode node, Handle handle) {
        return switch (handle) {
            case TranslateHandle _ ->
                    operation.rules().isTranslatable(node) && !operation.tree().isRoot(node.id());
            case ResizeHandle resize ->
                    operation.rules().resizable(node).stream()
                            .anyMatch(axis -> side(resize, axis) != 0);
            case PointerTarget.DragHandle _ -> false;
        };
    }

    private static int side(ResizeHandle handle, Axis axis) {
        return axis == Axis.X ? handle.x() : handle.y();
    }

    private void show(Designer designer) {
        Shape shape = pointer == null ? null : shape(pointer);
        if (shape != null) {
            designer.aids(designer.aids().with(shape.rect, shape.snaps));
        }
    }

    /// Where the node is with the pointer at `point`; null where nothing is moved.
    private @Nullable Shape shape(Point point) {
        Gesture now = gesture;
        if (now == null || now.nodes().isEmpty()) {
            return null;
        }
        Viewport viewport = now.canvas;
        Rect from = now.rect.plus(-viewport.scrollX(), -viewport.scrollY());
        Point at = point.plus(viewport.scrollX(), viewport.scrollY());
        double dx = at.x() - now.start.x();
        double dy = at.y() - now.start.y();
        List<Rect> others = others(now);
        if (now.handle instanceof ResizeHandle handle) {
            var axes = now.operation.rules().resizable(now.nodes().getFirst());
            int x = axes.contains(Axis.X) ? handle.x() : 0;
            int y = axes.contains(Axis.Y) ? handle.y() : 0;
            Snaps snaps = Snaps.edges(resized(from, x, y, dx, dy), others, x, y);
            return new Shape(from, resized(from, x, y, dx + snaps.dx(), dy + snaps.dy()), snaps);
        }
        Snaps snaps = Snaps.whole(from.plus(dx, dy), others);
        return new Shape(from, from.plus(dx + snaps.dx(), dy + snaps.dy()), snaps);
    }

    private static Rect resized(Rect rect, int x, int y, double dx, double dy) {
        double left = rect.left() + (x < 0 ? Math.min(dx, rect.width() - SMALLEST) : 0);
        double top = rect.top() + (y < 0 ? Math.min(dy, rect.height() - SMALLEST) : 0);
        double right = rect.right() + (x > 0 ? Math.max(dx, SMALLEST - rect.width()) : 0);
        double bottom = rect.bottom() + (y > 0 ? Math.max(dy, SMALLEST - rect.height()) : 0);
        return Rect.between(left, top, right, bottom);
    }

    /// The rectangles of all nodes that are seen, but for those that move and those that they are
    /// in; their parents count.
    private static List<Rect> others(Gesture now) {
        Viewport viewport = now.canvas;
        Tree tree = now.operation.tree();
        Set<String> related = new HashSet<>();
        for (TreeNode node : now.nodes()) {
            node.forEach(inner -> related.add(inner.id()));
            tree.ancestors(node.id()).stream().skip(1).forEach(each -> related.add(each.id()));
        }
        List<Rect> others = new ArrayList<>();
        tree.root()
                .forEach(node -> {
                    Rect rect = related.contains(node.id()) ? null : viewport.rect(node.id());
                    if (rect != null && Geometry.isCrossRectInRect(rect, viewport.bounds())) {
                        others.add(rect);
                    }
                });
        return others;
    }

    private void stop(Designer designer, DragStop event) {
        Gesture now = gesture;
        Shape shape = shape(FreeSelection.point(event));
        end(designer);
        if (now == null || shape == null || shape.rect.equals(shape.from)) {
            return;
        }
        List<Action> actions = new ArrayList<>();
        for (TreeNode node : now.nodes()) {
            DesignerProps props = now.operation.rules().registry().designerProps(node);
            TreeNode changed =
                    now.handle instanceof TranslateHandle
                            ? translated(props, node, shape.from, shape.rect)
                            : resized(props, node, shape.from, shape.rect);
            actions.add(new Action.SetProps(node.id(), changed.props()));
        }
        now.operation.act(
                actions.size() == 1
                        ? actions.getFirst()
                        : new Action.Group("update:node:props", actions));
    }

    private static TreeNode resized(DesignerProps props, TreeNode node, Rect from, Rect to) {
        Map<Axis, Resizing> resizable = props.resizable() == null ? Map.of() : props.resizable();
        TreeNode changed = node;
        for (Axis axis : Axis.values()) {
            Resizing resizing = resizable.get(axis);
            double before = axis == Axis.X ? from.width() : from.height();
            double after = axis == Axis.X ? to.width() : to.height();
            if (resizing != null && after != before) {
                JsonObject settings = resizing.resize(changed, before, after - before);
                changed = changed.withProps(changed.props().withAll(settings));
            }
        }
        return to.x() == from.x() && to.y() == from.y()
                ? changed
                : translated(props, changed, from, to);
    }

    /// A node that stands where the document puts it has no place of its own to save.
    private static TreeNode translated(DesignerProps props, TreeNode node, Rect from, Rect to) {
        var translating = props.translatable();
        return translating == null
                ? node
                : node.withProps(
                        node.props()
                                .withAll(
                                        translating.translate(
                                                node, to.x() - from.x(), to.y() - from.y())));
    }

    private void end(Designer designer) {
        gesture = null;
        pointer = null;
        designer.aids(designer.aids().with(null, Snaps.NONE));
    }
}
