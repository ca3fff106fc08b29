package dev.tenon.designer.tree;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.Set;

/// Finds the edits between two trees. Nodes are the same where their ids are.
///
/// Places are made right from the root down, so that a node goes into one that has its final place
/// already and never into itself. What the second tree lacks goes last, when all that stays has
/// left it.
///
/// No edit is applied on the way: where things are by then is kept in [Slots] of the nodes whose
/// children change, so that n children in another order take n log n.
@SuppressWarnings("ReferenceEquality") // what two trees share is one object
final class Comparison {
    private final Tree before;
    private final Tree after;
    private final List<Edit> edits = new ArrayList<>();
    private final SequencedMap<String, TreeNode> changed = new LinkedHashMap<>(); // children differ
    private final Map<String, Slots> slots = new HashMap<>(); // by the id of the parent
    private final Map<String, TreeNode> placed = new HashMap<>(); // came or moved, as they were
    private boolean isOther; // edits do not lead there

    Comparison(Tree before, Tree after) {
        this.before = before;
        this.after = after;
    }

    Difference difference() {
        if (before.root() == after.root()) {
            return Difference.NONE;
        }
        TreeNode from = before.root();
        TreeNode to = after.root();
        isOther = !from.id().equals(to.id());
        if (!isOther) {
            compare(from, to);
        }
        if (isOther) {
            return Difference.of(new Edit.Replace(from, to));
        }
        changed.forEach(this::delete);
        return new Difference(edits);
    }

    /// Whether edits lead from one to the other: none changes the source or the unknown words.
    private static boolean isAlike(TreeNode from, TreeNode to) {
        return Objects.equals(from.sourceName(), to.sourceName()) && from.more().equals(to.more());
    }

    /// Makes `old`, which is in its place, as `node` of the second tree.
    private void compare(TreeNode old, TreeNode node) {
        isOther |= !isAlike(old, node);
        if (old == node || isOther) {
            return;
        }
        if (!old.componentName().equals(node.componentName())) {
            edits.add(new Edit.Rename(node.id(), old.componentName(), node.componentName()));
        }
        if (!old.props().equals(node.props())) {
            edits.add(new Edit.Props(node.id(), old.props(), node.props()));
        }
        if (old.hidden() != node.hidden()) {
            edits.add(new Edit.Hide(node.id(), old.hidden(), node.hidden()));
        }
        if (old.children() != node.children()) {
            changed.put(node.id(), node);
            Slots of = slots.computeIfAbsent(node.id(), _ -> new Slots(old.children()));
            place(of, node);
            for (TreeNode child : node.children()) {
                TreeNode moved = placed.get(child.id());
                compare(moved == null ? of.child(child.id()) : moved, child);
            }
        }
    }

    private void place(Slots of, TreeNode node) {
        Set<String> stay = staying(of.left(), node.children());
        int anchor = 0; // the slot that what comes stands in
        int index = 0;
        for (TreeNode child : node.children()) {
            String id = child.id();
            if (stay.contains(id)) {
                anchor = of.slot(id);
                index = of.index(anchor) + 1;
                continue;
            }
            if (before.contains(id)) {
                index -= take(id, node.id(), index);
            } else {
                TreeNode fresh = unknown(child);
                edits.add(new Edit.Insert(node.id(), index, fresh));
                placed.put(id, fresh);
            }
            of.add(anchor);
            index++;
        }
    }

    /// Moves the node `id` from where it is to `index` of `to`; returns how many places there are
    /// less before that when it has left.
    private int take(String id, String to, int index) {
        String from = Objects.requireNonNull(before.parentId(id), "no root");
        Slots of = slots.computeIfAbsent(from, _ -> new Slots(before.node(from).children()));
        int slot = of.slot(id);
        int fromIndex = of.index(slot);
        int less = from.equals(to) && fromIndex < index ? 1 : 0;
        edits.add(new Edit.Move(id, from, fromIndex, to, index - less));
        placed.put(id, of.child(id));
        of.leave(slot);
        return less;
    }

    /// `node` without what is in the first tree and moves into it later.
    private TreeNode unknown(TreeNode node) {
        List<TreeNode> children = new ArrayList<>();
        boolean isWhole = true;
        for (TreeNode child : node.children()) {
            TreeNode fresh = before.contains(child.id()) ? null : unknown(child);
            isWhole &= fresh == child;
            if (fresh != null) {
                children.add(fresh);
            }
        }
        return isWhole ? node : node.withChildren(children);
    }

    /// What the second tree does not have in `parent`, a node of it, goes.
    private void delete(String parent, TreeNode node) {
        Slots of = Objects.requireNonNull(slots.get(parent));
        Set<String> stay = ids(node.children());
        for (TreeNode child : of.left()) {
            if (!stay.contains(child.id())) {
                int slot = of.slot(child.id());
                edits.add(new Edit.Delete(parent, of.index(slot), remains(child)));
                of.leave(slot);
            }
        }
    }

    /// `node` without what has moved out of it.
    private TreeNode remains(TreeNode node) {
        Slots of = slots.get(node.id());
        List<TreeNode> children = new ArrayList<>();
        boolean isWhole = true;
        for (TreeNode child : of == null ? node.children() : of.left()) {
            TreeNode left = remains(child);
            isWhole &= left == child;
            children.add(left);
        }
        return isWhole && children.size() == node.children().size()
                ? node
                : node.withChildren(children);
    }

    /// The ids of a longest common order (patience sorting).
    private static Set<String> staying(List<TreeNode> from, Children to) {
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
        Set<String> ids = HashSet.newHashSet(children.size());
        children.forEach(child -> ids.add(child.id()));
        return ids;
    }
}
