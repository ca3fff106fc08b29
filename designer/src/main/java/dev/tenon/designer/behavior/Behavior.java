package dev.tenon.designer.behavior;

import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.tree.TreeNode;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;

/// Says which nodes it is about, what holds for them, and how that is called in each language.
///
/// @param name names the behaviour, once in a registry
/// @param basis the names of behaviours that come before this one, so that it may overrule them
///   (the reference's `extends`)
/// @param selector the nodes that it is about
/// @param designerProps what it declares of such a node
/// @param locales by language, then by token: `{"en-US": {"title": "Collapse", "settings": {...}}}`
public record Behavior(
        String name,
        List<String> basis,
        Predicate<TreeNode> selector,
        Function<TreeNode, DesignerProps> designerProps,
        JsonObject locales) {

    /// Copies the list.
    public Behavior {
        basis = List.copyOf(basis);
    }

    /// Returns the behaviour of all nodes of one component.
    public static Behavior of(String componentName, DesignerProps designerProps) {
        return new Behavior(
                componentName,
                List.of(),
                new KindSelector(KindSelector.Told.COMPONENT_NAME, componentName),
                _ -> designerProps,
                JsonObject.EMPTY);
    }
}
