package dev.tenon.designer.engine;

import dev.tenon.designer.tree.Tree;
import dev.tenon.designer.tree.TreeNode;
import java.util.List;

/// Nodes that were copied or cut, as they were then: what happens to them later in a tree does not
/// reach the clipboard. The workspaces of an engine share one.
public final class Clipboard {
    private List<TreeNode> nodes = List.of();

    /// Begins with nothing.
    public Clipboard() {}

    /// Returns the nodes, in the order of the document.
    public List<TreeNode> nodes() {
        return nodes;
    }

    /// Puts `nodes` in the place of what was there.
    public void put(List<TreeNode> nodes) {
        this.nodes = List.copyOf(nodes);
    }

    /// Returns the nodes `ids` of `tree` as a clipboard takes them: a node inside another of them
    /// comes with it, and the root, which has no place to be pasted to, is left out.
    public static List<TreeNode> nodes(Tree tree, List<String> ids) {
        List<String> known =
                ids.stream().filter(id -> tree.contains(id) && !tree.isRoot(id)).toList();
        return tree.sortedNodes(tree.outermost(known));
    }
}
