package dev.tenon.designer.engine;

import dev.tenon.designer.action.Action;
import dev.tenon.designer.action.Outcome;
import dev.tenon.designer.action.Outcome.Done;
import dev.tenon.designer.action.Outcome.Refused;
import dev.tenon.designer.behavior.Refusal;
import dev.tenon.designer.behavior.Refusal.Rule;
import dev.tenon.designer.behavior.Rules;
import dev.tenon.designer.engine.Change.Cause;
import dev.tenon.designer.event.Event;
import dev.tenon.designer.event.Events;
import dev.tenon.designer.event.HistoryEvent;
import dev.tenon.designer.event.MutationEvent;
import dev.tenon.designer.event.NodeEvent;
import dev.tenon.designer.event.OthersChanged;
import dev.tenon.designer.tree.Difference;
import dev.tenon.designer.tree.Ids;
import dev.tenon.designer.tree.Tree;
import dev.tenon.designer.tree.TreeNode;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// One tree being edited: the tree, what is selected and hovered, the clipboard and the history.
/// All edits go through [#act]: the rules are checked, subscribers asked, the history gets an
/// entry, watchers learn the difference. Where others edit the tree too, its [Timeline] brings in
/// what they do. One thread at a time works with an operation.
///
/// A watcher may act itself, and so may a subscriber: what it does is done at once, and told when
/// all have heard what it did it about.
public final class Operation {
    private static final int MOST_QUESTIONS = 100; // about one action, or one in the other
    private static final int MOST_NESTED_QUESTIONS = 10_000; // about all in one action

    private final Rules rules;
    private final Ids ids;
    private final InstantSource clock;
    private final Clipboard clipboard;
    private final Events events;
    private final @Nullable String workspace;
    private final List<Consumer<Change>> watchers = new CopyOnWriteArrayList<>();
    private final News news = new News();
    private final Timeline timeline;
    private Selection selection;
    private Hover hover = Hover.NONE;
    private long changes; // of the tree, so far
    private int asking; // how many actions, one in the other, are asked about
    private int questions; // about all of them

    /// Begins with the tree of `root`, which is selected, a history and events of its own.
    ///
    /// @param rules what may be done
    /// @param ids names for new nodes
    /// @param clock the time of entries
    /// @param clipboard where copies go
    public Operation(
            TreeNode root, Rules rules, Ids ids, InstantSource clock, Clipboard clipboard) {
        this(
                new LocalTimeline(Tree.of(root), clock.instant(), History.CAPACITY),
                rules,
                ids,
                clock,
                clipboard,
                new Events(),
                null);
    }

    /// Begins with the tree of `timeline`, whose root is selected.
    ///
    /// @param rules what may be done
    /// @param ids names for new nodes
    /// @param clock the time of entries
    /// @param clipboard where copies go
    /// @param events where to tell what happens
    /// @param workspace the workspace's id, the context of events; null for none
    public Operation(
            Timeline timeline,
            Rules rules,
            Ids ids,
            InstantSource clock,
            Clipboard clipboard,
            Events events,
            @Nullable String workspace) {
        this.timeline = timeline;
        this.rules = rules;
        this.ids = ids;
        this.clock = clock;
        this.clipboard = clipboard;
        this.events = events;
        this.workspace = workspace;
        this.selection = Selection.of(timeline.tree().root().id());
        timeline.onOthers(this::others);
    }

    /// Returns the tree as it stands.
    public Tree tree() {
        return timeline.tree();
    }

    /// Returns what is selected.
    public Selection selection() {
        return selection;
    }

    /// Returns what was done.
    public History history() {
        return timeline.history();
    }

    /// Returns what was copied or cut.
    public Clipboard clipboard() {
        return clipboard;
    }

    /// Returns what may be done.
    public Rules rules() {
        return rules;
    }

    /// Returns the source of names for new nodes.
    public Ids ids() {
        return ids;
    }

