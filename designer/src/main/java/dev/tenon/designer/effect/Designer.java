package dev.tenon.designer.effect;

import dev.tenon.designer.drag.Drag;
import dev.tenon.designer.drag.Viewport;
import dev.tenon.designer.driver.Driver;
import dev.tenon.designer.driver.Input;
import dev.tenon.designer.driver.KeyboardDriver;
import dev.tenon.designer.driver.PointerDriver;
import dev.tenon.designer.driver.ViewportDriver;
import dev.tenon.designer.engine.Cursor;
import dev.tenon.designer.engine.Engine;
import dev.tenon.designer.engine.Operation;
import dev.tenon.designer.engine.Workspace;
import dev.tenon.designer.event.Event;
import dev.tenon.designer.event.PointerTarget;
import dev.tenon.designer.event.PointerTarget.Area;
import dev.tenon.designer.event.Subscribable.Subscriber;
import dev.tenon.designer.event.WorkbenchEvent.RemoveWorkspace;
import dev.tenon.designer.geometry.Point;
import dev.tenon.designer.keyboard.Keyboard;
import dev.tenon.designer.keyboard.KeyboardDrag;
import dev.tenon.designer.keyboard.Shortcut;
import dev.tenon.designer.keyboard.Shortcuts;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// An engine with all that a front end needs (Designable's `createDesigner`): drivers, effects,
/// shortcuts, and what the views report. What a user adds comes before what is there.
///
/// ```java
/// try (Designer designer = new Designer(engine)) {
///     designer.viewport("form", Area.CANVAS).place("a", List.of(rect), null);
///     designer.feed(new Input.KeyPress("Delete", Modifiers.NONE, false));
/// }
/// ```
///
/// The effects, in the reference's order: [FreeSelection], [CursorFollowing], [ViewportFollowing],
/// [DragDrop], [ClickSelection], [KeyHandling], [AutoScrolling], [WorkspaceActivation],
/// [ContentEditing], [Reshaping].
public final class Designer implements AutoCloseable {
    private final Engine engine;
    private final Keyboard keyboard;
    private final KeyboardDrag keyboardDrag = new KeyboardDrag();
    private final ContentEditing contentEditing = new ContentEditing();
    private final List<Driver> drivers;
    private final List<Runnable> ends = new ArrayList<>();
    private final Map<String, Map<Area, Viewport>> viewports = new HashMap<>(); // by workspace
    private @Nullable Drag drag;
    private @Nullable Workspace draggedOver;
    private Aids aids = Aids.NONE;

    /// Begins with nothing added.
    public Designer(Engine engine) {
        this(engine, List.of(), List.of(), List.of());
    }

    /// Begins with a user's own drivers, effects and shortcuts.
    public Designer(
            Engine engine,
            List<DesignerEffect> effects,
            List<Driver> drivers,
            List<Shortcut> shortcuts) {
        this.engine = engine;
        this.keyboard = new Keyboard(Shortcuts.with(shortcuts), engine.clock());
        List<Driver> all = new ArrayList<>(drivers);
        all.addAll(List.of(new PointerDriver(), new ViewportDriver(), new KeyboardDriver()));
        this.drivers = List.copyOf(all);
        effects.forEach(effect -> effect.attach(this));
        List.of(
                        new FreeSelection(),
                        new CursorFollowing(),
                        new ViewportFollowing(),
                        new DragDrop(),
                        new ClickSelection(),
                        new KeyHandling(),
                        new AutoScrolling(),
                        new WorkspaceActivation(),
                        contentEditing,
                        new Reshaping())
                .forEach(effect -> effect.attach(this));
        on(RemoveWorkspace.class, event -> viewports.remove(event.workspace()));
    }

    /// Takes in what a user did: gives it to the drivers in turn until one takes it. Returns
    /// whether one did, so that the browser should leave it alone.
    public boolean feed(Input input) {
        if (input instanceof Input.PointerDown down && down.button() == 0) {
            prepare(down.target());
        }
        for (Driver driver : drivers) {
            if (driver.take(input, engine)) {
                return true;
            }
        }
        return false;
    }

