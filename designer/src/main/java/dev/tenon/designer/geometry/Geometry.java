package dev.tenon.designer.geometry;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// Questions about points and rectangles, under the names that Designable's users know. All
/// comparisons include the edges.
public final class Geometry {
    private Geometry() {}

    /// Where a point is, seen from the middle of a rectangle: `I` inside of its sensitive part, `O`
    /// outside; 1 left above, 2 right above, 3 right below, 4 left below.
    public enum Quadrant {
        /// Inside, left above.
        I1,
        /// Inside, right above.
        I2,
        /// Inside, right below.
        I3,
        /// Inside, left below.
        I4,
        /// Outside, left above.
        O1,
        /// Outside, right above.
        O2,
        /// Outside, right below.
        O3,
        /// Outside, left below.
        O4
    }

    /// Returns how wide the band along an edge is that does not count as inside: a tenth of the
    /// side, at least 10 and at most 20 pixels.
    public static double sensor(double side) {
        return Math.min(20, Math.max(10, side * 0.1));
    }

    /// Returns whether `point` is in `rect`; with `sensitive`, in the part that is left within
    /// bands of [#sensor] along its edges.
    public static boolean isPointInRect(Point point, Rect rect, boolean sensitive) {
        double dx = sensitive ? sensor(rect.width()) : 0;
        double dy = sensitive ? sensor(rect.height()) : 0;
        return point.x() >= rect.left() + dx
                && point.x() <= rect.right() - dx
                && point.y() >= rect.top() + dy
                && point.y() <= rect.bottom() - dy;
    }

    /// Returns whether `point` is nearer to the end of `rect` than to its beginning. In a block the
    /// beginning is the upper edge; among inline elements it is the left upper corner, measured
    /// along both axes.
    public static boolean isNearAfter(Point point, Rect rect, boolean inline) {
        double before = Math.abs(point.y() - rect.top());
        double after = Math.abs(point.y() - rect.bottom());
        return inline
                ? Math.abs(point.x() - rect.left()) + before
                        > Math.abs(point.x() - rect.right()) + after
                : before > after;
    }

    /// Returns how far `point` is from `rect`; 0 inside.
    public static double distanceOfPointToRect(Point point, Rect rect) {
        double dx = outside(point.x(), rect.left(), rect.right());
        double dy = outside(point.y(), rect.top(), rect.bottom());
        return Math.sqrt(dx * dx + dy * dy);
    }

    private static double outside(double at, double begin, double end) {
        return at >= begin && at <= end ? 0 : Math.min(Math.abs(at - begin), Math.abs(at - end));
    }

    /// Returns how far `point` is from the nearest of the four endless lines that the edges of
    /// `rect` are parts of.
    public static double distanceOfPointToEdge(Point point, Rect rect) {
        return Math.min(
                Math.min(Math.abs(point.x() - rect.left()), Math.abs(point.x() - rect.right())),
                Math.min(Math.abs(point.y() - rect.top()), Math.abs(point.y() - rect.bottom())));
    }

    /// Returns where `point` is, seen from the middle of `rect`.
    public static Quadrant quadrantOfPointToRect(Point point, Rect rect) {
        boolean inner = isPointInRect(point, rect, true);
        Point middle = rect.center();
        boolean left = point.x() <= middle.x();
        if (point.y() <= middle.y()) {
            return left ? (inner ? Quadrant.I1 : Quadrant.O1) : (inner ? Quadrant.I2 : Quadrant.O2);
        }
        return left ? (inner ? Quadrant.I4 : Quadrant.O4) : (inner ? Quadrant.I3 : Quadrant.O3);
    }

    /// Returns whether all of `rect` is in `outer`.
    public static boolean isRectInRect(Rect rect, Rect outer) {
        return rect.left() >= outer.left()
                && rect.right() <= outer.right()
                && rect.top() >= outer.top()
                && rect.bottom() <= outer.bottom();
    }

    /// Returns whether the two rectangles have a point in common.
    public static boolean isCrossRectInRect(Rect rect, Rect other) {
        return rect.left() <= other.right()
                && other.left() <= rect.right()
                && rect.top() <= other.bottom()
                && other.top() <= rect.bottom();
    }

    /// Returns the smallest rectangle around all of `rects`; null for none.
    public static @Nullable Rect boundingRect(List<Rect> rects) {
        Rect all = null;
        for (Rect rect : rects) {
            all = all == null ? rect : all.union(rect);
        }
        return all;
    }

    /// Returns the rectangle that a user has drawn from `start` to `end` while the page was
    /// scrolled by `scrollX` and `scrollY`.
    ///
    /// A corner taken from the start moves with the page, but for a drag to the right and up; that
    /// is the reference's, whose figures this keeps.
    public static Rect rectByStartEndPoint(Point start, Point end, double scrollX, double scrollY) {
        double dx = end.x() - start.x() + scrollX;
        double dy = end.y() - start.y() + scrollY;
        double x = dx >= 0 ? (dy >= 0 ? start.x() - scrollX : start.x()) : end.x();
        double y = end.y();
        if (dy >= 0) {
            y = start.y() - scrollY;
            x = dx >= 0 ? x : end.x() - scrollX;
        }
        return new Rect(x, y, Math.abs(dx), Math.abs(dy));
    }
}
