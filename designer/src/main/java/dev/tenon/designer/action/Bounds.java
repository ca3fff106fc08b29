package dev.tenon.designer.action;

import dev.tenon.designer.behavior.Refusal;
import dev.tenon.designer.behavior.Refusal.Rule;
import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.json.JsonText;
import dev.tenon.designer.tree.Tree;
import dev.tenon.designer.tree.TreeNode;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// How deep and how many the nodes are that an action brings, and how deep settings are. It is
/// asked first and without recursion: a program may give nodes that no stack could walk, or the
/// same node so often in itself that no memory could hold the tree. What comes after may recurse.
final class Bounds {
    private final Deque<Level> waiting = new ArrayDeque<>();
    private int count;

    private Bounds() {}

    private record Level(TreeNode node, int height) {}

    /// Why `action` can't be done on any tree, or null.
    static @Nullable Refusal refusal(Action action) {
        return switch (action) {
            case Action.Append append -> refusal(append.nodes(), 0);
            case Action.Prepend prepend -> refusal(prepend.nodes(), 0);
            case Action.InsertBefore insert -> refusal(insert.nodes(), 0);
            case Action.InsertAfter insert -> refusal(insert.nodes(), 0);
            case Action.InsertAt insert -> refusal(insert.nodes(), 0);
            case Action.SetChildren set -> refusal(set.nodes(), 0);
            case Action.Paste paste -> refusal(paste.nodes(), 0);
            case Action.Wrap wrap -> refusal(List.of(wrap.wrapper()), 0);
            case Action.Load load -> refusal(List.of(load.root()), -1);
            case Action.SetProps set -> settings(set.id(), set.set());
            default -> null;
        };
    }

    private static @Nullable Refusal settings(String id, JsonObject settings) {
        return JsonText.isTooDeep(settings)
                ? new Refusal(
                        Rule.SIZE,
                        "settings must be at most "
                                + JsonText.DEEPEST
                                + " deep in each other; those of \""
                                + id
                                + "\" go deeper")
                : null;
    }

    /// @param above how deep their parent is at least; -1 for a root
    private static @Nullable Refusal refusal(List<TreeNode> nodes, int above) {
        return new Bounds().walk(nodes, above);
    }

    private @Nullable Refusal walk(List<TreeNode> nodes, int above) {
        Refusal refusal = add(nodes, above + 1);
        while (refusal == null && !waiting.isEmpty()) {
            Level level = waiting.pop();
            refusal = add(level.node.children(), level.height + 1);
        }
        return refusal;
    }

    private @Nullable Refusal add(List<TreeNode> nodes, int depth) {
        count += nodes.size();
        if (count > Tree.MOST_NODES) {
            return new Refusal(
                    Rule.SIZE,
                    "a tree must have at most " + Tree.MOST_NODES + " nodes; it would have more");
        }
        for (TreeNode node : nodes) {
            if (depth > Tree.DEEPEST) {
                return new Refusal(
                        Rule.SIZE,
                        "a node must be at most "
                                + Tree.DEEPEST
                                + " below the root; \""
                                + node.id()
                                + "\" would be deeper");
            }
            Refusal refusal = settings(node.id(), node.props());
            if (refusal != null) {
                return refusal;
            }
            if (!node.children().isEmpty()) {
                waiting.push(new Level(node, depth));
            }
        }
        return null;
    }
}
