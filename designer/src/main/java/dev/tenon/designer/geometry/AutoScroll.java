package dev.tenon.designer.geometry;

import org.jspecify.annotations.Nullable;

/// How a view scrolls while something is dragged to its edge.
///
/// @param direction to which end
/// @param speed in pixels a second, the same as long as the pointer stays; the reference multiplies
///   it by all the time that has gone by, so that it accelerates without an end
public record AutoScroll(Direction direction, double speed) {
    /// How fast a view scrolls where the pointer is on its edge, in pixels a second.
    public static final double SPEED = 80;

    /// The axis that a view scrolls along.
    public enum Axis {
        /// To the left and right.
        X,
        /// Up and down.
        Y
    }

    /// To which end a view scrolls.
    public enum Direction {
        /// To the left, or up.
        BEGIN,
        /// To the right, or down.
        END
    }

    /// Returns how a view at `view` scrolls along `axis` with the pointer at `point`; null where it
    /// stays. It scrolls within 100 pixels of an edge, a third of the side where that is up to 400
    /// long; the nearer, the faster, and beyond the edge faster still. The end goes first.
    public static @Nullable AutoScroll basicInfo(Point point, Axis axis, Rect view) {
        double begin = axis == Axis.X ? view.left() : view.top();
        double end = axis == Axis.X ? view.right() : view.bottom();
        double at = axis == Axis.X ? point.x() : point.y();
        double zone = end - begin > 400 ? 100 : (end - begin) / 3;
        if (end - at < zone) {
            return new AutoScroll(Direction.END, SPEED * speedFactor(end - at, zone));
        }
        if (at - begin < zone) {
            return new AutoScroll(Direction.BEGIN, SPEED * speedFactor(at - begin, zone));
        }
        return null;
    }

    /// Returns 1 on the edge and less with the distance from it, down to 0 at the end of the zone.
    public static double speedFactor(double distance, double zone) {
        return distance >= zone ? 0 : (zone - distance) / zone;
    }
}
