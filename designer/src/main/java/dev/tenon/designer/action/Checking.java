package dev.tenon.designer.action;

import dev.tenon.designer.behavior.Refusal;
import dev.tenon.designer.behavior.Refusal.Rule;
import dev.tenon.designer.behavior.Rules;
import dev.tenon.designer.tree.Tree;
import dev.tenon.designer.tree.TreeNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Checks of nodes that come or move, before and after they have a place.
public final class Checking {
    private Checking() {}

    /// Returns what in `tree` its rules would not allow to be made so: nodes in a place that does
    /// not take them.
    public static List<Refusal> violations(Tree tree, Rules rules) {
        List<Refusal> violations = new ArrayList<>();
        tree.root()
                .forEach(node -> {
                    Refusal refusal = children(tree, rules, node);
                    if (refusal != null) {
                        violations.add(refusal);
                    }
                });
        return violations;
    }

    /// Returns why the nodes inside `node`, a node of `tree`, may not be there, or null; also null
    /// where they were there in `before` against the rules already.
    public static @Nullable Refusal inside(Tree before, Tree tree, Rules rules, TreeNode node) {
        Refusal refusal = children(tree, rules, node);
        if (refusal != null) {
            TreeNode old = before.find(node.id());
            if (old == null || children(before, rules, old) == null) {
                return refusal;
            }
        }
        for (TreeNode child : node.children()) {
            Refusal deeper = inside(before, tree, rules, child);
            if (deeper != null) {
                return deeper;
            }
        }
        return null;
    }

    /// Returns why `id`, a node of both trees, may not be where it is in `tree`, or null; also null
    /// where it was there in `before` against the rules already.
    public static @Nullable Refusal staying(Tree before, Tree tree, Rules rules, String id) {
        Refusal refusal = place(tree, rules, id);
        return refusal == null || place(before, rules, id) != null ? null : refusal;
    }

    /// The node is asked about as if it were put back beside its siblings.
    private static @Nullable Refusal place(Tree tree, Rules rules, String id) {
        TreeNode parent = tree.parent(id);
        if (parent == null) {
            return null;
        }
        int index = parent.children().indexOf(id);
        TreeNode node = parent.children().get(index);
        TreeNode rest = parent.withChildren(parent.children().minus(index));
        return rules.inside(tree, rest, List.of(node));
    }

    /// The children of a node are asked about together, as if they were put into it while empty.
    private static @Nullable Refusal children(Tree tree, Rules rules, TreeNode node) {
        return node.children().isEmpty()
                ? null
                : rules.inside(tree, node.withChildren(List.of()), node.children());
    }

    /// Why `nodes`, those of the tree as they are there, can't go into `parent`, whatever the rules
    /// of components: a node inside itself, an id twice, a node that may not move.
    static @Nullable Refusal coming(Tree tree, Rules rules, String parent, List<TreeNode> nodes) {
        if (nodes.isEmpty()) {
            return new Refusal(Rule.NOTHING, "there is no node to put into \"" + parent + "\"");
        }
        Set<String> fresh = new HashSet<>();
        for (TreeNode node : nodes) {
            Refusal refusal =
                    tree.contains(node.id())
                            ? moving(tree, rules, parent, node)
                            : fresh(tree, node, fresh);
            if (refusal != null) {
                return refusal;
            }
        }
        return null;
    }

    private static @Nullable Refusal moving(Tree tree, Rules rules, String parent, TreeNode node) {
        String id = node.id();
        if (id.equals(parent) || tree.isAncestor(id, parent)) {
            return new Refusal(
                    Rule.INTO_ITSELF,
                    "a node can't go into itself; got \"" + id + "\" into \"" + parent + "\"");
        }
        return rules.drag(tree, node);
    }

    private static @Nullable Refusal fresh(Tree tree, TreeNode node, Set<String> fresh) {
        if (tree.contains(node.id()) || !fresh.add(node.id())) {
            return twice(node.id());
        }
        for (TreeNode child : node.children()) {
            Refusal refusal = fresh(tree, child, fresh);
            if (refusal != null) {
                return refusal;
            }
        }
        return null;
    }

    /// Why `root` and all below it can't be a tree, or null.
    static @Nullable Refusal ids(TreeNode root) {
        Set<String> seen = new HashSet<>();
        String[] twice = new String[1];
        root.forEach(node -> twice[0] = seen.add(node.id()) ? twice[0] : node.id());
        return twice[0] == null ? null : twice(twice[0]);
    }

    private static Refusal twice(String id) {
        return new Refusal(Rule.DUPLICATE_ID, "an id must name one node; got \"" + id + "\" twice");
    }

    /// Why `nodes` are too many or too deep for `parent`, or null.
    static @Nullable Refusal size(Tree tree, String parent, List<TreeNode> nodes) {
        int depth = tree.depth(parent);
        long more = 0;
        for (TreeNode node : nodes) {
            int height = node.height();
            if (depth + height > Tree.DEEPEST) {
                return new Refusal(
                        Rule.SIZE,
                        "a node must be at most "
                                + Tree.DEEPEST
                                + " below the root; \""
                                + node.id()
                                + "\" would reach "
                                + (depth + height));
            }
            more += fresh(tree, node);
        }
        return tree.size() + more > Tree.MOST_NODES
                ? new Refusal(
                        Rule.SIZE,
                        "a tree must have at most "
                                + Tree.MOST_NODES
                                + " nodes; it would have "
                                + (tree.size() + more))
                : null;
    }

    private static long fresh(Tree tree, TreeNode node) {
        long fresh = tree.contains(node.id()) ? 0 : 1;
        for (TreeNode child : node.children()) {
            fresh += fresh(tree, child);
        }
        return fresh;
    }
}
