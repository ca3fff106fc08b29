package dev.tenon.designer.behavior;

import dev.tenon.designer.tree.Ids;
import dev.tenon.designer.tree.TreeNode;
import java.util.List;

/// What a palette offers: drag it onto the canvas and copies of its nodes are there.
///
/// @param name names the resource, once in a registry
/// @param group the heading that it stands under, a token of the languages (`sources.Inputs`)
/// @param title a token of the languages
/// @param icon the name of an icon
/// @param span how many columns of the palette it takes
/// @param nodes what it makes; their ids serve as examples and are replaced
public record Resource(
        String name, String group, String title, String icon, int span, List<TreeNode> nodes) {
    /// Copies the list.
    public Resource {
        nodes = List.copyOf(nodes);
    }

    /// Returns copies of the nodes under names from `ids`, marked with this resource's name.
    public List<TreeNode> make(Ids ids) {
        return nodes.stream()
                .map(node -> node.copy(ids))
                .map(node ->
                        new TreeNode(
                                node.id(),
                                node.componentName(),
                                name,
                                node.hidden(),
                                node.props(),
                                node.children(),
                                node.more()))
                .toList();
    }
}
