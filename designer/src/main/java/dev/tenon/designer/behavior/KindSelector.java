package dev.tenon.designer.behavior;

import dev.tenon.designer.tree.TreeNode;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Selects the nodes of one kind. A [Registry] finds the behaviours of a node with such selectors
/// by its kind, and asks only other selectors one by one.
///
/// @param told where a node says its kind
/// @param kind the kind
public record KindSelector(Told told, String kind) implements Predicate<TreeNode> {
    /// Where a node says its kind.
    public enum Told {
        /// In its component's name.
        COMPONENT_NAME,
        /// In its setting `x-component`, as Formily's fields do.
        X_COMPONENT
    }

    @Override
    public boolean test(TreeNode node) {
        return switch (told) {
            case COMPONENT_NAME -> kind.equals(node.componentName());
            case X_COMPONENT -> kind.equals(xComponent(node));
        };
    }

    static @Nullable String xComponent(TreeNode node) {
        return node.props().text("x-component");
    }
}
