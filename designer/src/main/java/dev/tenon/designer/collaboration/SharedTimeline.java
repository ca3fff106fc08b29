package dev.tenon.designer.collaboration;

import dev.tenon.designer.action.Outcome;
import dev.tenon.designer.action.Outcome.Done;
import dev.tenon.designer.action.Outcome.Refused;
import dev.tenon.designer.engine.History;
import dev.tenon.designer.engine.Selection;
import dev.tenon.designer.engine.Timeline;
import dev.tenon.designer.tree.Difference;
import dev.tenon.designer.tree.Tree;
import java.time.Instant;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The timeline of a design that several people edit: an [dev.tenon.designer.engine.Operation] that
/// is opened with it edits a [Replica].
///
/// ```java
/// Replica replica = Replica.join("bob", snapshot, new Rules(registry), "forms-3");
/// engine.open("form", new SharedTimeline(replica, Instant.now()));
/// send(replica.update(theirVersion).toJson());   // after a change that is not of OTHERS
/// replica.receive(Update.of(json));              // changes the operation's tree
/// ```
///
/// The rules are those of the engine's registry. Actions, undo and redo go through the operation;
/// [Replica#act], [Replica#commit(String, Difference)], [Replica#undo] and [Replica#redo] are
/// refused from then on. What was done with the replica before is not in the history.
///
/// The history has the user's own steps. Its entries keep the trees as they were here after each
/// step; a walk takes back, or does again, only what its steps did, and a step of which others have
/// left nothing leaves the history when a walk comes to it.
public final class SharedTimeline implements Timeline {
    private final Replica replica;
    private History history;

    /// Begins with the tree of `replica`, its root selected.
    ///
    /// @param time of the history's first entry
    /// @throws IllegalStateException if the replica has a timeline
    public SharedTimeline(Replica replica, Instant time) {
        this.replica = replica;
        replica.lend();
        Tree tree = replica.tree();
        history = History.of(tree, Selection.of(tree.root().id()), time, History.CAPACITY + 1);
    }

    @Override
    public Tree tree() {
        return replica.tree();
    }

    @Override
    public History history() {
        return history;
    }

    @Override
    public Outcome asked(String type, Done done) {
        return switch (replica.ask(type, done.difference())) {
            case Done asked ->
                    new Done(
                            asked.tree(),
                            asked.difference(),
                            done.focus(),
                            done.skipped(),
                            done.originals(),
                            done.parts());
            case Refused refused -> refused;
        };
    }

    @Override
    public void push(History.Entry entry) {
        if (replica.contribute(entry.type(), entry.difference(), entry.gesture())
                instanceof Refused refused) {
            throw new IllegalStateException(
                    "shared timeline: a step must have been asked about; got "
                            + entry.type()
                            + ": "
                            + refused.reason());
        }
        history = history.push(entry);
    }

    @Override
    public History.@Nullable Walk undo(Selection present) {
        if (!history.canUndo()) {
            return null;
        }
        history = history.leaving(present);
        Difference difference = null;
        while (difference == null && history.canUndo()) {
            difference = back();
        }
        return here(difference);
    }

    @Override
    public History.@Nullable Walk redo(Selection present) {
        if (!history.canRedo()) {
            return null;
        }
        history = history.leaving(present);
        Difference difference = null;
        while (difference == null && history.canRedo()) {
            difference = forth();
        }
        return here(difference);
    }

    @Override
    public History.@Nullable Walk goTo(int index, Selection present) {
        int steps = index - history.current();
        if (index < 0 || index >= history.entries().size() || steps == 0) {
            return null;
        }
        history = history.leaving(present);
        Difference difference = Difference.NONE;
        for (int i = 0; i < Math.abs(steps); i++) {
            Difference step = steps < 0 ? back() : forth();
            difference = step == null ? difference : difference.then(step);
        }
        return here(difference);
    }

    /// Takes one step back; null where nothing of it could be.
    private @Nullable Difference back() {
        int at = history.current();
        return switch (replica.back()) {
            case Done done -> {
                history = history.at(at - 1);
                yield done.difference();
            }
            case Refused _ -> {
                history = history.without(at);
                yield null;
            }
        };
    }

    private @Nullable Difference forth() {
        int next = history.current() + 1;
        return switch (replica.forth()) {
            case Done done -> {
                history = history.at(next);
                yield done.difference();
            }
            case Refused _ -> {
                history = history.without(next);
                yield null;
            }
        };
    }

    private History.Walk here(@Nullable Difference difference) {
        return new History.Walk(
                history,
                replica.tree(),
                history.selections().get(history.current()),
                difference == null ? Difference.NONE : difference);
    }

    @Override
    public void onOthers(Consumer<Difference> listener) {
        replica.onReceived(listener);
    }
}
