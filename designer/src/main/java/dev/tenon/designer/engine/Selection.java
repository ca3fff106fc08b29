package dev.tenon.designer.engine;

import dev.tenon.designer.tree.Tree;
import dev.tenon.designer.tree.TreeNode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;
import org.jspecify.annotations.Nullable;

/// The nodes that are selected, in the order of their selection. A selection is a value, so that
/// the history can bring it back.
///
/// @param ids each once
public record Selection(List<String> ids) {
    /// Nothing.
    public static final Selection NONE = new Selection(List.of());

    /// Leaves out repetitions.
    public Selection {
        ids = List.copyOf(new LinkedHashSet<>(ids));
    }

    /// Returns the selection of `ids`.
    public static Selection of(String... ids) {
        return new Selection(List.of(ids));
    }

    /// Returns whether `id` is selected.
    public boolean has(String id) {
        return ids.contains(id);
    }

    /// Returns how many nodes are selected.
    public int size() {
        return ids.size();
    }

    /// Returns the node that was selected first, or null.
    public @Nullable String first() {
        return ids.isEmpty() ? null : ids.getFirst();
    }

    /// Returns the node that was selected last, or null.
    public @Nullable String last() {
        return ids.isEmpty() ? null : ids.getLast();
    }

    /// Returns the one node that is selected; null where there is none or more.
    public @Nullable String only() {
        return ids.size() == 1 ? ids.getFirst() : null;
    }

    /// Returns this selection with `more`.
    public Selection with(List<String> more) {
        List<String> all = new ArrayList<>(ids);
        all.addAll(more);
        return new Selection(all);
    }

    /// Returns this selection without `id`.
    public Selection without(String id) {
        return new Selection(ids.stream().filter(other -> !other.equals(id)).toList());
    }

    /// Returns this selection without the nodes that `tree` lacks.
    public Selection in(Tree tree) {
        return ids.stream().allMatch(tree::contains)
                ? this
                : new Selection(ids.stream().filter(tree::contains).toList());
    }

    /// Returns the selection after a click with shift on `id`: without it, if it is selected; else
    /// with it and all between it and the nearest selected sibling. The root is left as it is.
    ///
    /// @throws dev.tenon.designer.DesignException if `tree` has no such node
    public Selection crossTo(Tree tree, String id) {
        TreeNode parent = tree.parent(id);
        if (parent == null) {
            return this;
        }
        if (has(id)) {
            return without(id);
        }
        List<String> siblings = parent.children().stream().map(TreeNode::id).toList();
        int index = siblings.indexOf(id);
        int nearest = -1;
        for (int i = 0; i < siblings.size(); i++) {
            if (has(siblings.get(i))
                    && (nearest < 0 || Math.abs(i - index) < Math.abs(nearest - index))) {
                nearest = i;
            }
        }
        if (nearest < 0) {
            return with(List.of(id));
        }
        SequencedSet<String> range =
                new LinkedHashSet<>(
                        siblings.subList(Math.min(nearest, index), Math.max(nearest, index) + 1));
        range.remove(id);
        range.addLast(id);
        return with(List.copyOf(range));
    }
}
