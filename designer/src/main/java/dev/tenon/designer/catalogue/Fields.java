package dev.tenon.designer.catalogue;

import dev.tenon.designer.behavior.Behavior;
import dev.tenon.designer.behavior.DesignerProps;
import dev.tenon.designer.behavior.KindSelector;
import dev.tenon.designer.behavior.KindSelector.Told;
import dev.tenon.designer.behavior.Resource;
import dev.tenon.designer.json.Json;
import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.json.JsonString;
import dev.tenon.designer.tree.Ids;
import dev.tenon.designer.tree.TreeNode;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// Form components are nodes named `Field` whose `x-component` says what they are.
final class Fields {
    static final String FIELD = "Field";

    private Fields() {}

    /// What kind of component a node is: its `x-component`, or null.
    static @Nullable String kind(TreeNode node) {
        return node.props().text("x-component");
    }

    static boolean is(String kind, @Nullable TreeNode node) {
        return node != null && kind.equals(kind(node));
    }

    /// A behaviour that builds on the one of all fields.
    static Behavior behavior(
            String name, JsonObject panel, UnaryOperator<DesignerProps.Builder> rules) {
        return behavior(name, new KindSelector(Told.X_COMPONENT, name), panel, rules);
    }

    static Behavior behavior(
            String name,
            Predicate<TreeNode> selector,
            JsonObject panel,
            UnaryOperator<DesignerProps.Builder> rules) {
        DesignerProps props = rules.apply(DesignerProps.builder().propsSchema(panel)).build();
        return new Behavior(name, List.of(FIELD), selector, _ -> props, JsonObject.EMPTY);
    }

    /// A behaviour of a node that takes no children.
    static Behavior leaf(String name, Setting... settings) {
        return behavior(name, Panels.field(settings), rules -> rules);
    }

    static TreeNode node(Ids ids, JsonObject props, List<TreeNode> children) {
        return TreeNode.of(ids.next(), FIELD, props, children);
    }

    /// A node without a value of its own: `type` is `void`.
    static TreeNode empty(Ids ids, String kind, List<TreeNode> children) {
        return node(ids, JsonObject.of("type", "void", "x-component", kind), children);
    }

    static TreeNode with(TreeNode node, String name, Json value) {
        return node.withProps(node.props().with(name, value));
    }

    static TreeNode titled(TreeNode node, String title) {
        return with(node, "title", new JsonString(title));
    }

    static TreeNode untitled(TreeNode node) {
        return node.withProps(node.props().without("title"));
    }

    /// A resource of one node without children.
    static Resource resource(String group, String name, JsonObject props) {
        return resource(group, name, TreeNode.of("r", FIELD, props, List.of()));
    }

    static Resource resource(String group, String name, TreeNode node) {
        return new Resource(
                name, "sources." + group, "components." + name + ".title", name, 1, List.of(node));
    }
}