    /// Returns the node under the pointer.
    public Hover hover() {
        return hover;
    }

    /// Sets the node under the pointer, null for none or one that is not there. Where it is another
    /// one, watchers learn it, and `hover:node` is told; as in the reference no event tells that
    /// there is none.
    public void hover(@Nullable String id) {
        Hover before = hover;
        TreeNode node = id == null ? null : tree().find(id);
        hover = node == null ? Hover.NONE : Hover.of(node.id());
        if (!hover.equals(before)) {
            announce(new Change(Cause.HOVER, "", tree(), selection, Difference.NONE));
            if (node != null) {
                announce(new NodeEvent.HoverNode(node));
            }
            news.tell();
        }
    }

    /// Returns where this operation tells what happens.
    public Events events() {
        return events;
    }

    /// Tells `event` as one that happens here; returns false if a subscriber vetoed it.
    public boolean tell(Event event) {
        return events.dispatch(event, workspace);
    }

    /// Tells `watcher` each change from now on; running what is returned ends that.
    public Runnable watch(Consumer<Change> watcher) {
        watchers.add(watcher);
        return () -> watchers.remove(watcher);
    }

    /// Does `action`, a step by itself.
    public Outcome act(Action action) {
        return act(action, null);
    }

    /// Does `action`.
    ///
    /// @param gesture names what several actions have in common that are one step to the user, as
    ///   the keys of one word in one field; null for a step by itself
    public Outcome act(Action action, @Nullable String gesture) {
        Outcome outcome = asked(action);
        if (outcome instanceof Done done && !done.difference().isEmpty()) {
            Selection before = selection;
            History.Entry last = history().entries().get(history().current());
            changes++;
            selection = (follows(action) ? new Selection(done.focus()) : before).in(done.tree());
            timeline.push(
                    new History.Entry(
                            action.type(),
                            clock.instant(),
                            done.tree(),
                            before,
                            selection,
                            done.difference(),
                            gesture));
            hover = hover.in(tree());
            announce(new Change(Cause.ACTION, action.type(), tree(), selection, done.difference()));
            announceSelection(before);
            if (gesture == null || !gesture.equals(last.gesture())) {
                announce(new HistoryEvent.HistoryPush(action.type(), history().current()));
            }
            news.tell();
        }
        return outcome;
    }

    /// A subscriber may act itself; then the question is put again to the tree as it is now.
    private Outcome asked(Action action) {
        if (asking >= MOST_QUESTIONS || questions >= MOST_NESTED_QUESTIONS) {
            return vetoed(action.type() + ": subscribers answered changes with ever more changes");
        }
        asking++;
        try {
            return answered(action);
        } finally {
            asking--;
            questions = asking == 0 ? 0 : questions;
        }
    }

    private Outcome answered(Action action) {
        for (int i = 0; i < MOST_QUESTIONS; i++) {
            questions++;
            Tree before = tree();
            long changesBefore = changes;
            Outcome outcome = action.on(before, rules, ids);
            if (outcome instanceof Done allowed && !allowed.difference().isEmpty()) {
                outcome = timeline.asked(action.type(), allowed);
            }
            if (!(outcome instanceof Done done) || done.difference().isEmpty()) {
                return outcome;
            }
            boolean isAllowed = true;
            for (MutationEvent event : new Mutations(before, done).of(action)) {
                isAllowed &= tell(event);
            }
            if (!isAllowed) {
                return vetoed(action.type() + ": a subscriber vetoed it");
            }
            if (changes == changesBefore) {
                return done;
            }
        }
        return vetoed(
                action.type()
                        + ": subscribers changed the tree each of "
                        + MOST_QUESTIONS
                        + " times they were asked");
    }

    private static Refused vetoed(String message) {
        return new Refused(new Refusal(Rule.VETO, message));
    }

    /// After a removal the neighbour is selected, after a load the root.
    private static boolean follows(Action action) {
        return action instanceof Action.Remove || action instanceof Action.Load;
    }

