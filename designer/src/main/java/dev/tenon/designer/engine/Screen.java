package dev.tenon.designer.engine;

import org.jspecify.annotations.Nullable;

/// The screen that a design is shown for: the frame around the canvas. A screen is a value, and
/// says nothing about any document. As in the reference it changes the frame alone; no component
/// has settings of its own for one.
///
/// @param kind what it is like
/// @param scale how large it is drawn: 1 as it is, 0.5 half as large
/// @param width in pixels; null for all the room there is (the reference's `100%`)
/// @param height in pixels; null for all the room there is
/// @param isFlipped whether a mobile screen lies on its side
/// @param status what is being done with it
/// @param background a CSS colour, or the empty text for the front end's own
public record Screen(
        Kind kind,
        double scale,
        @Nullable Double width,
        @Nullable Double height,
        boolean isFlipped,
        Status status,
        String background) {
    /// A computer's, as it is at first.
    public static final Screen PC = new Screen(Kind.PC, 1, null, null, false, Status.NORMAL, "");

    /// What a screen is like.
    public enum Kind {
        /// A computer's: all the room there is.
        PC,
        /// Of any size, which people drag.
        RESPONSIVE,
        /// A telephone's.
        MOBILE,
        /// A sheet without a frame.
        SKETCH
    }

    /// What is being done with a screen.
    public enum Status {
        /// Nothing.
        NORMAL,
        /// Somebody drags its edge.
        RESIZING,
        /// Somebody changes its scale.
        ZOOMING
    }

    /// Checks the numbers.
    ///
    /// @throws IllegalArgumentException if the scale or a side is not more than 0, or infinite
    public Screen {
        check("scale", scale);
        check("width", width == null ? 1 : width);
        check("height", height == null ? 1 : height);
    }

    private static void check(String what, double value) {
        if (!(value > 0) || Double.isInfinite(value)) {
            throw new IllegalArgumentException(
                    "screen: " + what + " must be a number above 0; got " + value);
        }
    }

    /// Returns the screen of the same size as a `kind`.
    public Screen withKind(Kind kind) {
        return new Screen(kind, scale, width, height, isFlipped, status, background);
    }

    /// Returns the screen drawn `scale` times as large as it is.
    public Screen withScale(double scale) {
        return new Screen(kind, scale, width, height, isFlipped, status, background);
    }

    /// Returns the screen with these sides; a side of 0 stays as it is, as in the reference.
    public Screen withSize(double width, double height) {
        return new Screen(
                kind,
                scale,
                width == 0 ? this.width : Double.valueOf(width),
                height == 0 ? this.height : Double.valueOf(height),
                isFlipped,
                status,
                background);
    }

    /// Returns the screen with all the room there is.
    public Screen withoutSize() {
        return new Screen(kind, scale, null, null, isFlipped, status, background);
    }

    /// Returns the screen on its side, or upright.
    public Screen withFlip(boolean isFlipped) {
        return new Screen(kind, scale, width, height, isFlipped, status, background);
    }

    /// Returns the screen while `status` is being done with it.
    public Screen withStatus(Status status) {
        return new Screen(kind, scale, width, height, isFlipped, status, background);
    }

    /// Returns the screen before `background`.
    public Screen withBackground(String background) {
        return new Screen(kind, scale, width, height, isFlipped, status, background);
    }
}
