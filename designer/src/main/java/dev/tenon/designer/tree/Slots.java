package dev.tenon.designer.tree;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// Where the children of a node are while some leave and others come: each has a slot, from 1, in
/// which those that come stand behind it; slot 0 is before all. How many stand before a slot is a
/// sum in a Fenwick tree (1994), so that each question and each change takes log n.
final class Slots {
    private final List<TreeNode> children;
    private final Map<String, Integer> slots;
    private final boolean[] hasLeft; // by slot
    private final int[] sums; // of the slots, one further

    Slots(List<TreeNode> children) {
        this.children = children;
        int size = children.size();
        slots = HashMap.newHashMap(size);
        hasLeft = new boolean[size + 1];
        sums = new int[size + 2];
        int slot = 0;
        for (TreeNode child : children) {
            slots.put(child.id(), ++slot);
        }
        for (int i = 1; i < sums.length; i++) {
            sums[i] += i > 1 ? 1 : 0;
            int next = i + (i & -i);
            if (next < sums.length) {
                sums[next] += sums[i];
            }
        }
    }

    /// Returns the slot of a child.
    int slot(String id) {
        return Objects.requireNonNull(slots.get(id));
    }

    /// Returns a child as it was at first.
    TreeNode child(String id) {
        return children.get(slot(id) - 1);
    }

    /// Returns the children that have not left, in order.
    List<TreeNode> left() {
        List<TreeNode> left = new ArrayList<>();
        int slot = 0;
        for (TreeNode child : children) {
            if (!hasLeft[++slot]) {
                left.add(child);
            }
        }
        return left;
    }

    /// Returns how many stand before `slot`: the place of its child.
    int index(int slot) {
        int sum = 0;
        for (int i = slot; i > 0; i -= i & -i) {
            sum += sums[i];
        }
        return sum;
    }

    /// Takes note that the child of `slot` has left.
    void leave(int slot) {
        hasLeft[slot] = true;
        add(slot, -1);
    }

    /// Takes note that one more stands in `slot`.
    void add(int slot) {
        add(slot, 1);
    }

    private void add(int slot, int more) {
        for (int i = slot + 1; i < sums.length; i += i & -i) {
            sums[i] += more;
        }
    }
}
