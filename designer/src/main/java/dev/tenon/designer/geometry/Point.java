package dev.tenon.designer.geometry;

/// A place on a screen, in CSS pixels from the left upper corner, y downwards.
///
/// @param x to the right
/// @param y downwards
public record Point(double x, double y) {
    /// The left upper corner.
    public static final Point ORIGIN = new Point(0, 0);

    /// Returns this point moved by `dx` and `dy`.
    public Point plus(double dx, double dy) {
        return new Point(x + dx, y + dy);
    }

    /// Returns how far `other` is, as the crow flies.
    public double distance(Point other) {
        double dx = x - other.x;
        double dy = y - other.y;
        return Math.sqrt(dx * dx + dy * dy);
    }
}
