package dev.tenon.designer.tree;

import dev.tenon.designer.DesignException;
import org.pcollections.HashPMap;

/// How each edit changes a tree. Every edit is checked against the tree before anything is built,
/// so that a tree stays one: each node once, none inside itself.
final class Edits {
    private Edits() {}

    static Tree apply(Tree tree, Edit edit) {
        return switch (edit) {
            case Edit.Insert insert -> insert(tree, insert);
            case Edit.Delete delete -> delete(tree, delete);
            case Edit.Move move -> move(tree, move);
            case Edit.Props props ->
                    tree.with(props.id(), node -> node.withProps(props.after()), tree.parents());
            case Edit.Rename rename ->
                    tree.with(
                            rename.id(),
                            node -> node.withComponentName(rename.after()),
                            tree.parents());
            case Edit.Hide hide ->
                    tree.with(hide.id(), node -> node.withHidden(hide.after()), tree.parents());
            case Edit.Replace replace -> Tree.of(replace.after());
        };
    }

    private static Tree insert(Tree tree, Edit.Insert insert) {
        if (tree.depth(insert.parent()) + insert.node().height() > Tree.DEEPEST) {
            throw new DesignException(
                    "tree: a node must be at most "
                            + Tree.DEEPEST
                            + " below the root; \""
                            + insert.node().id()
                            + "\" would go deeper");
        }
        HashPMap<String, String> parents = added(tree, insert.parent(), insert.node());
        if (parents.size() >= Tree.MOST_NODES) {
            throw new DesignException(
                    "tree: must have at most " + Tree.MOST_NODES + " nodes; it would have more");
        }
        return tree.with(
                insert.parent(),
                parent -> {
                    checkPlace(parent, insert.index(), parent.children().size());
                    return parent.withChildren(
                            parent.children().plus(insert.index(), insert.node()));
                },
                parents);
    }

    private static Tree delete(Tree tree, Edit.Delete delete) {
        TreeNode node = child(tree, delete.parent(), delete.index(), delete.node().id());
        return tree.with(
                delete.parent(),
                parent -> parent.withChildren(without(parent, node.id(), delete.index())),
                removed(tree.parents(), node));
    }

    /// The node `id`, looked for at `index` of `parent` before everywhere else.
    private static TreeNode child(Tree tree, String parent, int index, String id) {
        Children children = tree.node(parent).children();
        TreeNode there = index >= 0 && index < children.size() ? children.get(index) : null;
        return there != null && there.id().equals(id) ? there : tree.node(id);
    }

    private static Tree move(Tree tree, Edit.Move move) {
        TreeNode node = child(tree, move.from(), move.fromIndex(), move.id());
        if (move.to().equals(move.id()) || tree.isAncestor(move.id(), move.to())) {
            throw new DesignException(
                    "tree: a node can't go into itself; got \""
                            + move.id()
                            + "\" into \""
                            + move.to()
                            + "\"");
        }
        if (tree.depth(move.to()) + node.height() > Tree.DEEPEST) {
            throw new DesignException(
                    "tree: a node must be at most "
                            + Tree.DEEPEST
                            + " below the root; \""
                            + move.id()
                            + "\" would go deeper");
        }
        Tree taken =
                tree.with(
                        move.from(),
                        parent -> parent.withChildren(without(parent, move.id(), move.fromIndex())),
                        tree.parents());
        return taken.with(
                move.to(),
                parent -> {
                    checkPlace(parent, move.toIndex(), parent.children().size());
                    return parent.withChildren(parent.children().plus(move.toIndex(), node));
                },
                tree.parents().plus(move.id(), move.to()));
    }

    private static Children without(TreeNode parent, String id, int index) {
        checkPlace(parent, index, parent.children().size() - 1);
        if (!parent.children().get(index).id().equals(id)) {
            throw new DesignException(
                    "tree: child "
                            + index
                            + " of \""
                            + parent.id()
                            + "\" is \""
                            + parent.children().get(index).id()
                            + "\", not \""
                            + id
                            + "\"");
        }
        return parent.children().minus(index);
    }

    private static void checkPlace(TreeNode parent, int index, int last) {
        if (index < 0 || index > last) {
            throw new DesignException(
                    "tree: a place in \""
                            + parent.id()
                            + "\" must be from 0 to "
                            + last
                            + "; got "
                            + index);
        }
    }

    private static HashPMap<String, String> added(Tree tree, String parent, TreeNode node) {
        return added(tree, tree.parents(), parent, node);
    }

    private static HashPMap<String, String> added(
            Tree tree, HashPMap<String, String> parents, String parent, TreeNode node) {
        if (parents.containsKey(node.id()) || tree.isRoot(node.id())) {
            throw new DesignException(
                    "tree: an id must name one node; got \"" + node.id() + "\" twice");
        }
        HashPMap<String, String> all = parents.plus(node.id(), parent);
        for (TreeNode child : node.children()) {
            all = added(tree, all, node.id(), child);
        }
        return all;
    }

    private static HashPMap<String, String> removed(
            HashPMap<String, String> parents, TreeNode node) {
        HashPMap<String, String> rest = parents.minus(node.id());
        for (TreeNode child : node.children()) {
            rest = removed(rest, child);
        }
        return rest;
    }
}
