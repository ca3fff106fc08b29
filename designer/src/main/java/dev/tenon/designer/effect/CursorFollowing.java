package dev.tenon.designer.effect;

import dev.tenon.designer.engine.Operation;
import dev.tenon.designer.event.CursorEvent.DragCancel;
import dev.tenon.designer.event.CursorEvent.DragMove;
import dev.tenon.designer.event.CursorEvent.DragStart;
import dev.tenon.designer.event.CursorEvent.DragStop;
import dev.tenon.designer.event.CursorEvent.MouseMove;
import dev.tenon.designer.event.PointerTarget;
import dev.tenon.designer.event.PointerTarget.Area;

/// Keeps the cursor where the pointer is, and the node under it hovered while nothing is dragged.
public final class CursorFollowing implements DesignerEffect {
    /// Begins; it keeps nothing.
    public CursorFollowing() {}

    @Override
    public void attach(Designer designer) {
        designer.on(
                DragStart.class,
                event -> {
                    designer.cursor().begin(event.position());
                    Operation operation = designer.operation();
                    if (operation != null) {
                        operation.hover(null);
                    }
                });
        designer.on(DragMove.class, event -> designer.cursor().moveTo(event.position()));
        designer.on(DragStop.class, event -> designer.cursor().end(event.position()));
        designer.on(DragCancel.class, event -> designer.cursor().end(event.position()));
        designer.on(
                MouseMove.class,
                event -> {
                    designer.cursor().moveTo(event.position());
                    Operation operation = designer.operation();
                    if (operation != null && designer.cursor().start() == null) {
                        PointerTarget target = event.target();
                        boolean isNode =
                                target.area() == Area.CANVAS || target.area() == Area.OUTLINE;
                        operation.hover(isNode ? target.nodeId() : null);
                    }
                });
    }
}
