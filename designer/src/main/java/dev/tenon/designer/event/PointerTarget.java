package dev.tenon.designer.event;

import org.jspecify.annotations.Nullable;

/// What the pointer is on, as the front end read it from the page: for each of the reference's
/// attributes the value at the closest element that has it.
///
/// @param area which part of the designer
/// @param nodeId the node drawn there, in the canvas or in the outline; null for none
/// @param sourceId the resource of the palette there; null for none
/// @param handle the handle of the selection there; null for none
/// @param editable the path of the setting whose text stands there and can be edited in place,
///   `title` or `style.label`; null for none
/// @param isQuiet whether clicks there are left to the page (`data-click-stop-propagation`)
/// @param workspace the id of the workspace whose view is there; null for the active one, as where
///   only one is shown at a time
public record PointerTarget(
        Area area,
        @Nullable String nodeId,
        @Nullable String sourceId,
        @Nullable Handle handle,
        @Nullable String editable,
        boolean isQuiet,
        @Nullable String workspace) {
    /// Says where the pointer is in the active workspace.
    public PointerTarget(
            Area area,
            @Nullable String nodeId,
            @Nullable String sourceId,
            @Nullable Handle handle,
            @Nullable String editable,
            boolean isQuiet) {
        this(area, nodeId, sourceId, handle, editable, isQuiet, null);
    }

    /// Nothing of the designer.
    public static final PointerTarget NONE =
            new PointerTarget(Area.ELSEWHERE, null, null, null, null, false);

    /// A part of the designer.
    public enum Area {
        /// The document as it is drawn.
        CANVAS,
        /// The document as a tree of names.
        OUTLINE,
        /// The resources.
        PALETTE,
        /// Panels, other pages, nowhere.
        ELSEWHERE
    }

    /// Something to take hold of at the box around a selected node.
    public sealed interface Handle {
        /// Returns the node that the box is around.
        String nodeId();
    }

    /// Drags the selected nodes.
    ///
    /// @param nodeId the node that the box is around
    public record DragHandle(String nodeId) implements Handle {}

    /// Moves the node freely.
    ///
    /// @param nodeId the node that the box is around
    public record TranslateHandle(String nodeId) implements Handle {}

    /// Changes the size of the node.
    ///
    /// @param nodeId the node that the box is around
    /// @param x -1 for a handle at the left side, 1 at the right, 0 between
    /// @param y -1 for a handle at the top, 1 at the bottom, 0 between
    public record ResizeHandle(String nodeId, int x, int y) implements Handle {
        /// Checks the side.
        ///
        /// @throws IllegalArgumentException if x or y is not -1, 0 or 1, or both are 0
        public ResizeHandle {
            if (Math.abs(x) > 1 || Math.abs(y) > 1 || (x == 0 && y == 0)) {
                throw new IllegalArgumentException(
                        "resize handle: x and y must be -1, 0 or 1, not both 0; got "
                                + x
                                + " and "
                                + y);
            }
        }
    }

    /// Returns the canvas at the node `nodeId`, null beside all nodes.
    public static PointerTarget canvas(@Nullable String nodeId) {
        return new PointerTarget(Area.CANVAS, nodeId, null, null, null, false);
    }

    /// Returns the outline at the node `nodeId`, null beside all nodes.
    public static PointerTarget outline(@Nullable String nodeId) {
        return new PointerTarget(Area.OUTLINE, nodeId, null, null, null, false);
    }

    /// Returns the palette at the resource `sourceId`.
    public static PointerTarget source(String sourceId) {
        return new PointerTarget(Area.PALETTE, null, sourceId, null, null, false);
    }

    /// Returns the canvas at `handle`.
    public static PointerTarget handle(Handle handle) {
        return new PointerTarget(Area.CANVAS, handle.nodeId(), null, handle, null, false);
    }

    /// Returns the same place in a view of the workspace named `id`.
    public PointerTarget in(String id) {
        return new PointerTarget(area, nodeId, sourceId, handle, editable, isQuiet, id);
    }
}
