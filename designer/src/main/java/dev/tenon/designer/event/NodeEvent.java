package dev.tenon.designer.event;

import dev.tenon.designer.tree.TreeNode;
import java.util.List;

/// Something happened with nodes that leaves the tree as it is.
public sealed interface NodeEvent extends Event {
    /// A drag of `source` began. The reference tells the root of the tree too, in vain for nodes
    /// from a palette.
    ///
    /// @param source what is dragged
    record DragNode(List<TreeNode> source) implements NodeEvent {
        /// Copies the list.
        public DragNode {
            source = List.copyOf(source);
        }

        @Override
        public String type() {
            return "drag:node";
        }
    }

    /// Nodes were dropped into `source`.
    ///
    /// @param target the root of the tree
    /// @param source the node that they went into
    record DropNode(TreeNode target, TreeNode source) implements NodeEvent {
        @Override
        public String type() {
            return "drop:node";
        }
    }

    /// The pointer came over `target`.
    ///
    /// @param target the node
    record HoverNode(TreeNode target) implements NodeEvent {
        @Override
        public String type() {
            return "hover:node";
        }
    }

    /// More or others are selected.
    ///
    /// @param target the root of the tree
    /// @param source the ids of all that is selected then
    record SelectNode(TreeNode target, List<String> source) implements NodeEvent {
        /// Copies the list.
        public SelectNode {
            source = List.copyOf(source);
        }

        @Override
        public String type() {
            return "select:node";
        }
    }

    /// Less is selected.
    ///
    /// @param target the root of the tree
    /// @param source the ids of all that is selected then
    record UnselectNode(TreeNode target, List<String> source) implements NodeEvent {
        /// Copies the list.
        public UnselectNode {
            source = List.copyOf(source);
        }

        @Override
        public String type() {
            return "unselect:node";
        }
    }
}
