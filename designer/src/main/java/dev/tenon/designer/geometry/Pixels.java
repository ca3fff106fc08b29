package dev.tenon.designer.geometry;

/// What counts as a number of pixels where a front end reports some.
public final class Pixels {
    /// How far from 0 a place or a size may be: their squares and sums are numbers then.
    public static final double MOST = 1e100;

    private Pixels() {}

    /// Refuses numbers that are no pixels: they would spread to whatever is worked out from them.
    ///
    /// @param what stands for the numbers in the message
    /// @throws IllegalArgumentException if one is not a number or beyond [#MOST]
    public static void check(String what, double... values) {
        for (double value : values) {
            if (!(Math.abs(value) <= MOST)) {
                throw new IllegalArgumentException(
                        what + ": pixels must be from -1e100 to 1e100; got " + value);
            }
        }
    }

    /// Refuses a rectangle with numbers that are no pixels.
    ///
    /// @param what stands for the rectangle in the message
    /// @throws IllegalArgumentException as [#check(String, double...)]
    public static void check(String what, Rect rect) {
        check(what, rect.x(), rect.y(), rect.width(), rect.height());
    }
}
