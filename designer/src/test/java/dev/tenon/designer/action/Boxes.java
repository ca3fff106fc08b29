package dev.tenon.designer.action;

import dev.tenon.designer.behavior.Behavior;
import dev.tenon.designer.behavior.DesignerProps;
import dev.tenon.designer.behavior.DesignerProps.NodesRule;
import dev.tenon.designer.behavior.Registry;
import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.tree.Ids;
import dev.tenon.designer.tree.TreeNode;
import java.util.List;

/// The components of the golden files: boxes, leaves, and some with rules.
public final class Boxes {
    private static final NodesRule EMPTY_OR_PANELS =
            (_, target, sources) ->
                    target.children().isEmpty()
                            || sources.stream()
                                    .allMatch(node -> node.componentName().equals("Panel"));

    /// All of them.
    public static final Registry REGISTRY =
            Registry.EMPTY.withBehaviors(
                    List.of(
                            droppable("Root"),
                            droppable("Box"),
                            Behavior.of(
                                    "Row",
                                    DesignerProps.builder()
                                            .droppable(true)
                                            .inlineChildrenLayout(true)
                                            .build()),
                            Behavior.of("Leaf", DesignerProps.NONE),
                            Behavior.of(
                                    "Collapse",
                                    DesignerProps.builder()
                                            .droppable(true)
                                            .allowAppend(EMPTY_OR_PANELS)
                                            .build()),
                            Behavior.of(
                                    "Panel",
                                    DesignerProps.builder()
                                            .droppable(true)
                                            .allowDrop((_, _, parent) ->
                                                    parent.componentName().equals("Collapse"))
                                            .build()),
                            Behavior.of(
                                    "Fixed",
                                    DesignerProps.builder()
                                            .draggable(false)
                                            .deletable(false)
                                            .cloneable(false)
                                            .build()),
                            Behavior.of(
                                    "Loner",
                                    DesignerProps.builder()
                                            .allowSiblings((_, _, _) -> false)
                                            .build()),
                            Behavior.of(
                                    "OnlyLeaf",
                                    DesignerProps.builder()
                                            .droppable(true)
                                            .allowAppend((_, _, sources) ->
                                                    sources.stream()
                                                            .allMatch(node ->
                                                                    node.componentName()
                                                                            .equals("Leaf")))
                                            .build()),
                            Behavior.of(
                                    "Pair",
                                    DesignerProps.builder().dragNodes(TreeNode::children).build()),
                            Behavior.of(
                                    "Wrapper",
                                    DesignerProps.builder()
                                            .dropNodes((node, _) ->
                                                    List.of(
                                                            TreeNode.of(
                                                                    node.id() + "-box",
                                                                    "Box",
                                                                    JsonObject.EMPTY,
                                                                    List.of(node))))
                                            .build())));

    private Boxes() {}

    private static Behavior droppable(String componentName) {
        return Behavior.of(componentName, DesignerProps.builder().droppable(true).build());
    }

    /// Returns `$g0, $g1, ...`, as the golden files name what the reference generated.
    public static Ids generated() {
        int[] next = {0};
        return () -> "$g" + next[0]++;
    }
}
