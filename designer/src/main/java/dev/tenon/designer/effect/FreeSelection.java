package dev.tenon.designer.effect;

import dev.tenon.designer.drag.Viewport;
import dev.tenon.designer.engine.Cursor;
import dev.tenon.designer.engine.Operation;
import dev.tenon.designer.event.CursorEvent;
import dev.tenon.designer.event.CursorEvent.DragCancel;
import dev.tenon.designer.event.CursorEvent.DragMove;
import dev.tenon.designer.event.CursorEvent.DragStart;
import dev.tenon.designer.event.CursorEvent.DragStop;
import dev.tenon.designer.event.CursorEvent.Position;
import dev.tenon.designer.event.PointerTarget;
import dev.tenon.designer.event.PointerTarget.Area;
import dev.tenon.designer.geometry.Point;
import dev.tenon.designer.geometry.Rect;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Selects what a rectangle crosses that is drawn over empty canvas, or anywhere on it with the
/// cursor of type SELECTION, which is the normal one again afterwards. A drag of nodes selects
/// nothing on its way; in the reference it does (D7).
public final class FreeSelection implements DesignerEffect {
    private @Nullable Point start; // in the coordinates of the content

    /// Begins with nothing drawn.
    public FreeSelection() {}

    @Override
    public void attach(Designer designer) {
        designer.on(DragStart.class, event -> begin(designer, event));
        designer.on(
                DragMove.class,
                event -> designer.aids(designer.aids().withBox(box(designer, event.position()))));
        designer.on(DragStop.class, event -> stop(designer, event));
        designer.on(DragCancel.class, _ -> end(designer));
    }

    private void begin(Designer designer, DragStart event) {
        Operation operation = designer.operation();
        Viewport viewport = designer.viewport(Area.CANVAS);
        PointerTarget target = event.target();
        if (operation == null || viewport == null || target.area() != Area.CANVAS) {
            return;
        }
        boolean isEmpty =
                target.handle() == null
                        && target.sourceId() == null
                        && (target.nodeId() == null || operation.tree().isRoot(target.nodeId()));
        if (isEmpty || designer.cursor().mode() == Cursor.Mode.SELECTION) {
            Point at = point(event);
            start = at.plus(viewport.scrollX(), viewport.scrollY());
            designer.cursor().drag(Cursor.Drag.SELECT);
        }
    }

    /// The rectangle on the screen; its first corner moves with the content.
    private @Nullable Rect box(Designer designer, Position end) {
        Viewport viewport = designer.viewport(Area.CANVAS);
        if (start == null || viewport == null) {
            return null;
        }
        double x = start.x() - viewport.scrollX();
        double y = start.y() - viewport.scrollY();
        return Rect.between(
                Math.min(x, end.clientX()),
                Math.min(y, end.clientY()),
                Math.max(x, end.clientX()),
                Math.max(y, end.clientY()));
    }

    private void stop(Designer designer, DragStop event) {
        Rect box = box(designer, event.position());
        Operation operation = designer.operation();
        Viewport viewport = designer.viewport(Area.CANVAS);
        if (box != null
                && operation != null
                && viewport != null
                && viewport.contains(point(event), false)) {
            List<String> crossed = viewport.boxes(operation.tree()).crossedBy(box, viewport);
            if (!crossed.isEmpty()) {
                operation.select(crossed);
            }
        }
        if (start != null) {
            designer.cursor().mode(Cursor.Mode.NORMAL);
        }
        end(designer);
    }

    private void end(Designer designer) {
        start = null;
        designer.aids(designer.aids().withBox(null));
    }

    static Point point(CursorEvent event) {
        return new Point(event.position().clientX(), event.position().clientY());
    }
}
