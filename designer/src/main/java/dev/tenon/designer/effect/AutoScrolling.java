package dev.tenon.designer.effect;

import dev.tenon.designer.drag.Viewport;
import dev.tenon.designer.effect.Aids.Scrolling;
import dev.tenon.designer.engine.Cursor;
import dev.tenon.designer.engine.Workspace;
import dev.tenon.designer.event.CursorEvent.DragCancel;
import dev.tenon.designer.event.CursorEvent.DragMove;
import dev.tenon.designer.event.CursorEvent.DragStop;
import dev.tenon.designer.event.PointerTarget.Area;
import dev.tenon.designer.geometry.AutoScroll;
import dev.tenon.designer.geometry.Point;
import org.jspecify.annotations.Nullable;

/// Says how to scroll a view while something is dragged near its edge. The speed depends on the
/// distance alone; in the reference it grows with the time (section 1.6 there). The front end
/// scrolls by it and reports where it got.
public final class AutoScrolling implements DesignerEffect {
    /// Begins; it keeps nothing.
    public AutoScrolling() {}

    @Override
    public void attach(Designer designer) {
        designer.on(
                DragMove.class,
                event -> designer.aids(designer.aids().withScrolling(at(designer, event))));
        designer.on(DragStop.class, _ -> designer.aids(designer.aids().withScrolling(null)));
        designer.on(DragCancel.class, _ -> designer.aids(designer.aids().withScrolling(null)));
    }

    private static @Nullable Scrolling at(Designer designer, DragMove event) {
        Workspace workspace = designer.workspace(event.target());
        Point point = FreeSelection.point(event);
        Viewport viewport = workspace == null ? null : designer.under(workspace, point);
        if (workspace == null || viewport == null || designer.cursor().drag() == Cursor.Drag.NONE) {
            return null;
        }
        double x = speed(AutoScroll.basicInfo(point, AutoScroll.Axis.X, viewport.bounds()));
        double y = speed(AutoScroll.basicInfo(point, AutoScroll.Axis.Y, viewport.bounds()));
        boolean isOutline = viewport.kind() == Viewport.Kind.OUTLINE;
        return x == 0 && y == 0
                ? null
                : new Scrolling(workspace.id(), isOutline ? Area.OUTLINE : Area.CANVAS, x, y);
    }

    private static double speed(@Nullable AutoScroll scroll) {
        if (scroll == null) {
            return 0;
        }
        return scroll.direction() == AutoScroll.Direction.END ? scroll.speed() : -scroll.speed();
    }
}
