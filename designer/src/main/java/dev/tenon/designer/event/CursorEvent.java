package dev.tenon.designer.event;

import dev.tenon.designer.geometry.Pixels;

/// The pointer was used: a mouse, a finger or a pen.
public sealed interface CursorEvent extends Event {
    /// Returns where.
    Position position();

    /// Returns what is there.
    PointerTarget target();

    /// Returns the keys that are held.
    Modifiers modifiers();

    /// A place on the screen. The front end counts places in frames as places in its window, so
    /// that the reference's eight numbers are four.
    ///
    /// @param clientX pixels from the left side of the window
    /// @param clientY pixels from the top of the window
    /// @param pageX pixels from the left side of the page, what is scrolled away included
    /// @param pageY pixels from the top of the page, what is scrolled away included
    record Position(double clientX, double clientY, double pageX, double pageY) {
        /// Checks the numbers.
        ///
        /// @throws IllegalArgumentException if one is beyond [Pixels#MOST] or none
        public Position {
            Pixels.check("position", clientX, clientY, pageX, pageY);
        }

        /// Returns a place on a page that is not scrolled.
        public static Position at(double x, double y) {
            return new Position(x, y, x, y);
        }
    }

    /// A drag began, where the button went down.
    record DragStart(Position position, PointerTarget target, Modifiers modifiers)
            implements CursorEvent {
        @Override
        public String type() {
            return "drag:start";
        }
    }

    /// A drag went on.
    record DragMove(Position position, PointerTarget target, Modifiers modifiers)
            implements CursorEvent {
        @Override
        public String type() {
            return "drag:move";
        }
    }

    /// A drag ended with a drop.
    record DragStop(Position position, PointerTarget target, Modifiers modifiers)
            implements CursorEvent {
        @Override
        public String type() {
            return "drag:stop";
        }
    }

    /// A drag ended without a drop: Escape was pressed, or the system took the pointer away. Ours.
    record DragCancel(Position position, PointerTarget target, Modifiers modifiers)
            implements CursorEvent {
        @Override
        public String type() {
            return "drag:cancel";
        }
    }

    /// The pointer went down and up in one place.
    record MouseClick(Position position, PointerTarget target, Modifiers modifiers)
            implements CursorEvent {
        @Override
        public String type() {
            return "mouse:click";
        }
    }

    /// The pointer went down and up twice in one place.
    record MouseDoubleClick(Position position, PointerTarget target, Modifiers modifiers)
            implements CursorEvent {
        @Override
        public String type() {
            return "mouse:dblclick";
        }
    }

    /// The pointer moved.
    record MouseMove(Position position, PointerTarget target, Modifiers modifiers)
            implements CursorEvent {
        @Override
        public String type() {
            return "mouse:move";
        }
    }
}
