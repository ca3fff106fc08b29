package dev.tenon.designer.behavior;

/// Why something may not be done.
///
/// @param rule the rule that forbids it
/// @param message one line for the user
public record Refusal(Rule rule, String message) {
    /// What can forbid an action.
    public enum Rule {
        /// A node that the action names is not there.
        MISSING,
        /// Some things are not done with the root.
        ROOT,
        /// A node can't go into itself or below itself.
        INTO_ITSELF,
        /// A place is outside of the children.
        PLACE,
        /// An id names one node.
        DUPLICATE_ID,
        /// There are bounds for depth and count.
        SIZE,
        /// The target takes no children.
        DROPPABLE,
        /// The target does not take these.
        ALLOW_APPEND,
        /// The target does not stand beside these.
        ALLOW_SIBLINGS,
        /// The node does not go there.
        ALLOW_DROP,
        /// The node stays where it is.
        DRAGGABLE,
        /// The node stays.
        DELETABLE,
        /// The node is not copied.
        CLONEABLE,
        /// A subscriber said no.
        VETO,
        /// There is nothing to do it with.
        NOTHING
    }

    @Override
    public String toString() {
        return message;
    }
}
