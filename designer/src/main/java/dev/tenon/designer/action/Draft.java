package dev.tenon.designer.action;

import dev.tenon.designer.tree.Children;
import dev.tenon.designer.tree.Difference;
import dev.tenon.designer.tree.Edit;
import dev.tenon.designer.tree.Tree;
import dev.tenon.designer.tree.TreeNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A tree in the making: edits gather, and each is on the tree at once. A draft that is given up
/// leaves no trace, since trees are values.
final class Draft {
    private Tree tree;
    private final List<Edit> edits = new ArrayList<>();
    private @Nullable Next next;

    /// The place behind what was put last, where the next one goes in a row.
    private record Next(Tree tree, String parent, @Nullable String before, int index) {}

    Draft(Tree tree) {
        this.tree = tree;
    }

    Tree tree() {
        return tree;
    }

    Difference difference() {
        return new Difference(edits);
    }

    void edit(Edit edit) {
        tree = tree.apply(edit);
        edits.add(edit);
    }

    /// Puts `node` into `parent` before its child `before`, or last where that is null: a node of
    /// the tree moves, a new one comes, and so do the nodes inside a new one.
    void put(TreeNode node, String parent, @Nullable String before) {
        if (tree.contains(node.id())) {
            move(node.id(), parent, before);
            return;
        }
        int index = place(parent, before);
        edit(new Edit.Insert(parent, index, withoutKnown(node)));
        next = new Next(tree, parent, before, index + 1);
        putKnown(node);
    }

    /// Gives a node of the tree those children of `node` that it lacks, in their order.
    void complete(TreeNode node) {
        String before = null;
        for (TreeNode child : node.children().reversed()) {
            if (tree.contains(child.id()) && isIn(child.id(), node.id())) {
                complete(child);
            } else {
                put(child, node.id(), before);
            }
            before = child.id();
        }
    }

    /// Moves the node `id` into `parent` before its child `before`, or last where that is null.
    void move(String id, String parent, @Nullable String before) {
        String from = Objects.requireNonNull(tree.parentId(id), "the root does not move");
        int fromIndex = tree.index(id);
        int toIndex = place(parent, before);
        toIndex -= from.equals(parent) && fromIndex < toIndex ? 1 : 0;
        if (!from.equals(parent) || fromIndex != toIndex) {
            edit(new Edit.Move(id, from, fromIndex, parent, toIndex));
        }
        next = new Next(tree, parent, before, toIndex + 1);
    }

    void delete(String id) {
        String parent = Objects.requireNonNull(tree.parentId(id), "the root does not go");
        edit(new Edit.Delete(parent, tree.index(id), tree.node(id)));
    }

    /// The index of `before` among the children of `parent`, their number where that is null.
    @SuppressWarnings("ReferenceEquality") // a tree is a value: the same one has not changed
    private int place(String parent, @Nullable String before) {
        if (next != null
                && next.tree == tree
                && next.parent.equals(parent)
                && Objects.equals(next.before, before)) {
            return next.index;
        }
        Children children = tree.node(parent).children();
        return before == null ? children.size() : children.indexOf(before);
    }

    private TreeNode withoutKnown(TreeNode node) {
        return holdsKnown(node)
                ? node.withChildren(
                        node.children().stream()
                                .filter(child -> !tree.contains(child.id()))
                                .map(this::withoutKnown)
                                .toList())
                : node;
    }

    private boolean holdsKnown(TreeNode node) {
        for (TreeNode child : node.children()) {
            if (tree.contains(child.id()) || holdsKnown(child)) {
                return true;
            }
        }
        return false;
    }

    /// Moves the nodes that [#withoutKnown] left out into their places.
    private void putKnown(TreeNode node) {
        List<TreeNode> children = node.children();
        String before = null;
        for (int i = children.size() - 1; i >= 0; i--) {
            TreeNode child = children.get(i);
            if (isIn(child.id(), node.id())) {
                putKnown(child);
            } else {
                move(child.id(), node.id(), before);
            }
            before = child.id();
        }
    }

    private boolean isIn(String id, String parent) {
        return parent.equals(tree.parentId(id));
    }
}
