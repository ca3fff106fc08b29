package dev.tenon.designer.effect;

import dev.tenon.designer.engine.Workspace;
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
                    hover(designer, PointerTarget.NONE);
                });
        designer.on(DragMove.class, event -> designer.cursor().moveTo(event.position()));
        designer.on(DragStop.class, event -> designer.cursor().end(event.position()));
        designer.on(DragCancel.class, event -> designer.cursor().end(event.position()));
        designer.on(
                MouseMove.class,
                event -> {
                    designer.cursor().moveTo(event.position());
                    if (designer.cursor().start() == null) {
                        hover(designer, event.target());
                    }
                });
    }

    /// What is hovered in one workspace is hovered in no other.
    private static void hover(Designer designer, PointerTarget target) {
        boolean isView = target.area() == Area.CANVAS || target.area() == Area.OUTLINE;
        Workspace under = designer.workspace(target);
        for (Workspace workspace : designer.engine().workbench().workspaces()) {
            boolean isUnder = isView && workspace.equals(under);
            workspace.operation().hover(isUnder ? target.nodeId() : null);
        }
    }
}
