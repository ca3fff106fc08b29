package dev.tenon.designer.collaboration;

import dev.tenon.designer.tree.TreeNode;
import java.util.List;

/// A part of a contribution: an [dev.tenon.designer.tree.Edit] told so that it makes sense in a
/// tree that others have changed meanwhile. A step that makes none, because its node or its place
/// is gone, does nothing.
public sealed interface Step {
    /// A node comes with all below it; nothing happens where one of its ids is in the tree. An id
    /// that was deleted is free.
    ///
    /// @param node the node; its author has chosen all ids
    /// @param place where
    record Insert(TreeNode node, Place place) implements Step {}

    /// A node goes with all that is below it then. It is kept aside, edits still reach it, and a
    /// [Move] brings it back.
    ///
    /// @param id the node
    record Delete(String id) implements Step {}

    /// A node moves with all below it; a deleted one comes back. Nothing happens where it would go
    /// into itself, or from the tree into a deleted node.
    ///
    /// @param id the node
    /// @param place where to
    record Move(String id, Place place) implements Step {}

    /// Settings of a node are given or taken away.
    ///
    /// @param id the node
    /// @param settings which
    record Assign(String id, List<Assignment> settings) implements Step {
        /// Copies the list.
        public Assign {
            settings = List.copyOf(settings);
        }
    }

    /// A node becomes another component.
    ///
    /// @param id the node
    /// @param componentName the component
    record Rename(String id, String componentName) implements Step {}

    /// A node is hidden or shown.
    ///
    /// @param id the node
    /// @param hidden which of the two
    record Hide(String id, boolean hidden) implements Step {}

    /// Another tree comes in the place of all.
    ///
    /// @param root its root
    record Load(TreeNode root) implements Step {}

    /// Someone joins: from here on the site may contribute.
    ///
    /// @param site the site
    record Join(String site) implements Step {}

    /// The author leaves and contributes nothing more.
    record Leave() implements Step {}
}
