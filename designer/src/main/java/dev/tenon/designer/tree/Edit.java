package dev.tenon.designer.tree;

import dev.tenon.designer.json.JsonObject;

/// The smallest changes of a tree. Each has an inverse, says all that a view needs to follow it,
/// and knows nothing of rules: [dev.tenon.designer.action.Action]s check those and answer with
/// edits.
public sealed interface Edit {
    /// Returns the edit that takes this one back.
    Edit inverse();

    /// A node with all below it comes.
    ///
    /// @param parent the node that it comes into
    /// @param index its place there, from 0 to the count of children
    /// @param node the node; none of its ids is in the tree
    record Insert(String parent, int index, TreeNode node) implements Edit {
        @Override
        public Edit inverse() {
            return new Delete(parent, index, node);
        }
    }

    /// A node with all below it goes.
    ///
    /// @param parent the node that it goes from
    /// @param index its place there
    /// @param node the node as it was
    record Delete(String parent, int index, TreeNode node) implements Edit {
        @Override
        public Edit inverse() {
            return new Insert(parent, index, node);
        }
    }

    /// A node with all below it moves.
    ///
    /// @param id the node
    /// @param from where it was
    /// @param fromIndex its place there
    /// @param to the node it goes into, neither itself nor below it
    /// @param toIndex its place there, counted without it
    record Move(String id, String from, int fromIndex, String to, int toIndex) implements Edit {
        @Override
        public Edit inverse() {
            return new Move(id, to, toIndex, from, fromIndex);
        }
    }

    /// The settings of a node change.
    ///
    /// @param id the node
    /// @param before all its settings as they were
    /// @param after all its settings as they will be
    record Props(String id, JsonObject before, JsonObject after) implements Edit {
        @Override
        public Edit inverse() {
            return new Props(id, after, before);
        }
    }

    /// A node becomes another kind of node.
    ///
    /// @param id the node
    /// @param before the component's name as it was
    /// @param after the component's name as it will be
    record Rename(String id, String before, String after) implements Edit {
        @Override
        public Edit inverse() {
            return new Rename(id, after, before);
        }
    }

    /// A node is hidden or shown again.
    ///
    /// @param id the node
    /// @param before whether it was hidden
    /// @param after whether it will be
    record Hide(String id, boolean before, boolean after) implements Edit {
        @Override
        public Edit inverse() {
            return new Hide(id, after, before);
        }
    }

    /// Another tree comes in the place of all.
    ///
    /// @param before the root as it was
    /// @param after the root as it will be
    record Replace(TreeNode before, TreeNode after) implements Edit {
        @Override
        public Edit inverse() {
            return new Replace(after, before);
        }
    }
}
