package dev.tenon.designer.catalogue;

import dev.tenon.designer.action.Action;
import dev.tenon.designer.behavior.Behavior;
import dev.tenon.designer.behavior.DesignerProps;
import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.tree.Ids;
import dev.tenon.designer.tree.Tree;
import dev.tenon.designer.tree.TreeNode;
import java.util.ArrayList;
import java.util.List;

/// A component that holds panes alone: tabs, a collapse, steps. While it is empty anything may be
/// dropped on it, and a pane is made for it. The same holds for a node that a program appends
/// later; the reference's collapse then holds a bare node beside its panels.
///
/// @param kind its `x-component`
/// @param pane that of a pane
/// @param title the setting of a pane that holds its title
record Panes(String kind, String pane, String title) {
    static final Panes COLLAPSE = new Panes("FormCollapse", "FormCollapse.CollapsePanel", "header");
    static final Panes TAB = new Panes("FormTab", "FormTab.TabPane", "tab");
    static final Panes STEP = new Panes("FormStep", "FormStep.StepPane", "title");

    private static final String UNNAMED = "Unnamed Title";

    TreeNode pane(Ids ids, List<TreeNode> children) {
        JsonObject props =
                JsonObject.of(
                        "type",
                        "void",
                        "x-component",
                        pane,
                        "x-component-props",
                        JsonObject.of(title, UNNAMED));
        return Fields.node(ids, props, children);
    }

    private boolean isPane(TreeNode node) {
        return Fields.is(pane, node);
    }

    private boolean arePanes(List<TreeNode> nodes) {
        return nodes.stream().allMatch(this::isPane);
    }

    /// Nodes that are no panes go together into a new one, where the first of them came.
    private List<TreeNode> adopt(List<TreeNode> sources, Ids ids) {
        if (arePanes(sources)) {
            return sources;
        }
        List<TreeNode> bare = sources.stream().filter(node -> !isPane(node)).toList();
        List<TreeNode> adopted = new ArrayList<>();
        for (TreeNode source : sources) {
            if (isPane(source)) {
                adopted.add(source);
            } else if (source.id().equals(bare.getFirst().id())) {
                adopted.add(pane(ids, bare));
            }
        }
        return adopted;
    }

    Behavior host(Setting... settings) {
        return Fields.behavior(kind, Panels.layout(settings), this::hostRules);
    }

    private DesignerProps.Builder hostRules(DesignerProps.Builder rules) {
        return rules.droppable(true)
                .allowAppend(
                        (_, target, sources) -> target.children().isEmpty() || arePanes(sources))
                .allowInside((_, _, sources) -> arePanes(sources))
                .adopt((_, _, sources, ids) -> adopt(sources, ids));
    }

    Behavior part(Setting... settings) {
        return Fields.behavior(
                pane,
                Panels.layout(settings),
                rules ->
                        rules.droppable(true).allowDrop((_, _, parent) -> Fields.is(kind, parent)));
    }

    ComponentAction adding(String name) {
        return ComponentAction.of(name, kind, this::add);
    }

    private Action add(Tree tree, TreeNode host, Ids ids) {
        return new Action.Append(host.id(), List.of(pane(ids, List.of())));
    }
}