    /// Takes the last step back; returns whether there was one.
    public boolean undo() {
        return walk(timeline.undo(selection), Cause.UNDO);
    }

    /// Does the step that was undone last again; returns whether there was one.
    public boolean redo() {
        return walk(timeline.redo(selection), Cause.REDO);
    }

    /// Goes to the entry of the history at `index`; returns whether there is one other than the
    /// current.
    public boolean goTo(int index) {
        return walk(timeline.goTo(index, selection), Cause.GOTO);
    }

    private boolean walk(History.@Nullable Walk walk, Cause cause) {
        if (walk == null) {
            return false;
        }
        Selection before = selection;
        changes++;
        selection = walk.selection().in(walk.tree());
        hover = hover.in(tree());
        int index = walk.history().current();
        String type = walk.history().entries().get(index).type();
        announce(new Change(cause, type, walk.tree(), selection, walk.difference()));
        announceSelection(before);
        announce(
                switch (cause) {
                    case UNDO -> new HistoryEvent.HistoryUndo(type, index);
                    case REDO -> new HistoryEvent.HistoryRedo(type, index);
                    default -> new HistoryEvent.HistoryGoto(type, index);
                });
        news.tell();
        return true;
    }

    /// Others have changed the tree: what they took away is no longer selected.
    private void others(Difference difference) {
        Selection before = selection;
        changes++;
        selection = selection.in(tree());
        hover = hover.in(tree());
        announce(new Change(Cause.OTHERS, "", tree(), selection, difference));
        announceSelection(before);
        announce(new OthersChanged(difference));
        news.tell();
    }

    /// Selects those of `ids` that the tree has. No step of the history.
    public void select(List<String> ids) {
        Selection before = selection;
        selection = new Selection(ids).in(tree());
        if (!selection.equals(before)) {
            announce(new Change(Cause.SELECTION, "", tree(), selection, Difference.NONE));
            announceSelection(before);
            news.tell();
        }
    }

    /// Less of the same is `unselect:node`, all else `select:node`.
    private void announceSelection(Selection before) {
        Selection now = selection;
        if (!now.equals(before)) {
            boolean isLess = now.size() < before.size() && before.ids().containsAll(now.ids());
            announce(
                    isLess
                            ? new NodeEvent.UnselectNode(tree().root(), now.ids())
                            : new NodeEvent.SelectNode(tree().root(), now.ids()));
        }
    }

    /// Puts copies of the selected nodes on the clipboard, but for those that can't be copied.
    public void copy() {
        putCopies(Clipboard.nodes(tree(), selection.ids()));
    }

    private void putCopies(List<TreeNode> nodes) {
        clipboard.put(nodes.stream().filter(rules::isCloneable).toList());
    }

    /// Moves the selected nodes to the clipboard, but for those that can't be removed.
    public Outcome cut() {
        Tree before = tree();
        List<String> cut = selection.ids();
        Outcome outcome = act(new Action.Remove(cut));
        if (outcome instanceof Done) {
            List<String> gone = cut.stream().filter(id -> !tree().contains(id)).toList();
            clipboard.put(Clipboard.nodes(before, gone));
        }
        return outcome;
    }

    /// Puts what is on the clipboard into or beside the selection, in copies; nodes that can't be
    /// copied, but were cut, once.
    public Outcome paste() {
        Outcome outcome = act(new Action.Paste(clipboard.nodes(), selection.ids()));
        if (outcome instanceof Done) {
            putCopies(clipboard.nodes());
        }
        return outcome;
    }

    private void announce(Change change) {
        for (Consumer<Change> watcher : watchers) {
            news.add(() -> {
                if (watchers.contains(watcher)) { // else it was ended meanwhile
                    watcher.accept(change);
                }
            });
        }
    }

    private void announce(Event event) {
        news.add(() -> tell(event));
    }
}
