package dev.tenon.designer.tree;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/// What an action changed: edits in order. It travels to the views in place of the tree.
///
/// @param edits the edits, the first first
public record Difference(List<Edit> edits) {
    /// Nothing changed.
    public static final Difference NONE = new Difference(List.of());

    /// Copies the list.
    public Difference {
        edits = List.copyOf(edits);
    }

    /// Returns the difference of one edit.
    public static Difference of(Edit edit) {
        return new Difference(List.of(edit));
    }

    /// Returns what makes `after` of `before`, for one who has both trees but not the edits between
    /// them. What the trees share is not looked at, and of children in another order only those
    /// move that must: the rest keep a longest common order.
    public static Difference between(Tree before, Tree after) {
        return new Comparison(before, after).difference();
    }

    /// Returns what takes this difference back: the inverse of the last edit first.
    public Difference inverse() {
        List<Edit> inverse = new ArrayList<>(edits.stream().map(Edit::inverse).toList());
        Collections.reverse(inverse);
        return new Difference(inverse);
    }

    /// Returns this difference and then `next`. Settings of one node that change again and again,
    /// as while someone types, stay one edit.
    public Difference then(Difference next) {
        List<Edit> both = new ArrayList<>(edits);
        for (Edit edit : next.edits) {
            if (edit instanceof Edit.Props later
                    && !both.isEmpty()
                    && both.getLast() instanceof Edit.Props earlier
                    && earlier.id().equals(later.id())) {
                both.set(
                        both.size() - 1,
                        new Edit.Props(later.id(), earlier.before(), later.after()));
            } else {
                both.add(edit);
            }
        }
        return new Difference(both);
    }

    /// Returns whether nothing changed.
    public boolean isEmpty() {
        return edits.isEmpty();
    }
}
