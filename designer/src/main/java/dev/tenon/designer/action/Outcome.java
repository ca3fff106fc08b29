package dev.tenon.designer.action;

import dev.tenon.designer.behavior.Refusal;
import dev.tenon.designer.tree.Difference;
import dev.tenon.designer.tree.Tree;
import java.util.List;

/// What came of an action.
public sealed interface Outcome {
    /// It was done.
    ///
    /// @param tree the tree after it
    /// @param difference what changed; [Difference#NONE] where all was so already
    /// @param focus the nodes that a user looks at next: those that came or moved, in order; after
    ///   a removal a neighbour
    /// @param skipped why some nodes of a list were left out
    record Done(Tree tree, Difference difference, List<String> focus, List<Refusal> skipped)
            implements Outcome {
        /// Copies the lists.
        public Done {
            focus = List.copyOf(focus);
            skipped = List.copyOf(skipped);
        }
    }

    /// It was not done: nothing changed.
    ///
    /// @param reason why
    record Refused(Refusal reason) implements Outcome {}
}
