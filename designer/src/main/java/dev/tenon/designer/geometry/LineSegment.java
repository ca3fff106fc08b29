package dev.tenon.designer.geometry;

/// A straight line between two points; those here lie along an axis.
///
/// @param start where it begins
/// @param end where it ends
public record LineSegment(Point start, Point end) {
    /// Returns the line along x at `y`.
    public static LineSegment horizontal(double y, double fromX, double toX) {
        return new LineSegment(new Point(fromX, y), new Point(toX, y));
    }

    /// Returns the line along y at `x`.
    public static LineSegment vertical(double x, double fromY, double toY) {
        return new LineSegment(new Point(x, fromY), new Point(x, toY));
    }

    /// Returns whether it lies along x.
    public boolean isHorizontal() {
        return start.y() == end.y();
    }
}
