package dev.tenon.designer.action;

import dev.tenon.designer.behavior.Refusal;
import dev.tenon.designer.tree.Difference;
import dev.tenon.designer.tree.Tree;
import dev.tenon.designer.tree.TreeNode;
import java.util.List;
import java.util.Map;

/// What came of an action.
public sealed interface Outcome {
    /// It was done.
    ///
    /// @param tree the tree after it
    /// @param difference what changed; [Difference#NONE] where all was so already
    /// @param focus the nodes that a user looks at next: those that came or moved, in order; after
    ///   a removal a neighbour
    /// @param skipped why some nodes of a list were left out
    /// @param originals by the id of each copy that came, the node that it is a copy of
    /// @param parts what came of each action of a [Action.Group] in turn; none for other actions
    record Done(
            Tree tree,
            Difference difference,
            List<String> focus,
            List<Refusal> skipped,
            Map<String, TreeNode> originals,
            List<Done> parts)
            implements Outcome {
        /// Copies the collections.
        public Done {
            focus = List.copyOf(focus);
            skipped = List.copyOf(skipped);
            originals = Map.copyOf(originals);
            parts = List.copyOf(parts);
        }

        /// What came of an action that makes no copies and has no parts.
        public Done(Tree tree, Difference difference, List<String> focus, List<Refusal> skipped) {
            this(tree, difference, focus, skipped, Map.of(), List.of());
        }
    }

    /// It was not done: nothing changed.
    ///
    /// @param reason why
    record Refused(Refusal reason) implements Outcome {}
}
