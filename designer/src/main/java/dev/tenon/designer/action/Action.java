package dev.tenon.designer.action;

import dev.tenon.designer.behavior.Rules;
import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.tree.Ids;
import dev.tenon.designer.tree.Tree;
import dev.tenon.designer.tree.TreeNode;
import java.util.List;
import java.util.Set;

/// Something that can be done to a tree. An action is a value and changes nothing itself: [#on]
/// checks every rule that the nodes declare and answers with another tree and the difference, or
/// with the reason why not.
///
/// Where an action takes nodes, one whose id is in the tree moves (as it is there: its settings in
/// the argument do not count), any other comes as it is given. Nodes keep their order. Places count
/// after the moving nodes have left.
///
/// | action | does | must be allowed |
/// |---|---|---|
/// | [Append] | nodes become the last children | append |
/// | [Prepend] | nodes become the first children | append |
/// | [InsertBefore], [InsertAfter] | nodes go beside a node | siblings |
/// | [InsertAt] | nodes go before the child at an index; at the end where there is none | append |
/// | [Move] | nodes of the tree go to a place | append |
/// | [SetChildren] | nodes become the only children | append, delete of those that leave |
/// | [Wrap] | a new node takes a node's place, the node goes into it | append, twice |
/// | [Unwrap] | the children take a node's place | delete, append |
/// | [Clone] | copies go beside their originals or into the one selected node | copy, append |
/// | [Paste] | copies of nodes from a clipboard go into or beside the selection | append |
/// | [Remove] | nodes go; those that may not, stay | delete |
/// | [SetProps] | settings are given or taken away | append, where other rules hold for it then |
/// | [Rename] | a node becomes another component | append, as for a new node |
/// | [Hide] | a node is hidden or shown | |
/// | [Load] | another tree comes in the place of all | |
/// | [Group] | several actions in turn, all or none | each |
///
/// Every node that moves must also be allowed to (`draggable`), and whatever comes must be as the
/// rules want it inside too. Where nodes go into one that adopts something else in their place,
/// that comes; but for [Unwrap], which takes none of it that would wrap the nodes again. [Load]
/// alone checks no rule, so that a document made elsewhere opens; [Checking#violations] tells what
/// is wrong with it.
public sealed interface Action {
    /// Returns what comes of this action on `tree` under `rules`; new nodes take names from `ids`.
    default Outcome on(Tree tree, Rules rules, Ids ids) {
        return new Doing(tree, rules, ids).outcome(this);
    }

    /// Returns the name under which the history keeps this action: the type of its event.
    String type();

    /// Nodes become the last children of `target`.
    record Append(String target, List<TreeNode> nodes) implements Action {
        /// Copies the list.
        public Append {
            nodes = List.copyOf(nodes);
        }

        @Override
        public String type() {
            return "append:node";
        }
    }

    /// Nodes become the first children of `target`.
    record Prepend(String target, List<TreeNode> nodes) implements Action {
        /// Copies the list.
        public Prepend {
            nodes = List.copyOf(nodes);
        }

        @Override
        public String type() {
            return "prepend:node";
        }
    }

    /// Nodes go before `target`, into its parent.
    record InsertBefore(String target, List<TreeNode> nodes) implements Action {
        /// Copies the list.
        public InsertBefore {
            nodes = List.copyOf(nodes);
        }

        @Override
        public String type() {
            return "insert:before";
        }
    }

    /// Nodes go after `target`, into its parent.
    record InsertAfter(String target, List<TreeNode> nodes) implements Action {
        /// Copies the list.
        public InsertAfter {
            nodes = List.copyOf(nodes);
        }

        @Override
        public String type() {
            return "insert:after";
        }
    }

    /// Nodes go before the child of `parent` at `index`, at the end where there is none.
    record InsertAt(String parent, int index, List<TreeNode> nodes) implements Action {
        /// Copies the list.
        public InsertAt {
            nodes = List.copyOf(nodes);
        }

        @Override
        public String type() {
            return "insert:children";
        }
    }

    /// The nodes `ids` of the tree go before the child of `parent` at `index`, at the end where
    /// there is none.
    record Move(List<String> ids, String parent, int index) implements Action {
        /// Copies the list.
        public Move {
            ids = List.copyOf(ids);
        }

        @Override
        public String type() {
            return "move:node";
        }
    }

    /// Nodes become the only children of `parent`.
    record SetChildren(String parent, List<TreeNode> nodes) implements Action {
        /// Copies the list.
        public SetChildren {
            nodes = List.copyOf(nodes);
        }

        @Override
        public String type() {
            return "update:children";
        }
    }

    /// The new node `wrapper` takes the place of `target`, and `target` becomes its last child.
    record Wrap(String target, TreeNode wrapper) implements Action {
        @Override
        public String type() {
            return "wrap:node";
        }
    }

    /// The children of `target` take its place.
    record Unwrap(String target) implements Action {
        @Override
        public String type() {
            return "unwrap:node";
        }
    }

    /// Copies of the nodes `ids` go after the last of their siblings among them, where the original
    /// is in `selected`; else into the one node that is selected. Nodes inside another of them come
    /// with it.
    record Clone(List<String> ids, List<String> selected) implements Action {
        /// Copies the lists.
        public Clone {
            ids = List.copyOf(ids);
            selected = List.copyOf(selected);
        }

        @Override
        public String type() {
            return "clone:node";
        }
    }

    /// Copies of `nodes` go into the one node of `selected` that takes them, else after the last
    /// one of `selected`, else to the end of the root.
    record Paste(List<TreeNode> nodes, List<String> selected) implements Action {
        /// Copies the lists.
        public Paste {
            nodes = List.copyOf(nodes);
            selected = List.copyOf(selected);
        }

        @Override
        public String type() {
            return "paste:node";
        }
    }

    /// The nodes `ids` go, but for those that may not.
    record Remove(List<String> ids) implements Action {
        /// Copies the list.
        public Remove {
            ids = List.copyOf(ids);
        }

        @Override
        public String type() {
            return "remove:node";
        }
    }

    /// The settings in `set` are given to `id`, those named in `unset` taken away.
    record SetProps(String id, JsonObject set, Set<String> unset) implements Action {
        /// Copies the set.
        public SetProps {
            unset = Set.copyOf(unset);
        }

        /// Gives settings and takes none away.
        public SetProps(String id, JsonObject set) {
            this(id, set, Set.of());
        }

        @Override
        public String type() {
            return "update:node:props";
        }
    }

    /// The node `id` becomes a `componentName`.
    record Rename(String id, String componentName) implements Action {
        @Override
        public String type() {
            return "rename:node";
        }
    }

    /// The node `id` is hidden or shown.
    record Hide(String id, boolean hidden) implements Action {
        @Override
        public String type() {
            return "hide:node";
        }
    }

    /// The tree of `root` comes in the place of all.
    record Load(TreeNode root) implements Action {
        @Override
        public String type() {
            return "from:node";
        }
    }

    /// The actions are done in turn, each on what the one before it left; if one is refused, none
    /// is done.
    ///
    /// @param type the name of the whole
    /// @param actions the actions, the first first
    record Group(String type, List<Action> actions) implements Action {
        /// Copies the list.
        public Group {
            actions = List.copyOf(actions);
        }
    }
}
