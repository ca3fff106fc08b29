package dev.tenon.designer.catalogue;

import dev.tenon.designer.action.Action;
import dev.tenon.designer.tree.Ids;
import dev.tenon.designer.tree.Tree;
import dev.tenon.designer.tree.TreeNode;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// A button that a component shows on the canvas while it is selected, such as "Add panel".
///
/// @param name names it; `actions.` and the name are the token of its words
/// @param about the nodes that show it
/// @param making what a click does
public record ComponentAction(String name, Predicate<TreeNode> about, Making making) {
    /// Makes the action of a click.
    @FunctionalInterface
    public interface Making {
        /// Returns the action of a click on the button of `node` in `tree`, several edits as one
        /// [Action.Group]; null where all is there already. New nodes take names from `ids`.
        @Nullable Action make(Tree tree, TreeNode node, Ids ids);
    }

    /// Returns the token of the words on the button.
    public String token() {
        return "actions." + name;
    }

    static ComponentAction of(String name, String kind, Making making) {
        return new ComponentAction(name, node -> Fields.is(kind, node), making);
    }
}
