package dev.tenon.designer.driver;

import dev.tenon.designer.event.CursorEvent.Position;
import dev.tenon.designer.event.Modifiers;
import dev.tenon.designer.event.PointerTarget;
import dev.tenon.designer.event.PointerTarget.Area;
import dev.tenon.designer.geometry.Pixels;
import org.jspecify.annotations.Nullable;

/// Something a user did, as the front end saw it: a browser's pointer and key events and the views'
/// sizes, without the browser.
public sealed interface Input {
    /// What points.
    enum Device {
        /// A mouse, or what a system makes one of.
        MOUSE,
        /// A finger.
        TOUCH,
        /// A pen.
        PEN
    }

    /// A pointer went down.
    ///
    /// @param pointer names it while several fingers are down
    /// @param device what it is
    /// @param button which button, 0 for the first, for a finger and for the tip of a pen
    /// @param position where
    /// @param target what is there
    /// @param modifiers the keys that are held
    /// @param isEditing whether the place is a text being edited, which keeps the pointer
    record PointerDown(
            int pointer,
            Device device,
            int button,
            Position position,
            PointerTarget target,
            Modifiers modifiers,
            boolean isEditing)
            implements Input {}

    /// A pointer moved.
    record PointerMove(int pointer, Position position, PointerTarget target, Modifiers modifiers)
            implements Input {}

    /// A pointer went up.
    record PointerUp(int pointer, Position position, PointerTarget target, Modifiers modifiers)
            implements Input {}

    /// The system took a pointer away, as for a gesture of its own, or the element that had
    /// captured it lost it. One that is up already does not count.
    record PointerCancel(int pointer) implements Input {}

    /// A key went down.
    ///
    /// @param key its name, a browser's `KeyboardEvent.key`
    /// @param modifiers what is held, the key included
    /// @param isEditing whether a text is being edited, which keeps the keys
    record KeyPress(String key, Modifiers modifiers, boolean isEditing) implements Input {}

    /// A key went up.
    record KeyRelease(String key, Modifiers modifiers) implements Input {}

    /// The window lost the focus, or the page its connection: what is held down will go up unseen.
    record Blur() implements Input {}

    /// A view of the document was scrolled.
    ///
    /// @param area which view
    /// @param scrollX how many pixels are scrolled away at the left
    /// @param scrollY how many pixels are scrolled away at the top
    /// @param width the width that is seen, in pixels
    /// @param height the height that is seen, in pixels
    /// @param workspace the id of the workspace whose view it is; null for the active one
    record Scroll(
            Area area,
            double scrollX,
            double scrollY,
            double width,
            double height,
            @Nullable String workspace)
            implements Input {
        /// Checks the numbers.
        ///
        /// @throws IllegalArgumentException if one is beyond [Pixels#MOST] or none
        public Scroll {
            Pixels.check("viewport", scrollX, scrollY, width, height);
        }

        /// Says what a view of the active workspace shows.
        public Scroll(Area area, double scrollX, double scrollY, double width, double height) {
            this(area, scrollX, scrollY, width, height, null);
        }
    }

    /// A view of the document has another size.
    ///
    /// @param area which view
    /// @param scrollX how many pixels are scrolled away at the left
    /// @param scrollY how many pixels are scrolled away at the top
    /// @param width the width that is seen, in pixels
    /// @param height the height that is seen, in pixels
    /// @param workspace the id of the workspace whose view it is; null for the active one
    record Resize(
            Area area,
            double scrollX,
            double scrollY,
            double width,
            double height,
            @Nullable String workspace)
            implements Input {
        /// Checks the numbers.
        ///
        /// @throws IllegalArgumentException if one is beyond [Pixels#MOST] or none
        public Resize {
            Pixels.check("viewport", scrollX, scrollY, width, height);
        }

        /// Says what a view of the active workspace shows.
        public Resize(Area area, double scrollX, double scrollY, double width, double height) {
            this(area, scrollX, scrollY, width, height, null);
        }
    }
}
