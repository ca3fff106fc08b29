package dev.tenon.designer.engine;

import dev.tenon.designer.action.Outcome;
import dev.tenon.designer.action.Outcome.Done;
import dev.tenon.designer.tree.Difference;
import dev.tenon.designer.tree.Tree;
import java.time.Instant;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The timeline of a document that one person edits: its history.
final class LocalTimeline implements Timeline {
    private Tree tree;
    private History history;

    LocalTimeline(Tree tree, Instant time, int capacity) {
        this.tree = tree;
        this.history = History.of(tree, Selection.of(tree.root().id()), time, capacity);
    }

    @Override
    public Tree tree() {
        return tree;
    }

    @Override
    public History history() {
        return history;
    }

    @Override
    public Outcome asked(String type, Done done) {
        return done;
    }

    @Override
    public void push(History.Entry entry) {
        tree = entry.tree();
        history = history.push(entry);
    }

    @Override
    public History.@Nullable Walk undo(Selection present) {
        return gone(history.leaving(present).undo());
    }

    @Override
    public History.@Nullable Walk redo(Selection present) {
        return gone(history.leaving(present).redo());
    }

    @Override
    public History.@Nullable Walk goTo(int index, Selection present) {
        return gone(history.leaving(present).goTo(index));
    }

    private History.@Nullable Walk gone(History.@Nullable Walk walk) {
        if (walk != null) {
            tree = walk.tree();
            history = walk.history();
        }
        return walk;
    }

    @Override
    public void onOthers(Consumer<Difference> listener) {} // there are none
}
