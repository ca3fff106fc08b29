package dev.tenon.designer.collaboration;

import dev.tenon.designer.behavior.Refusal;
import dev.tenon.designer.behavior.Rules;
import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.tree.Difference;
import dev.tenon.designer.tree.Edit;
import dev.tenon.designer.tree.Tree;
import dev.tenon.designer.tree.TreeNode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a log leads to: the tree, and beside it what was deleted. An id is in one of them, once.
///
/// @param tree the design
/// @param deleted a root of no component whose children were deleted, the oldest first
record State(Tree tree, Tree deleted) {
    /// The root of what was deleted: a name that documents do not give, and if one did, its node
    /// would only not be kept when deleted.
    private static final String DELETED = "\0deleted";

    /// Returns the state of `tree`, from which nothing was deleted.
    static State of(Tree tree) {
        return new State(tree, empty());
    }

    /// Returns a root without anything deleted.
    static Tree empty() {
        return Tree.of(TreeNode.of(DELETED, "", JsonObject.EMPTY, List.of()));
    }

    /// Returns what comes of `contribution` here.
    Applied apply(Contribution contribution, Rules rules) {
        return new Applying(this, rules, contribution.isWalk()).applied(contribution);
    }

    /// Returns the state after one step, whatever the rules say.
    State with(Step step, Rules rules) {
        return new Applying(this, rules, true).after(step);
    }

    /// Returns the node `id`, in the tree or deleted, or null.
    @Nullable TreeNode node(String id) {
        TreeNode node = tree.find(id);
        return node != null || deleted.isRoot(id) ? node : deleted.find(id);
    }

    /// What came of a contribution.
    ///
    /// @param state the state after it
    /// @param effect what it changed in the tree
    /// @param refusal why it changed nothing, or null
    record Applied(State state, Difference effect, @Nullable Refusal refusal) {}

    /// Returns the edit that puts `node` last among the deleted.
    static Edit.Insert burial(Tree deleted, TreeNode node) {
        TreeNode root = deleted.root();
        return new Edit.Insert(root.id(), root.children().size(), node);
    }

    /// Returns the edit that takes the node `id` out of `tree`.
    static Edit.Delete removal(Tree tree, String id) {
        String parent = tree.parentId(id);
        if (parent == null) {
            throw new IllegalArgumentException("the root stays");
        }
        return new Edit.Delete(parent, tree.index(id), tree.node(id));
    }
}
