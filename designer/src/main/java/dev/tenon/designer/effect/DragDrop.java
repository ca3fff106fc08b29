package dev.tenon.designer.effect;

import dev.tenon.designer.action.Action;
import dev.tenon.designer.action.Outcome.Done;
import dev.tenon.designer.behavior.Resource;
import dev.tenon.designer.drag.Closest;
import dev.tenon.designer.drag.Drag;
import dev.tenon.designer.drag.Drag.Crossing;
import dev.tenon.designer.drag.Viewport;
import dev.tenon.designer.engine.Cursor;
import dev.tenon.designer.engine.Operation;
import dev.tenon.designer.engine.Workspace;
import dev.tenon.designer.event.CursorEvent.DragCancel;
import dev.tenon.designer.event.CursorEvent.DragMove;
import dev.tenon.designer.event.CursorEvent.DragStart;
import dev.tenon.designer.event.CursorEvent.DragStop;
import dev.tenon.designer.event.NodeEvent;
import dev.tenon.designer.event.PointerTarget;
import dev.tenon.designer.event.PointerTarget.Area;
import dev.tenon.designer.event.ViewportEvent.ViewportScroll;
import dev.tenon.designer.event.WorkbenchEvent.RemoveWorkspace;
import dev.tenon.designer.geometry.Point;
import dev.tenon.designer.tree.Tree;
import org.jspecify.annotations.Nullable;

/// Drags nodes, of the canvas, of the outline or new ones of the palette, and drops them where
/// [Closest] says. A drop is one action; what came is selected then.
///
/// Nodes also go to a document of another workspace that is shown beside theirs: they leave the one
/// and come into the other, an entry in the history of each. Where one of them may not be removed,
/// or either side refuses, nothing happens. In the reference a move between workspaces is in the
/// history of the one that receives alone.
public final class DragDrop implements DesignerEffect {
    private @Nullable DragMove last;
    private @Nullable Workspace home; // that the nodes are from; null for new ones

    /// Begins with nothing dragged.
    public DragDrop() {}

    @Override
    public void attach(Designer designer) {
        designer.on(DragStart.class, event -> begin(designer, event));
        designer.on(
                DragMove.class,
                event -> {
                    last = event;
                    move(designer, event, event.target().nodeId());
                });
        designer.subscribeTo(
                ViewportScroll.class,
                (event, workspace) -> {
                    scrolled(designer, event.area(), workspace);
                    return true;
                });
        designer.on(DragStop.class, _ -> drop(designer));
        designer.on(DragCancel.class, _ -> end(designer));
        designer.on(RemoveWorkspace.class, event -> closed(designer, event.workspace()));
    }

    private void begin(Designer designer, DragStart event) {
        Workspace workspace = designer.workspace(event.target());
        if (workspace == null || designer.cursor().mode() != Cursor.Mode.NORMAL) {
            return;
        }
        Operation operation = workspace.operation();
        Drag drag = drag(operation, event.target());
        if (drag != null) {
            home = drag.isNew() ? null : workspace;
            designer.drag(drag, null);
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

    private void move(Designer designer, DragMove event, @Nullable String touched) {
        Drag drag = designer.drag();
        if (drag == null) {
            return;
        }
        Point point = FreeSelection.point(event);
        Workspace workspace = designer.workspace(event.target());
        Viewport viewport =
                workspace == null || !isView(event.target().area())
                        ? null
                        : designer.under(workspace, point);
        if (workspace == null || viewport == null || !mayGo(drag, workspace)) {
            drag.leave();
            designer.drag(drag, null);
            return;
        }
        designer.drag(drag, workspace);
        Operation operation = workspace.operation();
        Tree tree = operation.tree();
        String touch = touched != null && tree.contains(touched) ? touched : null;
        if (home == null || home.equals(workspace)) {
            drag.move(tree, operation.rules(), viewport, touch, point);
        } else {
            drag.visit(home.operation().tree(), tree, operation.rules(), viewport, touch, point);
        }
    }

    /// A panel may lie over the canvas.
    private static boolean isView(Area area) {
        return area == Area.CANVAS || area == Area.OUTLINE;
    }

    /// To go to another document, nodes must be allowed to leave theirs for good.
    private boolean mayGo(Drag drag, Workspace workspace) {
        if (home == null || home.equals(workspace)) {
            return true;
        }
        Operation from = home.operation();
        return drag.nodes().stream()
                .allMatch(node ->
                        !from.tree().contains(node.id())
                                || from.rules().delete(from.tree(), from.tree().node(node.id()))
                                        == null);
    }

    /// The pointer rests while what is under it moves: the node there is another one.
    private void scrolled(Designer designer, Area area, @Nullable String id) {
        DragMove event = last;
        Workspace workspace = event == null ? null : designer.workspace(event.target());
        if (event == null || workspace == null || !workspace.id().equals(id)) {
            return;
        }
        Point point = FreeSelection.point(event);
        Viewport viewport = designer.under(workspace, point);
        if (viewport != null && viewport.equals(designer.viewport(workspace.id(), area))) {
            Tree tree = workspace.operation().tree();
            move(designer, event, viewport.boxes(tree).at(point, viewport));
        }
    }

    private void drop(Designer designer) {
        Drag drag = designer.drag();
        Workspace to = designer.draggedOver();
        Workspace from = home;
        end(designer);
        if (drag == null || to == null) {
            return;
        }
        Operation operation = to.operation();
        Closest closest = drag.closest();
        String at = closest.node();
        if (at == null || !operation.tree().contains(at)) {
            return;
        }
        Done done =
                from == null || from.equals(to)
                        ? done(operation, drag.drop(operation.tree(), operation.rules()))
                        : crossed(drag, from.operation(), operation);
        if (done != null) {
            if (!done.focus().isEmpty()) { // not what a component has wrapped
                operation.select(done.tree().outermost(done.focus()));
            }
            if (closest.position().isInner() && operation.tree().contains(at)) {
                operation.tell(
                        new NodeEvent.DropNode(operation.tree().root(), operation.tree().node(at)));
            }
        }
    }

    private static @Nullable Done done(Operation operation, @Nullable Action action) {
        return action != null && operation.act(action) instanceof Done done ? done : null;
    }

    /// Puts the nodes there before they leave: it is there that they are refused.
    private static @Nullable Done crossed(Drag drag, Operation from, Operation to) {
        Crossing crossing = drag.cross(from.tree(), to.tree(), to.rules(), to.ids());
        if (crossing == null) {
            return null;
        }
        Action.Remove leaving = new Action.Remove(crossing.leaving());
        boolean isNothing = crossing.leaving().isEmpty();
        boolean mayLeave =
                isNothing
                        || leaving.on(from.tree(), from.rules(), from.ids()) instanceof Done asked
                                && asked.skipped().isEmpty();
        Done done = mayLeave ? done(to, crossing.coming()) : null;
        if (done != null && !isNothing && done(from, leaving) == null) {
            to.undo();
            return null;
        }
        return done;
    }

    private void closed(Designer designer, String workspace) {
        Drag drag = designer.drag();
        Workspace over = designer.draggedOver();
        if (home != null && home.id().equals(workspace)) {
            end(designer);
            designer.cursor().drag(Cursor.Drag.NONE);
        } else if (drag != null && over != null && over.id().equals(workspace)) {
            drag.leave();
            designer.drag(drag, null);
        }
    }

    private void end(Designer designer) {
        designer.drag(null, null);
        home = null;
        last = null;
    }
}
