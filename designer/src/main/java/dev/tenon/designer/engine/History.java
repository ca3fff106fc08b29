package dev.tenon.designer.engine;

import dev.tenon.designer.tree.Difference;
import dev.tenon.designer.tree.Tree;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.pcollections.PVector;
import org.pcollections.TreePVector;

/// What was done, step by step, and where in it the tree stands. A history is a value: doing
/// something new, undoing and redoing make another one, and no entry ever changes. Entries keep
/// whole trees, which share all that a step left as it was.
///
/// @param entries the steps, the oldest first; the first one is where it all began
/// @param current the entry that the tree is at
/// @param capacity how many entries are kept; the reference's default is 100
/// @param selections what is selected at each entry: after its step, or what the user had selected
///   there when the tree was last taken elsewhere
public record History(
        PVector<Entry> entries, int current, int capacity, PVector<Selection> selections) {
    /// How many entries the reference keeps.
    public static final int CAPACITY = 100;

    /// One step.
    ///
    /// @param type its name, the type of the event: `append:node`; `default:state` for the
    ///   beginning
    /// @param time when
    /// @param tree the tree after it
    /// @param before the selection before it
    /// @param after the selection after it
    /// @param difference what it changed
    /// @param gesture what several actions have in common that are one step to the user, as the
    ///   moves of one resize or the keys of one word; null for an action by itself
    public record Entry(
            String type,
            Instant time,
            Tree tree,
            Selection before,
            Selection after,
            Difference difference,
            @Nullable String gesture) {}

    /// Where a walk through the history leads.
    ///
    /// @param history the history after it
    /// @param tree the tree then
    /// @param selection the selection then
    /// @param difference what changes on the way
    public record Walk(History history, Tree tree, Selection selection, Difference difference) {}

    /// Returns a history that begins with `tree`.
    ///
    /// @throws IllegalArgumentException if the capacity is less than 1
    public static History of(Tree tree, Selection selection, Instant time, int capacity) {
        if (capacity < 1) {
            throw new IllegalArgumentException(
                    "history: the capacity must be 1 or more; got " + capacity);
        }
        Entry beginning =
                new Entry("default:state", time, tree, selection, selection, Difference.NONE, null);
        return new History(
                TreePVector.singleton(beginning), 0, capacity, TreePVector.singleton(selection));
    }

    /// Returns this history with `entry` done: what had been undone is forgotten, and so is the
    /// oldest entry where there are too many. An entry of the same gesture as the current one
    /// becomes one with it.
    public History push(Entry entry) {
        PVector<Entry> kept = entries;
        PVector<Selection> selected = selections;
        while (kept.size() > current + 1) {
            kept = kept.minus(kept.size() - 1);
            selected = selected.minus(selected.size() - 1);
        }
        Entry last = kept.getLast();
        if (entry.gesture() != null && entry.gesture().equals(last.gesture())) {
            Entry both =
                    new Entry(
                            entry.type(),
                            entry.time(),
                            entry.tree(),
                            last.before(),
                            entry.after(),
                            last.difference().then(entry.difference()),
                            entry.gesture());
            return new History(
                    kept.with(current, both),
                    current,
                    capacity,
                    selected.with(current, entry.after()));
        }
        kept = kept.plus(entry);
        selected = selected.with(current, entry.before()).plus(entry.after());
        while (kept.size() > capacity) {
            kept = kept.minus(0);
            selected = selected.minus(0);
        }
        return new History(kept, kept.size() - 1, capacity, selected);
    }

    /// Returns this history with `present` as what is selected where the tree stands, so that a
    /// walk that comes back finds it.
    public History leaving(Selection present) {
        return new History(entries, current, capacity, selections.with(current, present));
    }

    /// Returns whether there is a step to undo.
    public boolean canUndo() {
        return current > 0;
    }

    /// Returns whether there is a step to redo.
    public boolean canRedo() {
        return current < entries.size() - 1;
    }

    /// Returns the way one step back; null where there is none.
    public @Nullable Walk undo() {
        return goTo(current - 1);
    }

    /// Returns the way one step on; null where there is none.
    public @Nullable Walk redo() {
        return goTo(current + 1);
    }

    /// Returns the way to the entry at `index`; null where there is none, or the tree is there. It
    /// leads to what was selected there last: see [#leaving].
    public @Nullable Walk goTo(int index) {
        if (index < 0 || index >= entries.size() || index == current) {
            return null;
        }
        Difference difference = Difference.NONE;
        for (int i = current; i > index; i--) {
            difference = difference.then(entries.get(i).difference().inverse());
        }
        for (int i = current + 1; i <= index; i++) {
            difference = difference.then(entries.get(i).difference());
        }
        return new Walk(at(index), entries.get(index).tree(), selections.get(index), difference);
    }

    /// Returns this history with the tree at the entry `index`, without the way there: for a
    /// [Timeline] that others edit too, where steps are not taken back by going to older trees.
    public History at(int index) {
        return new History(entries, index, capacity, selections);
    }

    /// Returns this history without the step `index`, from 1, of which others have left nothing.
    public History without(int index) {
        return new History(
                entries.minus(index),
                index <= current ? current - 1 : current,
                capacity,
                selections.minus(index));
    }

    /// Returns the types of the entries, the oldest first.
    public List<String> types() {
        return entries.stream().map(Entry::type).toList();
    }
}
