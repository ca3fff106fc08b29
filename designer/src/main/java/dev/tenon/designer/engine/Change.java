package dev.tenon.designer.engine;

import dev.tenon.designer.tree.Difference;
import dev.tenon.designer.tree.Tree;

/// What happened to an [Operation]: views follow the difference and need not compare trees.
///
/// @param cause what brought it up
/// @param type the name of the action, `append:node`; of the entry that a walk through the history
///   led to; else empty
/// @param tree the tree after it
/// @param selection the selection after it
/// @param difference what changed in the tree; [Difference#NONE] for a selection or a hover
public record Change(
        Cause cause, String type, Tree tree, Selection selection, Difference difference) {
    /// What brings changes up.
    public enum Cause {
        /// An action was done.
        ACTION,
        /// A step was undone.
        UNDO,
        /// A step was done again.
        REDO,
        /// The user went to an entry of the history.
        GOTO,
        /// Others who edit the same tree changed it.
        OTHERS,
        /// Other nodes were selected.
        SELECTION,
        /// The pointer came over another node, or over none.
        HOVER
    }
}
