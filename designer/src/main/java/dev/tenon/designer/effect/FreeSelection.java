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
import dev.tenon.designer.event.ViewportEvent.ViewportScroll;
import dev.tenon.designer.geometry.Point;
import dev.tenon.designer.geometry.Rect;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Selects what a rectangle crosses that is drawn over empty canvas, from a node that can't be
/// dragged, or anywhere on the canvas with the cursor of type SELECTION, which is the normal one
/// again afterwards. A drag of nodes selects nothing on its way; in the reference it does (D7).
public final class FreeSelection implements DesignerEffect {
    private @Nullable Drawn drawn;

    /// A rectangle being drawn.
    ///
    /// @param operation where it selects
    /// @param canvas where it is drawn
    /// @param start its first corner, in the coordinates of the content
    /// @param end where the pointer is
    private record Drawn(Operation operation, Viewport canvas, Point start, Position end) {
        Rect box() {
            return box(canvas.scrollX(), canvas.scrollY());
        }

        Drawn to(Position other) {
            return new Drawn(operation, canvas, start, other);
        }

        /// The rectangle on the screen; its first corner moves with the content.
        Rect box(double scrollX, double scrollY) {
            double x = start.x() - scrollX;
            double y = start.y() - scrollY;
            return Rect.between(
                    Math.min(x, end.clientX()),
                    Math.min(y, end.clientY()),
                    Math.max(x, end.clientX()),
                    Math.max(y, end.clientY()));
        }
    }

    /// Begins with nothing drawn.
    public FreeSelection() {}

    @Override
    public void attach(Designer designer) {
        designer.on(DragStart.class, event -> begin(designer, event));
        designer.on(
                DragMove.class,
                event -> {
                    Drawn now = drawn == null ? null : drawn.to(event.position());
                    drawn = now;
                    designer.aids(designer.aids().withBox(now == null ? null : now.box()));
                });
        designer.subscribeTo(
                ViewportScroll.class,
                (event, workspace) -> {
                    scrolled(designer, event, workspace);
                    return true;
                });
        designer.on(DragStop.class, event -> stop(designer, event));
        designer.on(DragCancel.class, _ -> end(designer));
    }

    private void begin(Designer designer, DragStart event) {
        PointerTarget target = event.target();
        Operation operation = designer.operation(target);
        Viewport canvas = designer.canvas(target);
        if (operation == null || canvas == null || target.area() != Area.CANVAS) {
            return;
        }
        boolean isFree =
                target.handle() == null
                        && target.sourceId() == null
                        && isFree(operation, target.nodeId());
        if (isFree || designer.cursor().mode() == Cursor.Mode.SELECTION) {
            Point start = point(event).plus(canvas.scrollX(), canvas.scrollY());
            drawn = new Drawn(operation, canvas, start, event.position());
            designer.cursor().drag(Cursor.Drag.SELECT);
        }
    }

    /// The root can't be dragged either.
    private static boolean isFree(Operation operation, @Nullable String id) {
        return id == null
                || (operation.tree().contains(id)
                        && operation.rules().drag(operation.tree(), operation.tree().node(id))
                                != null);
    }

    /// This effect hears of it before the one that keeps the views.
    private void scrolled(Designer designer, ViewportScroll event, @Nullable String workspace) {
        Drawn now = drawn;
        if (now != null
                && workspace != null
                && now.canvas.equals(designer.viewport(workspace, event.area()))) {
            designer.aids(designer.aids().withBox(now.box(event.scrollX(), event.scrollY())));
        }
    }

    private void stop(Designer designer, DragStop event) {
        Drawn now = drawn;
        end(designer);
        if (now == null) {
            return;
        }
        designer.cursor().mode(Cursor.Mode.NORMAL);
        if (now.canvas.contains(point(event), false)) {
            Rect box = now.to(event.position()).box();
            List<String> crossed =
                    now.canvas.boxes(now.operation.tree()).crossedBy(box, now.canvas);
            if (!crossed.isEmpty()) {
                now.operation.select(crossed);
            }
        }
    }

    private void end(Designer designer) {
        drawn = null;
        designer.aids(designer.aids().withBox(null));
    }

    static Point point(CursorEvent event) {
        return new Point(event.position().clientX(), event.position().clientY());
    }
}
