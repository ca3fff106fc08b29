package dev.tenon.designer.effect;

import dev.tenon.designer.geometry.LineSegment;
import dev.tenon.designer.geometry.Rect;
import dev.tenon.designer.geometry.Snapping;
import dev.tenon.designer.geometry.Snapping.Side;
import dev.tenon.designer.geometry.Snapping.SpaceBlock;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a moving rectangle snaps to: lines through the edges and the middles of others, else spaces
/// that are equally wide.
///
/// @param dx pixels to the right that bring it there
/// @param dy pixels downwards that bring it there
/// @param lines the lines that it is on then
/// @param blocks the equal spaces that are beside it then
record Snaps(double dx, double dy, List<LineSegment> lines, List<SpaceBlock> blocks) {
    static final Snaps NONE = new Snaps(0, 0, List.of(), List.of());

    /// Where lines of a rectangle may be, as parts of its side: both edges and the middle.
    private static final double[] PLACES = {0, 0.5, 1};

    /// Finds what `moving` snaps to among `others` when all of it moves.
    static Snaps whole(Rect moving, List<Rect> others) {
        return find(moving, others, PLACES, PLACES, true);
    }

    /// Finds what the edges that a handle drags snap to: `x` and `y` are -1, 0 or 1, for the left
    /// or upper edge, none, or the right or lower one.
    static Snaps edges(Rect moving, List<Rect> others, int x, int y) {
        return find(moving, others, edge(x), edge(y), false);
    }

    private static double[] edge(int side) {
        return side == 0 ? new double[0] : new double[] {side < 0 ? 0 : 1};
    }

    private static Snaps find(
            Rect moving, List<Rect> others, double[] placesX, double[] placesY, boolean isWhole) {
        double dx = nearest(moving.x(), moving.width(), others, placesX, true);
        double dy = nearest(moving.y(), moving.height(), others, placesY, false);
        if (isWhole && Double.isNaN(dx)) {
            dx = equalSpace(moving, others, Side.LEFT, Side.RIGHT);
        }
        if (isWhole && Double.isNaN(dy)) {
            dy = equalSpace(moving, others, Side.TOP, Side.BOTTOM);
        }
        double x = Double.isNaN(dx) ? 0 : dx;
        double y = Double.isNaN(dy) ? 0 : dy;
        Rect at =
                isWhole
                        ? moving.plus(x, y)
                        : Rect.between(
                                moving.left() + (has(placesX, 0) ? x : 0),
                                moving.top() + (has(placesY, 0) ? y : 0),
                                moving.right() + (has(placesX, 1) ? x : 0),
                                moving.bottom() + (has(placesY, 1) ? y : 0));
        List<LineSegment> lines = new ArrayList<>();
        lines(at, others, placesX, true, lines);
        lines(at, others, placesY, false, lines);
        return new Snaps(x, y, lines, isWhole ? blocks(at, others) : List.of());
    }

    private static boolean has(double[] places, double place) {
        return places.length > 0 && places[0] == place;
    }

    /// How far it is to the nearest line along an axis; NaN where none is near.
    private static double nearest(
            double begin, double size, List<Rect> others, double[] places, boolean isX) {
        double nearest = Double.NaN;
        for (Rect other : others) {
            for (double line : PLACES) {
                double at = at(other, line, isX);
                for (double place : places) {
                    double distance = at - (begin + place * size);
                    if (Math.abs(distance) < Snapping.THRESHOLD
                            && !(Math.abs(distance) >= Math.abs(nearest))) {
                        nearest = distance;
                    }
                }
            }
        }
        return nearest;
    }

    private static double at(Rect rect, double place, boolean isX) {
        return isX ? rect.x() + place * rect.width() : rect.y() + place * rect.height();
    }

    private static void lines(
            Rect at, List<Rect> others, double[] places, boolean isX, List<LineSegment> lines) {
        for (double place : places) {
            double line = at(at, place, isX);
            Rect all = null;
            for (Rect other : others) {
                for (double otherPlace : PLACES) {
                    if (Math.abs(at(other, otherPlace, isX) - line) < 0.01) {
                        all = (all == null ? at : all).union(other);
                    }
                }
            }
            if (all != null) {
                lines.add(
                        isX
                                ? LineSegment.vertical(line, all.top(), all.bottom())
                                : LineSegment.horizontal(line, all.left(), all.right()));
            }
        }
    }

    /// How far it is to a place where the space on one side is as wide as the one on the other
    /// side, or as the next one behind the neighbour; NaN where none is near.
    private static double equalSpace(Rect moving, List<Rect> others, Side before, Side after) {
        SpaceBlock first = beside(moving, others, before);
        SpaceBlock second = beside(moving, others, after);
        double nearest = Double.NaN;
        if (first != null && second != null) {
            nearest = nearer(nearest, (second.distance() - first.distance()) / 2);
        }
        for (Side side : List.of(before, after)) {
            SpaceBlock space = side == before ? first : second;
            SpaceBlock behind = space == null ? null : behind(moving, others, side);
            if (space != null && behind != null) {
                double distance = behind.distance() - space.distance();
                nearest = nearer(nearest, side == before ? distance : -distance);
            }
        }
        return nearest;
    }

    private static double nearer(double nearest, double distance) {
        return Math.abs(distance) < Snapping.THRESHOLD && !(Math.abs(distance) >= Math.abs(nearest))
                ? distance
                : nearest;
    }

    private static @Nullable SpaceBlock beside(Rect moving, List<Rect> others, Side side) {
        SpaceBlock nearest = null;
        for (Rect other : others) {
            SpaceBlock block = Snapping.spaceBlockOfRect(moving, other);
            if (block != null
                    && block.side() == side
                    && (nearest == null || block.distance() < nearest.distance())) {
                nearest = block;
            }
        }
        return nearest;
    }

    /// The space behind the neighbour on a side.
    private static @Nullable SpaceBlock behind(Rect moving, List<Rect> others, Side side) {
        Rect neighbour = null;
        double distance = Double.POSITIVE_INFINITY;
        for (Rect other : others) {
            SpaceBlock block = Snapping.spaceBlockOfRect(moving, other);
            if (block != null && block.side() == side && block.distance() < distance) {
                distance = block.distance();
                neighbour = other;
            }
        }
        return neighbour == null ? null : beside(neighbour, others, side);
    }

    @SuppressWarnings("ReferenceEquality") // another block may be equal
    private static List<SpaceBlock> blocks(Rect at, List<Rect> others) {
        List<SpaceBlock> equal = new ArrayList<>();
        for (List<Side> sides :
                List.of(List.of(Side.LEFT, Side.RIGHT), List.of(Side.TOP, Side.BOTTOM))) {
            List<SpaceBlock> spaces = new ArrayList<>();
            for (Side side : sides) {
                SpaceBlock space = beside(at, others, side);
                SpaceBlock behind = space == null ? null : behind(at, others, side);
                if (space != null) {
                    spaces.add(space);
                }
                if (behind != null) {
                    spaces.add(behind);
                }
            }
            for (SpaceBlock space : spaces) {
                if (spaces.stream().anyMatch(other -> other != space && isEqual(other, space))) {
                    equal.add(space);
                }
            }
        }
        return equal;
    }

    private static boolean isEqual(SpaceBlock a, SpaceBlock b) {
        return Math.abs(a.distance() - b.distance()) < 0.01;
    }
}
