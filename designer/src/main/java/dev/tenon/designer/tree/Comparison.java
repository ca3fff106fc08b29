package dev.tenon.designer.tree;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/// Finds the edits between two trees. Nodes are the same where their ids are.
///
/// Places are made right from the root down, so that a node goes into one that has its final place
/// already and never into itself. What the second tree lacks goes last, when all that stays has
/// left it.
@SuppressWarnings("ReferenceEquality") // what two trees share is one object
final class Comparison {
    private final Tree before;
    private final Tree after;
    private final List<Edit> edits = new ArrayList<>();
    private final List<String> changed = new ArrayList<>(); // whose children differ
    private Tree now;
    private boolean isOther; // edits do not lead there

    Comparison(Tree before, Tree after) {
        this.before = before;
        this.after = after;
        this.now = before;
    }

    Difference difference() {
        if (before.root() == after.root()) {
            return Difference.NONE;
        }
        TreeNode from = before.root();
        TreeNode to = after.root();
        isOther = !from.id().equals(to.id());
        if (!isOther) {
            compare(to);
        }
        if (isOther) {
            return Difference.of(new Edit.Replace(from, to));
        }
        for (String parent : changed) {
            Set<String> stay = ids(after.node(parent).children());
            for (TreeNode child : now.node(parent).children()) {
                if (!stay.contains(child.id())) {
                    edit(new Edit.Delete(parent, now.index(child.id()), child));
                }
            }
        }
        return new Difference(edits);
    }

    /// Whether edits lead from one to the other: none changes the source or the unknown words.
    private static boolean isAlike(TreeNode from, TreeNode to) {
        return Objects.equals(from.sourceName(), to.sourceName()) && from.more().equals(to.more());
    }

    private void edit(Edit edit) {
        now = now.apply(edit);
        edits.add(edit);
    }

    /// Makes `node`, which is in its place, as it is in the second tree.
    private void compare(TreeNode node) {
        TreeNode old = now.node(node.id());
        isOther |= !isAlike(old, node);
        if (old == node || isOther) {
            return;
        }
        if (!old.componentName().equals(node.componentName())) {
            edit(new Edit.Rename(node.id(), old.componentName(), node.componentName()));
        }
        if (!old.props().equals(node.props())) {
            edit(new Edit.Props(node.id(), old.props(), node.props()));
        }
        if (old.hidden() != node.hidden()) {
            edit(new Edit.Hide(node.id(), old.hidden(), node.hidden()));
        }
        if (old.children() != node.children()) {
            changed.add(node.id());
            place(old, node);
            for (TreeNode child : node.children()) {
                compare(child);
            }
        }
    }

    private void place(TreeNode old, TreeNode node) {
        Set<String> stay = staying(old.children(), node.children());
        int index = 0;
        for (TreeNode child : node.children()) {
            if (stay.contains(child.id())) {
                index = now.index(child.id()) + 1;
                continue;
            }
            TreeNode known = now.find(child.id());
            if (known == null) {
                edit(new Edit.Insert(node.id(), index, unknown(child)));
            } else {
                String from = Objects.requireNonNull(now.parentId(child.id()), "no root");
                int fromIndex = now.index(child.id());
                index -= from.equals(node.id()) && fromIndex < index ? 1 : 0;
                edit(new Edit.Move(child.id(), from, fromIndex, node.id(), index));
            }
            index++;
        }
    }

    /// `node` without what is in the first tree and moves into it later.
    private TreeNode unknown(TreeNode node) {
        List<TreeNode> children = new ArrayList<>();
        boolean isWhole = true;
        for (TreeNode child : node.children()) {
            TreeNode fresh = now.contains(child.id()) ? null : unknown(child);
            isWhole &= fresh == child;
            if (fresh != null) {
                children.add(fresh);
            }
        }
        return isWhole ? node : node.withChildren(children);
    }

    /// The ids of a longest common order (patience sorting).
    private static Set<String> staying(Children from, Children to) {
        List<String> common = new ArrayList<>();
        Set<String> kept = ids(to);
        for (TreeNode child : from) {
            if (kept.contains(child.id())) {
                common.add(child.id());
            }
        }
        var places = new HashMap<String, Integer>();
        for (int i = 0; i < common.size(); i++) {
            places.put(common.get(i), i);
        }
        int[] tails = new int[common.size()]; // places, ascending
        int[] previous = new int[common.size()];
        int length = 0;
        for (TreeNode child : to) {
            Integer place = places.get(child.id());
            if (place == null) {
                continue;
            }
            int at = -Arrays.binarySearch(tails, 0, length, place) - 1;
            previous[place] = at == 0 ? -1 : tails[at - 1];
            tails[at] = place;
            length = Math.max(length, at + 1);
        }
        Set<String> stay = new HashSet<>();
        for (int at = length == 0 ? -1 : tails[length - 1]; at >= 0; at = previous[at]) {
            stay.add(common.get(at));
        }
        return stay;
    }

    private static Set<String> ids(Children children) {
        Set<String> ids = new HashSet<>();
        children.forEach(child -> ids.add(child.id()));
        return ids;
    }
}
