package dev.tenon.designer.event;

import dev.tenon.designer.event.PointerTarget.Area;
import dev.tenon.designer.geometry.Pixels;

/// The part of a document that is on the screen changed.
public sealed interface ViewportEvent extends Event {
    /// Returns which view of the document: the canvas or the outline.
    Area area();

    /// Returns how many pixels are scrolled away at the left.
    double scrollX();

    /// Returns how many pixels are scrolled away at the top.
    double scrollY();

    /// Returns the width that is seen, in pixels.
    double width();

    /// Returns the height that is seen, in pixels.
    double height();

    /// The size changed.
    record ViewportResize(Area area, double scrollX, double scrollY, double width, double height)
            implements ViewportEvent {
        /// Checks the numbers.
        ///
        /// @throws IllegalArgumentException if one is beyond [Pixels#MOST] or none
        public ViewportResize {
            Pixels.check("viewport", scrollX, scrollY, width, height);
        }

        @Override
        public String type() {
            return "viewport:resize";
        }
    }

    /// Another part came to be seen.
    record ViewportScroll(Area area, double scrollX, double scrollY, double width, double height)
            implements ViewportEvent {
        /// Checks the numbers.
        ///
        /// @throws IllegalArgumentException if one is beyond [Pixels#MOST] or none
        public ViewportScroll {
            Pixels.check("viewport", scrollX, scrollY, width, height);
        }

        @Override
        public String type() {
            return "viewport:scroll";
        }
    }
}
