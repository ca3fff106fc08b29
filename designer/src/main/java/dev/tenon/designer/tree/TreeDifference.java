package dev.tenon.designer.tree;

import dev.tenon.designer.tree.Edit.Delete;
import dev.tenon.designer.tree.Edit.Hide;
import dev.tenon.designer.tree.Edit.Insert;
import dev.tenon.designer.tree.Edit.Move;
import dev.tenon.designer.tree.Edit.Props;
import dev.tenon.designer.tree.Edit.Rename;
import dev.tenon.designer.tree.Edit.Replace;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Finds the edits that lead from one tree to another, where a node is the same node as long as it
/// has the same id.
///
/// Of the children that a parent keeps, those stay that are in order already: as many as can (a
/// longest increasing subsequence of their places); each of the others moves once. Nodes that come
/// bring what comes with them in one edit, nodes that go take what goes.
///
/// No [Edit] changes an id, a source name or what a document said in words that this version does
/// not know ([TreeNode#more]): where one of these differs for the root or for a node that is in
/// both, the difference is one [Replace].
///
/// Cost, with n nodes and m moves: n log n, and m times the siblings of what moves.
public final class TreeDifference {
    private final Tree to;
    private final Map<String, Branch> branches = new HashMap<>();
    private final List<Edit> edits = new ArrayList<>();

    /// A node while the edits are worked out.
    private static final class Branch {
        private final TreeNode node;
        private @Nullable String parent;
        private final List<String> children = new ArrayList<>();

        Branch(TreeNode node, @Nullable String parent) {
            this.node = node;
            this.parent = parent;
        }
    }

    private TreeDifference(Tree from, Tree to) {
        this.to = to;
        add(from.root(), null);
    }

    private void add(TreeNode node, @Nullable String parent) {
        var branch = new Branch(node, parent);
        branches.put(node.id(), branch);
        for (TreeNode child : node.children()) {
            branch.children.add(child.id());
            add(child, node.id());
        }
    }

    /// Returns edits that make `to` of `from`; none where the trees are equal.
    public static Difference between(Tree from, Tree to) {
        if (from.root() == to.root()) {
            return Difference.NONE;
        }
        var difference = new TreeDifference(from, to);
        if (!from.root().id().equals(to.root().id())
                || difference.changesWhatNoEditCan(to.root())) {
            return Difference.of(new Replace(from.root(), to.root()));
        }
        difference.arrange(to.root());
        difference.deleteRest(from.root().id());
        difference.settings(to.root(), from);
        return new Difference(difference.edits);
    }

    private boolean changesWhatNoEditCan(TreeNode node) {
        Branch before = branches.get(node.id());
        if (before != null
                && !(Objects.equals(before.node.sourceName(), node.sourceName())
                        && before.node.more().equals(node.more()))) {
            return true;
        }
        for (TreeNode child : node.children()) {
            if (changesWhatNoEditCan(child)) {
                return true;
            }
        }
        return false;
    }

    private Branch branch(String id) {
        return Objects.requireNonNull(branches.get(id));
    }

    /// Brings the children of `parent`, which has its final place, to theirs, and then those below.
    /// What does not belong stays among them until [#deleteRest]: it goes after what it holds has
    /// been taken out.
    private void arrange(TreeNode parent) {
        Branch at = branch(parent.id());
        Set<String> staying = staying(at, parent);
        int place = 0;
        for (TreeNode child : parent.children()) {
            Branch known = branches.get(child.id());
            if (known == null) {
                insert(parent.id(), at, place, child);
            } else if (!staying.contains(child.id())) {
                place = move(parent.id(), at, place, child.id(), known);
            }
            // the list changes only before the children that follow
            while (!at.children.get(place).equals(child.id())) {
                place++;
            }
            place++;
        }
        parent.children().forEach(this::arrange);
    }

    private void insert(String parent, Branch at, int place, TreeNode child) {
        TreeNode coming = onlyNew(child);
        edits.add(new Insert(parent, place, coming));
        at.children.add(place, child.id());
        add(coming, parent);
    }

    /// The node with those below it that come with it.
    private TreeNode onlyNew(TreeNode node) {
        List<TreeNode> children = new ArrayList<>();
        for (TreeNode child : node.children()) {
            if (!branches.containsKey(child.id())) {
                children.add(onlyNew(child));
            }
        }
        return node.withChildren(children);
    }

    private int move(String parent, Branch at, int place, String id, Branch moved) {
        String from = Objects.requireNonNull(moved.parent);
        Branch source = branch(from);
        int index = source.children.indexOf(id);
        source.children.remove(index);
        int target = source == at && index < place ? place - 1 : place;
        at.children.add(target, id);
        moved.parent = parent;
        edits.add(new Move(id, from, index, parent, target));
        return target;
    }

    /// The children that are in order among themselves, as many as can be.
    private Set<String> staying(Branch at, TreeNode parent) {
        Map<String, Integer> places = new HashMap<>();
        for (TreeNode child : parent.children()) {
            places.put(child.id(), places.size());
        }
        List<String> ids = at.children.stream().filter(places::containsKey).toList();
        int[] wanted = ids.stream().mapToInt(id -> places.getOrDefault(id, 0)).toArray();
        Set<String> staying = new HashSet<>();
        for (int i : longestIncreasing(wanted)) {
            staying.add(ids.get(i));
        }
        return staying;
    }

    /// The indexes of a longest increasing subsequence, by patience sorting (Fredman, 1975).
    static int[] longestIncreasing(int[] values) {
        int[] ends = new int[values.length]; // of each length, the index of its least last value
        int[] before = new int[values.length];
        int length = 0;
        for (int i = 0; i < values.length; i++) {
            int low = 0;
            int high = length;
            while (low < high) {
                int middle = (low + high) >>> 1;
                if (values[ends[middle]] < values[i]) {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            before[i] = low > 0 ? ends[low - 1] : -1;
            ends[low] = i;
            length = Math.max(length, low + 1);
        }
        int[] indexes = new int[length];
        int at = length > 0 ? ends[length - 1] : -1;
        for (int i = length - 1; i >= 0; i--) {
            indexes[i] = at;
            at = before[at];
        }
        return indexes;
    }

    /// Deletes below `id` what the other tree has not; the last first, so that places hold.
    private void deleteRest(String id) {
        Branch at = branch(id);
        for (int i = at.children.size() - 1; i >= 0; i--) {
            String child = at.children.get(i);
            if (to.contains(child)) {
                deleteRest(child);
            } else {
                edits.add(new Delete(id, i, rest(child)));
                at.children.remove(i);
            }
        }
    }

    private TreeNode rest(String id) {
        Branch at = branch(id);
        return at.node.withChildren(at.children.stream().map(this::rest).toList());
    }

    private void settings(TreeNode node, Tree from) {
        if (from.contains(node.id())) {
            TreeNode before = branch(node.id()).node;
            if (!before.componentName().equals(node.componentName())) {
                edits.add(new Rename(node.id(), before.componentName(), node.componentName()));
            }
            if (!before.props().equals(node.props())) {
                edits.add(new Props(node.id(), before.props(), node.props()));
            }
            if (before.hidden() != node.hidden()) {
                edits.add(new Hide(node.id(), before.hidden(), node.hidden()));
            }
        }
        node.children().forEach(child -> settings(child, from));
    }
}
