package dev.tenon.designer.drag;

import dev.tenon.designer.action.Action;
import dev.tenon.designer.tree.Tree;
import dev.tenon.designer.tree.TreeNode;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/// How nodes are put into a tree that hold nodes of it, as where a component drops a box around the
/// node that was dragged (`dropNodes`): an action takes new nodes without those of the tree, which
/// move into them then.
public final class Unpacking {
    private final Tree tree;
    private final List<Action> moves = new ArrayList<>();

    private Unpacking(Tree tree) {
        this.tree = tree;
    }

    /// Returns the action that `put` makes of `nodes`; where new ones hold nodes of `tree`, a group
    /// of it and of the moves into them, by the type of its first.
    public static Action of(Tree tree, List<TreeNode> nodes, Function<List<TreeNode>, Action> put) {
        Unpacking unpacking = new Unpacking(tree);
        Action first = put.apply(nodes.stream().map(unpacking::without).toList());
        if (unpacking.moves.isEmpty()) {
            return first;
        }
        List<Action> all = new ArrayList<>(List.of(first));
        all.addAll(unpacking.moves);
        return new Action.Group(first.type(), all);
    }

    /// In pre-order, so that whatever stands before a node is there when it moves.
    private TreeNode without(TreeNode node) {
        if (tree.contains(node.id())) {
            return node;
        }
        List<TreeNode> rest = new ArrayList<>();
        int index = 0;
        for (TreeNode child : node.children()) {
            if (tree.contains(child.id())) {
                moves.add(new Action.Move(List.of(child.id()), node.id(), index));
            } else {
                rest.add(without(child));
            }
            index++;
        }
        return node.withChildren(rest);
    }
}
