package dev.tenon.designer.engine;

import dev.tenon.designer.event.CursorEvent.Position;
import org.jspecify.annotations.Nullable;

/// The pointer of a designer: what it is used for and, while it drags, how.
public final class Cursor {
    private Mode mode = Mode.NORMAL;
    private Drag drag = Drag.NONE;
    private Position position = Position.at(0, 0);
    private @Nullable Position start;

    /// Begins at rest.
    public Cursor() {}

    /// What a drag in the canvas does.
    public enum Mode {
        /// It moves what is under the pointer.
        NORMAL,
        /// It selects all that it crosses, also where it begins on a node.
        SELECTION
    }

    /// What is being dragged.
    public enum Drag {
        /// Nothing.
        NONE,
        /// A rectangle that selects.
        SELECT,
        /// Nodes, to another place in the tree.
        MOVE,
        /// The side of a node.
        RESIZE,
        /// A node, freely.
        TRANSLATE
    }

    /// Returns what drags are for.
    public Mode mode() {
        return mode;
    }

    /// Sets what drags are for.
    public void mode(Mode mode) {
        this.mode = mode;
    }

    /// Returns what is being dragged.
    public Drag drag() {
        return drag;
    }

    /// Sets what is being dragged.
    public void drag(Drag drag) {
        this.drag = drag;
    }

    /// Returns where the pointer is.
    public Position position() {
        return position;
    }

    /// Returns where the drag began; null while nothing is dragged.
    public @Nullable Position start() {
        return start;
    }

    /// Sets where the pointer is.
    public void moveTo(Position position) {
        this.position = position;
    }

    /// Begins a drag at `position`; an effect says of what.
    public void begin(Position position) {
        this.position = position;
        start = position;
    }

    /// Ends a drag.
    public void end(Position position) {
        this.position = position;
        start = null;
        drag = Drag.NONE;
    }
}
