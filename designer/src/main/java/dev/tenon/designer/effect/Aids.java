package dev.tenon.designer.effect;

import dev.tenon.designer.event.PointerTarget.Area;
import dev.tenon.designer.geometry.LineSegment;
import dev.tenon.designer.geometry.Rect;
import dev.tenon.designer.geometry.Snapping.SpaceBlock;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a front end draws over a canvas while something is dragged, and how it scrolls meanwhile.
///
/// @param box the rectangle that selects, on the screen; null for none
/// @param preview where the node that is resized or moved freely would be; null for none
/// @param snapLines lines that it snapped to
/// @param spaceBlocks spaces beside it that are equally wide
/// @param scrolling how a view is to be scrolled; null where it stays
public record Aids(
        @Nullable Rect box,
        @Nullable Rect preview,
        List<LineSegment> snapLines,
        List<SpaceBlock> spaceBlocks,
        @Nullable Scrolling scrolling) {
    /// Nothing.
    public static final Aids NONE = new Aids(null, null, List.of(), List.of(), null);

    /// Copies the lists.
    public Aids {
        snapLines = List.copyOf(snapLines);
        spaceBlocks = List.copyOf(spaceBlocks);
    }

    /// How a view scrolls.
    ///
    /// @param workspace the id of the workspace whose view it is
    /// @param area which view of it
    /// @param speedX pixels a second to the right, negative to the left
    /// @param speedY pixels a second downwards, negative upwards
    public record Scrolling(String workspace, Area area, double speedX, double speedY) {}

    Aids withBox(@Nullable Rect other) {
        return new Aids(other, preview, snapLines, spaceBlocks, scrolling);
    }

    Aids withScrolling(@Nullable Scrolling other) {
        return new Aids(box, preview, snapLines, spaceBlocks, other);
    }

    Aids with(@Nullable Rect preview, Snaps snaps) {
        return new Aids(box, preview, snaps.lines(), snaps.blocks(), scrolling);
    }
}
