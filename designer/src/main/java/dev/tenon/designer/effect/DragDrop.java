package dev.tenon.designer.effect;

import dev.tenon.designer.action.Action;
import dev.tenon.designer.action.Outcome.Done;
import dev.tenon.designer.behavior.Resource;
import dev.tenon.designer.drag.Closest;
import dev.tenon.designer.drag.Drag;
import dev.tenon.designer.drag.Viewport;
import dev.tenon.designer.engine.Cursor;
import dev.tenon.designer.engine.Operation;
import dev.tenon.designer.event.CursorEvent.DragCancel;
import dev.tenon.designer.event.CursorEvent.DragMove;
import dev.tenon.designer.event.CursorEvent.DragStart;
import dev.tenon.designer.event.CursorEvent.DragStop;
import dev.tenon.designer.event.NodeEvent;
import dev.tenon.designer.event.PointerTarget;
import dev.tenon.designer.event.PointerTarget.Area;
import dev.tenon.designer.event.ViewportEvent.ViewportScroll;
import dev.tenon.designer.geometry.Point;
import dev.tenon.designer.tree.TreeNode;
import org.jspecify.annotations.Nullable;

/// Drags nodes, of the canvas, of the outline or new ones of the palette, and drops them where
/// [Closest] says. A drop is one action; what came is selected then.
public final class DragDrop implements DesignerEffect {
    private @Nullable DragMove last;

    /// Begins with nothing dragged.
    public DragDrop() {}

    @Override
    public void attach(Designer designer) {
        designer.on(DragStart.class, event -> begin(designer, event));
        designer.on(DragMove.class, event -> move(designer, event));
        designer.on(
                ViewportScroll.class,
                _ -> {
                    if (last != null) {
                        move(designer, last);
                    }
                });
        designer.on(DragStop.class, _ -> drop(designer));
        designer.on(DragCancel.class, _ -> end(designer));
    }

    private static void begin(Designer designer, DragStart event) {
        Operation operation = designer.operation();
        if (operation == null || designer.cursor().mode() != Cursor.Mode.NORMAL) {
            return;
        }
        Drag drag = drag(operation, event.target());
        if (drag != null) {
            designer.drag(drag);
            designer.cursor().drag(Cursor.Drag.MOVE);
            operation.tell(new NodeEvent.DragNode(drag.nodes()));
        }
    }

    private static @Nullable Drag drag(Operation operation, PointerTarget target) {
        String id = target.nodeId();
        if (target.sourceId() != null) {
            Resource resource = operation.rules().registry().resource(target.sourceId());
            return resource == null ? null : Drag.of(resource, operation.ids());
        }
        if (target.handle() != null) {
            id =
                    target.handle() instanceof PointerTarget.DragHandle handle
                            ? handle.nodeId()
                            : null;
        }
        return id == null || !operation.tree().contains(id)
                ? null
                : Drag.of(operation.tree(), operation.rules(), operation.selection().ids(), id);
    }

    private void move(Designer designer, DragMove event) {
        Drag drag = designer.drag();
        Operation operation = designer.operation();
        if (drag == null || operation == null) {
            return;
        }
        last = event;
        Point point = FreeSelection.point(event);
        Viewport viewport = under(designer, point);
        String touched = event.target().nodeId();
        if (viewport == null) {
            drag.leave();
        } else {
            boolean isThere = touched != null && operation.tree().contains(touched);
            drag.move(
                    operation.tree(), operation.rules(), viewport, isThere ? touched : null, point);
        }
    }

    /// The outline, which may lie over the canvas, goes first.
    static @Nullable Viewport under(Designer designer, Point point) {
        for (Area area : new Area[] {Area.OUTLINE, Area.CANVAS}) {
            Viewport viewport = designer.viewport(area);
            if (viewport != null && viewport.contains(point, false)) {
                return viewport;
            }
        }
        return null;
    }

    private void drop(Designer designer) {
        Drag drag = designer.drag();
        Operation operation = designer.operation();
        end(designer);
        if (drag == null || operation == null) {
            return;
        }
        Closest closest = drag.closest();
        String at = closest.node();
        if (at == null || !operation.tree().contains(at)) {
            return;
        }
        Action action = drag.drop(operation.tree(), operation.rules());
        if (action != null && operation.act(action) instanceof Done done) {
            if (!done.focus().isEmpty()) {
                operation.select(done.focus());
            }
            TreeNode into = operation.tree().find(at);
            if (closest.position().isInner() && into != null) {
                operation.tell(new NodeEvent.DropNode(operation.tree().root(), into));
            }
        }
    }

    private void end(Designer designer) {
        designer.drag(null);
        last = null;
    }
}