    /// Gathers where nodes are as soon as a button is down, so that the drag that may follow does
    /// not begin with it: over thousands of nodes its first move would be late.
    private void prepare(PointerTarget target) {
        Workspace workspace = workspace(target);
        if (workspace != null) {
            viewports
                    .getOrDefault(workspace.id(), Map.of())
                    .values()
                    .forEach(viewport -> viewport.boxes(workspace.operation().tree()));
        }
    }

    /// Tells `listener` the events of a class until the designer is closed.
    ///
    /// @param <T> the class
    public <T extends Event> void on(Class<T> kind, Consumer<? super T> listener) {
        ends.add(engine.events().on(kind, listener));
    }

    /// Tells `subscriber` the events of a class, which it may veto, until the designer is closed.
    ///
    /// @param <T> the class
    public <T extends Event> void subscribeTo(
            Class<T> kind, Subscriber<? super T, ? super String> subscriber) {
        ends.add(engine.events().subscribeTo(kind, subscriber));
    }

    /// Ends all that effects subscribed to; the engine stays as it is.
    @Override
    public void close() {
        ends.forEach(Runnable::run);
        ends.clear();
    }

    /// Returns what is designed with.
    public Engine engine() {
        return engine;
    }

    /// Returns the pointer.
    public Cursor cursor() {
        return engine.cursor();
    }

    /// Returns the keys.
    public Keyboard keyboard() {
        return keyboard;
    }

    /// Returns the drag by keys.
    public KeyboardDrag keyboardDrag() {
        return keyboardDrag;
    }

    /// Returns the editing of texts in place.
    public ContentEditing contentEditing() {
        return contentEditing;
    }

    /// Returns what is edited in the active workspace; null where none is open.
    public @Nullable Operation operation() {
        Workspace active = engine.workbench().active();
        return active == null ? null : active.operation();
    }

    /// Returns a view of the document in the workspace named `workspace`, to which the front end
    /// reports where nodes are.
    ///
    /// @throws IllegalArgumentException if the area is neither the canvas nor the outline
    public Viewport viewport(String workspace, Area area) {
        Viewport.Kind kind =
                switch (area) {
                    case CANVAS -> Viewport.Kind.CANVAS;
                    case OUTLINE -> Viewport.Kind.OUTLINE;
                    default ->
                            throw new IllegalArgumentException(
                                    "viewport: the area must be CANVAS or OUTLINE; got " + area);
                };
        return viewports
                .computeIfAbsent(workspace, _ -> new HashMap<>())
                .computeIfAbsent(area, _ -> new Viewport(kind));
    }

    /// Returns the workspace that `target` is in: the active one where it names none; null where
    /// there is no such workspace.
    public @Nullable Workspace workspace(PointerTarget target) {
        return engine.workbench().meant(target.workspace());
    }

    /// Returns what is edited in the workspace that `target` is in; null where there is none.
    public @Nullable Operation operation(PointerTarget target) {
        Workspace workspace = workspace(target);
        return workspace == null ? null : workspace.operation();
    }

    /// Returns the canvas that `target` is in; null where there is none.
    @Nullable Viewport canvas(PointerTarget target) {
        Workspace workspace = workspace(target);
        return workspace == null ? null : viewport(workspace.id(), Area.CANVAS);
    }

    /// Returns the view of `workspace` that `point` is in, the outline before the canvas, over
    /// which it may lie; null where it is in neither.
    @Nullable Viewport under(Workspace workspace, Point point) {
        for (Area area : new Area[] {Area.OUTLINE, Area.CANVAS}) {
            Viewport viewport = viewport(workspace.id(), area);
            if (viewport.contains(point, false)) {
                return viewport;
            }
        }
        return null;
    }

    /// Returns the nodes being dragged to another place, and where they would go; null for none.
    public @Nullable Drag drag() {
        return drag;
    }

    /// Returns the workspace whose views the dragged nodes are over, where a drop would put them;
    /// null for none.
    public @Nullable Workspace draggedOver() {
        return draggedOver;
    }

    void drag(@Nullable Drag drag, @Nullable Workspace over) {
        this.drag = drag;
        draggedOver = over;
    }

    /// Returns what to draw over the canvas.
    public Aids aids() {
        return aids;
    }

    void aids(Aids aids) {
        this.aids = aids;
    }
}
