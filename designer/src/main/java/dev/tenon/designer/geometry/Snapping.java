package dev.tenon.designer.geometry;

import org.jspecify.annotations.Nullable;

/// What a moving rectangle has in common with one that stands: lines that both may lie on, the
/// space between them, the guide from one to the other.
public final class Snapping {
    /// How near a line must be, in pixels, for a rectangle to snap to it.
    public static final double THRESHOLD = 6;

    private Snapping() {}

    /// On which side of a moving rectangle another stands.
    public enum Side {
        /// To its left.
        LEFT,
        /// To its right.
        RIGHT,
        /// Above it.
        TOP,
        /// Below it.
        BOTTOM
    }

    /// The space between two rectangles that face each other.
    ///
    /// @param side where the standing one is
    /// @param distance how far apart they are, in pixels
    /// @param rect the space, as long as both together
    public record SpaceBlock(Side side, double distance, Rect rect) {}

    /// Returns the space between `moving` and `standing`; null where they overlap or do not face
    /// each other.
    public static @Nullable SpaceBlock spaceBlockOfRect(Rect moving, Rect standing) {
        Rect all = moving.union(standing);
        if (moving.top() <= standing.bottom() && standing.top() <= moving.bottom()) {
            if (moving.left() > standing.right()) {
                return across(Side.LEFT, standing.right(), moving.left(), all);
            }
            if (moving.right() < standing.left()) {
                return across(Side.RIGHT, moving.right(), standing.left(), all);
            }
        } else if (moving.left() <= standing.right() && standing.left() <= moving.right()) {
            return moving.top() > standing.bottom()
                    ? along(Side.TOP, standing.bottom(), moving.top(), all)
                    : along(Side.BOTTOM, moving.bottom(), standing.top(), all);
        }
        return null;
    }

    private static SpaceBlock across(Side side, double from, double to, Rect all) {
        return new SpaceBlock(side, to - from, new Rect(from, all.y(), to - from, all.height()));
    }

    private static SpaceBlock along(Side side, double from, double to, Rect all) {
        return new SpaceBlock(side, to - from, new Rect(all.x(), from, all.width(), to - from));
    }

    /// Returns the guide that lengthens the edge of `standing` that faces `moving` up to it; null
    /// where the edge needs none.
    ///
    /// Beside each other, an edge within the moving one's needs no guide, nor does one that begins
    /// only below it; above each other, an edge beyond both ends of the moving one's needs none.
    /// The two cases differ in the reference; its figures are kept.
    public static @Nullable LineSegment extendsLineSegmentOfRect(Rect moving, Rect standing) {
        boolean left = moving.left() > standing.right();
        if (left || moving.right() < standing.left()) {
            double x = left ? standing.right() : standing.left();
            if (moving.top() <= standing.top()) {
                return moving.bottom() >= standing.bottom() || moving.bottom() < standing.top()
                        ? null
                        : LineSegment.vertical(x, moving.top(), standing.top());
            }
            return LineSegment.vertical(x, standing.bottom(), moving.bottom());
        }
        boolean above = moving.top() > standing.bottom();
        if (above || moving.bottom() < standing.top()) {
            double y = above ? standing.bottom() : standing.top();
            if (moving.left() >= standing.left() && moving.right() <= standing.right()) {
                return null;
            }
            return moving.left() < standing.left() && moving.right() < standing.right()
                    ? LineSegment.horizontal(y, moving.left(), standing.left())
                    : LineSegment.horizontal(y, standing.right(), moving.right());
        }
        return null;
    }

    /// Returns how far `line` is from the nearest of the edges and the middle of `rect` that run
    /// along it.
    public static double distanceOfSnapLineToEdges(LineSegment line, Rect rect) {
        double at = at(line);
        double begin = begin(line, rect);
        double size = size(line, rect);
        return Math.min(
                Math.min(Math.abs(at - begin), Math.abs(at - begin - size)),
                Math.abs(at - begin - size / 2));
    }

    /// Returns where in `rect`, from its left upper corner, the edge or middle is that is nearest
    /// to `line`: across the line; along it 0. Put on the line less this, the rectangle snaps.
    public static Point offsetOfSnapLineSegmentToEdge(LineSegment line, Rect rect) {
        double at = at(line) - begin(line, rect);
        double size = size(line, rect);
        double offset = 0;
        double nearest = Math.abs(at);
        for (double place : new double[] {size / 2, size}) {
            if (Math.abs(at - place) < nearest) {
                nearest = Math.abs(at - place);
                offset = place;
            }
        }
        return line.isHorizontal() ? new Point(0, offset) : new Point(offset, 0);
    }

    private static double at(LineSegment line) {
        return line.isHorizontal() ? line.start().y() : line.start().x();
    }

    private static double begin(LineSegment line, Rect rect) {
        return line.isHorizontal() ? rect.y() : rect.x();
    }

    private static double size(LineSegment line, Rect rect) {
        return line.isHorizontal() ? rect.height() : rect.width();
    }
}
