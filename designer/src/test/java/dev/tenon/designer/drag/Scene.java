package dev.tenon.designer.drag;

import dev.tenon.designer.Golden;
import dev.tenon.designer.behavior.Behavior;
import dev.tenon.designer.behavior.DesignerProps;
import dev.tenon.designer.behavior.Registry;
import dev.tenon.designer.behavior.Resource;
import dev.tenon.designer.behavior.Rules;
import dev.tenon.designer.geometry.Layout;
import dev.tenon.designer.geometry.Rect;
import dev.tenon.designer.json.Json;
import dev.tenon.designer.json.JsonArray;
import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.json.JsonString;
import dev.tenon.designer.tree.Tree;
import dev.tenon.designer.tree.TreeNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A scene of the golden file of drags: a tree, drawn.
record Scene(Tree tree, Viewport viewport) {
    static Scene of(JsonObject json) {
        Viewport viewport = new Viewport(Viewport.Kind.CANVAS);
        viewport.bounds(rect((JsonArray) json.get("viewport")));
        TreeNode root = node(json.object("root"), null, viewport);
        return new Scene(Tree.of(root), viewport);
    }

    /// Draws a node and all below it; a node without an element leaves its parent's to its
    /// children.
    private static TreeNode node(
            JsonObject json, Layout.@Nullable Element parent, Viewport viewport) {
        List<Rect> rects = new ArrayList<>();
        if (json.get("rect") instanceof JsonArray array) {
            if (array.get(0) instanceof JsonArray) {
                array.forEach(rect -> rects.add(rect((JsonArray) rect)));
            } else {
                rects.add(rect(array));
            }
        }
        Map<String, String> css = new HashMap<>();
        json.object("css").forEach((name, text) -> css.put(name, ((JsonString) text).value()));
        Layout.Element element =
                rects.isEmpty()
                        ? null
                        : new Layout.Element(
                                css.getOrDefault("tag", "DIV"), css, rects.getFirst().width());
        viewport.place(json.text("id"), rects, Layout.of(element, parent));
        List<TreeNode> children = new ArrayList<>();
        for (Json child : (JsonArray) json.get("children")) {
            children.add(node((JsonObject) child, element == null ? parent : element, viewport));
        }
        return TreeNode.of(json.text("id"), json.text("c"), JsonObject.EMPTY, children);
    }

    /// The nodes that a drag from the corner of `t` to the point of `row` crosses.
    List<String> crossed(JsonArray row) {
        Rect start = viewport.rect("t");
        double x = Golden.integer(row.get(0));
        double y = Golden.integer(row.get(1));
        Rect area =
                Rect.between(
                        Math.min(start.x() + 5, x),
                        Math.min(start.y() + 5, y),
                        Math.max(start.x() + 5, x),
                        Math.max(start.y() + 5, y));
        return viewport.boxes(tree).crossedBy(area, viewport);
    }

    static Rect rect(JsonArray rect) {
        return new Rect(
                Golden.integer(rect.get(0)),
                Golden.integer(rect.get(1)),
                Golden.integer(rect.get(2)),
                Golden.integer(rect.get(3)));
    }

    static Resource resource(JsonObject golden, String source) {
        return new Resource(
                source,
                "",
                source,
                "",
                1,
                List.of(Golden.node(golden.object("sources").object(source))));
    }

    static Rules rules(JsonObject behaviors) {
        List<Behavior> all = new ArrayList<>();
        behaviors.forEach((name, json) -> all.add(Behavior.of(name, props((JsonObject) json))));
        return new Rules(Registry.EMPTY.withBehaviors(all));
    }

    private static DesignerProps props(JsonObject json) {
        DesignerProps.Builder props = DesignerProps.builder();
        props.droppable(json.isTrue("droppable"));
        props.inlineChildrenLayout(json.isTrue("inlineChildrenLayout"));
        props.draggable(!json.has("draggable"));
        String whenEmpty = json.text("allowAppendWhenEmptyOrAll");
        String only = json.text("allowAppendAll");
        String parent = json.text("allowDropParent");
        if (whenEmpty != null) {
            props.allowAppend((_, target, sources) ->
                    target.children().isEmpty() || areAll(sources, whenEmpty));
        }
        if (only != null) {
            props.allowAppend((_, _, sources) -> areAll(sources, only));
        }
        if (json.has("allowSiblings")) {
            props.allowSiblings((_, _, _) -> false);
        }
        if (parent != null) {
            props.allowDrop((_, _, target) -> target.componentName().equals(parent));
        }
        return props.build();
    }

    private static boolean areAll(List<TreeNode> nodes, String componentName) {
        return nodes.stream().allMatch(node -> node.componentName().equals(componentName));
    }
}
