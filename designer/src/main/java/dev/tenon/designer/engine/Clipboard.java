package dev.tenon.designer.engine;

import dev.tenon.designer.tree.Tree;
import dev.tenon.designer.tree.TreeNode;
import java.util.List;

/// Nodes that were copied or cut, as they were then: what happens to them later in the tree does
/// not reach the clipboard.
///
/// @param nodes the outermost nodes, in the order of the document
public record Clipboard(List<TreeNode> nodes) {
    /// Holds nothing.
    public static final Clipboard EMPTY = new Clipboard(List.of());

    /// Copies the list.
    public Clipboard {
        nodes = List.copyOf(nodes);
    }

    /// Returns a clipboard of the nodes `ids` of `tree`; a node inside another of them comes with
    /// it. The root is left out: it has no place to be pasted to.
    public static Clipboard of(Tree tree, List<String> ids) {
        List<String> known =
                ids.stream().filter(id -> tree.contains(id) && !tree.isRoot(id)).toList();
        return new Clipboard(tree.sorted(tree.outermost(known)).stream().map(tree::node).toList());
    }

    /// Returns whether there is nothing to paste.
    public boolean isEmpty() {
        return nodes.isEmpty();
    }
}
