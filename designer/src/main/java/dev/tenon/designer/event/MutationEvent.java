package dev.tenon.designer.event;

import dev.tenon.designer.tree.TreeNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A tree is about to change. Subscribers hear it before and may veto it; then nothing changes.
public sealed interface MutationEvent extends Event {
    /// Returns the node that is affected or receives others, as it is before.
    TreeNode target();

    /// Returns the nodes that go into or beside the target, as they will be; none where the target
    /// alone changes.
    default List<TreeNode> source() {
        return List.of();
    }

    /// Returns for each node of [#source] the id of the parent that it leaves, null for a node that
    /// comes from outside of the tree.
    default List<@Nullable String> originSourceParents() {
        return Collections.nCopies(source().size(), null);
    }

    /// Nodes that go into or beside another one.
    ///
    /// @param nodes the nodes, as they will be
    /// @param parents for each the id of the parent that it leaves, null for a node that comes from
    ///   outside of the tree
    record Arrivals(List<TreeNode> nodes, List<@Nullable String> parents) {
        /// Copies the lists.
        public Arrivals {
            nodes = List.copyOf(nodes);
            parents = Collections.unmodifiableList(new ArrayList<>(parents));
        }

        /// Returns nodes that come from outside of the tree.
        public static Arrivals fresh(List<TreeNode> nodes) {
            return new Arrivals(nodes, Collections.nCopies(nodes.size(), null));
        }
    }

    /// Nodes go into or beside the target.
    sealed interface Arrival extends MutationEvent {
        /// Returns the nodes.
        Arrivals arrivals();

        @Override
        default List<TreeNode> source() {
            return arrivals().nodes();
        }

        @Override
        default List<@Nullable String> originSourceParents() {
            return arrivals().parents();
        }
    }

    /// Nodes become the last children of `target`.
    record AppendNode(TreeNode target, Arrivals arrivals) implements Arrival {
        @Override
        public String type() {
            return "append:node";
        }
    }

    /// Nodes become the first children of `target`.
    record PrependNode(TreeNode target, Arrivals arrivals) implements Arrival {
        @Override
        public String type() {
            return "prepend:node";
        }
    }

    /// Nodes go after `target`.
    record InsertAfter(TreeNode target, Arrivals arrivals) implements Arrival {
        @Override
        public String type() {
            return "insert:after";
        }
    }

    /// Nodes go before `target`.
    record InsertBefore(TreeNode target, Arrivals arrivals) implements Arrival {
        @Override
        public String type() {
            return "insert:before";
        }
    }

    /// Nodes go to a place among the children of `target`.
    record InsertChildren(TreeNode target, Arrivals arrivals) implements Arrival {
        @Override
        public String type() {
            return "insert:children";
        }
    }

    /// Nodes become the only children of `target`.
    record UpdateChildren(TreeNode target, Arrivals arrivals) implements Arrival {
        @Override
        public String type() {
            return "update:children";
        }
    }

    /// The node `wrapper` takes the place of `target`, which goes into it.
    record WrapNode(TreeNode target, TreeNode wrapper) implements MutationEvent {
        @Override
        public String type() {
            return "wrap:node";
        }

        @Override
        public List<TreeNode> source() {
            return List.of(wrapper);
        }
    }

    /// The children of `target` take its place; ours.
    record UnwrapNode(TreeNode target) implements MutationEvent {
        @Override
        public String type() {
            return "unwrap:node";
        }
    }

    /// The node `target` goes.
    record RemoveNode(TreeNode target) implements MutationEvent {
        @Override
        public String type() {
            return "remove:node";
        }
    }

    /// The node `copy` is made from `target`; another event tells where it goes.
    record CloneNode(TreeNode target, TreeNode copy) implements MutationEvent {
        @Override
        public String type() {
            return "clone:node";
        }

        @Override
        public List<TreeNode> source() {
            return List.of(copy);
        }
    }

    /// The node `other` with all below it comes in the place of `target`.
    record FromNode(TreeNode target, TreeNode other) implements MutationEvent {
        @Override
        public String type() {
            return "from:node";
        }

        @Override
        public List<TreeNode> source() {
            return List.of(other);
        }
    }

    /// The settings of `target` change.
    record UpdateNodeProps(TreeNode target) implements MutationEvent {
        @Override
        public String type() {
            return "update:node:props";
        }
    }

    /// The node `target` becomes a `componentName`; ours.
    record RenameNode(TreeNode target, String componentName) implements MutationEvent {
        @Override
        public String type() {
            return "rename:node";
        }
    }

    /// The node `target` is hidden or shown; ours.
    record HideNode(TreeNode target, boolean hidden) implements MutationEvent {
        @Override
        public String type() {
            return "hide:node";
        }
    }
}
