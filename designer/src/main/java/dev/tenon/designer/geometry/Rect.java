package dev.tenon.designer.geometry;

/// A rectangle on a screen, in CSS pixels.
///
/// @param x its left edge
/// @param y its upper edge
/// @param width how far it goes to the right
/// @param height how far it goes downwards
public record Rect(double x, double y, double width, double height) {
    /// Returns the rectangle between two corners.
    public static Rect between(double left, double top, double right, double bottom) {
        return new Rect(left, top, right - left, bottom - top);
    }

    /// Returns the left edge.
    public double left() {
        return x;
    }

    /// Returns the upper edge.
    public double top() {
        return y;
    }

    /// Returns the right edge.
    public double right() {
        return x + width;
    }

    /// Returns the lower edge.
    public double bottom() {
        return y + height;
    }

    /// Returns the middle.
    public Point center() {
        return new Point(x + width / 2, y + height / 2);
    }

    /// Returns this rectangle moved by `dx` and `dy`.
    public Rect plus(double dx, double dy) {
        return new Rect(x + dx, y + dy, width, height);
    }

    /// Returns the smallest rectangle around this one and `other`.
    public Rect union(Rect other) {
        return between(
                Math.min(left(), other.left()),
                Math.min(top(), other.top()),
                Math.max(right(), other.right()),
                Math.max(bottom(), other.bottom()));
    }
}
