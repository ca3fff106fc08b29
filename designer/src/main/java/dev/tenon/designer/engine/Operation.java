package dev.tenon.designer.engine;

import dev.tenon.designer.action.Action;
import dev.tenon.designer.action.Outcome;
import dev.tenon.designer.action.Outcome.Done;
import dev.tenon.designer.action.Outcome.Refused;
import dev.tenon.designer.behavior.Refusal;
import dev.tenon.designer.behavior.Refusal.Rule;
import dev.tenon.designer.behavior.Rules;
import dev.tenon.designer.engine.Change.Cause;
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
/// All edits go through [#act]: the rules are checked, gatekeepers asked, the history gets an
/// entry, watchers learn the difference. One thread at a time works with an operation.
public final class Operation {
    /// Asked before an action is done; the reference's subscriber that returns false.
    @FunctionalInterface
    public interface Gatekeeper {
        /// Returns whether the action may be done. Whatever a gatekeeper does, a refused action
        /// changes nothing; all gatekeepers are asked.
        boolean allows(Action action, Tree before, Done outcome);
    }

    private static final int MOST_QUESTIONS = 100;

    private final Rules rules;
    private final Ids ids;
    private final InstantSource clock;
    private final Clipboard clipboard;
    private final List<Gatekeeper> gatekeepers = new CopyOnWriteArrayList<>();
    private final List<Consumer<Change>> watchers = new CopyOnWriteArrayList<>();
    private Tree tree;
    private Selection selection;
    private History history;
    private @Nullable String hovered;
    private long changes; // of the tree, so far

    /// Begins with the tree of `root`, which is selected.
    ///
    /// @param rules what may be done
    /// @param ids names for new nodes
    /// @param clock the time of entries
    /// @param clipboard where copies go
    public Operation(
            TreeNode root, Rules rules, Ids ids, InstantSource clock, Clipboard clipboard) {
        this.rules = rules;
        this.ids = ids;
        this.clock = clock;
        this.clipboard = clipboard;
        this.tree = Tree.of(root);
        this.selection = Selection.of(root.id());
        this.history = History.of(tree, selection, clock.instant(), History.CAPACITY);
    }

    /// Returns the tree as it stands.
    public Tree tree() {
        return tree;
    }

    /// Returns what is selected.
    public Selection selection() {
        return selection;
    }

    /// Returns what was done.
    public History history() {
        return history;
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

    /// Returns the node under the pointer, or null.
    public @Nullable String hovered() {
        return hovered;
    }

    /// Sets the node under the pointer, null for none.
    public void hover(@Nullable String id) {
        hovered = id;
    }

    /// Asks `gatekeeper` before each action from now on; running what is returned ends that.
    public Runnable guard(Gatekeeper gatekeeper) {
        gatekeepers.add(gatekeeper);
        return () -> gatekeepers.remove(gatekeeper);
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
            tree = done.tree();
            changes++;
            selection = (follows(action) ? new Selection(done.focus()) : before).in(tree);
            keepHover();
            history =
                    history.push(
                            new History.Entry(
                                    action.type(),
                                    clock.instant(),
                                    tree,
                                    before,
                                    selection,
                                    done.difference(),
                                    gesture));
            tell(new Change(Cause.ACTION, action.type(), tree, selection, done.difference()));
        }
        return outcome;
    }

    /// A gatekeeper may act itself; then the question is put again to the tree as it is now.
    private Outcome asked(Action action) {
        for (int i = 0; i < MOST_QUESTIONS; i++) {
            Tree before = tree;
            long changesBefore = changes;
            Outcome outcome = action.on(before, rules, ids);
            if (!(outcome instanceof Done done)) {
                return outcome;
            }
            boolean isAllowed = true;
            for (Gatekeeper gatekeeper : gatekeepers) {
                isAllowed &= gatekeeper.allows(action, before, done);
            }
            if (!isAllowed) {
                return vetoed(action.type() + ": a gatekeeper refused it");
            }
            if (changes == changesBefore) {
                return done;
            }
        }
        return vetoed(
                action.type()
                        + ": gatekeepers changed the tree each of "
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
        return walk(history.undo(), Cause.UNDO);
    }

    /// Does the step that was undone last again; returns whether there was one.
    public boolean redo() {
        return walk(history.redo(), Cause.REDO);
    }

    /// Goes to the entry of the history at `index`; returns whether there is one other than the
    /// current.
    public boolean goTo(int index) {
        return walk(history.goTo(index), Cause.GOTO);
    }

    private boolean walk(History.@Nullable Walk walk, Cause cause) {
        if (walk == null) {
            return false;
        }
        history = walk.history();
        tree = walk.tree();
        changes++;
        selection = walk.selection().in(tree);
        keepHover();
        String type = history.entries().get(history.current()).type();
        tell(new Change(cause, type, tree, selection, walk.difference()));
        return true;
    }

    /// Selects `ids`, of which the tree must have each; others are left out. No step of the
    /// history.
    public void select(List<String> ids) {
        Selection now = new Selection(ids).in(tree);
        if (!now.equals(selection)) {
            selection = now;
            tell(new Change(Cause.SELECTION, "", tree, selection, Difference.NONE));
        }
    }

    /// Puts copies of the selected nodes on the clipboard.
    public void copy() {
        clipboard.put(Clipboard.nodes(tree, selection.ids()));
    }

    /// Moves the selected nodes to the clipboard, but for those that can't be removed.
    public Outcome cut() {
        List<TreeNode> cut = Clipboard.nodes(tree, selection.ids());
        Outcome outcome = act(new Action.Remove(selection.ids()));
        if (outcome instanceof Done) {
            clipboard.put(cut.stream().filter(node -> !tree.contains(node.id())).toList());
        }
        return outcome;
    }

    /// Puts what is on the clipboard into or beside the selection, in copies.
    public Outcome paste() {
        return act(new Action.Paste(clipboard.nodes(), selection.ids()));
    }

    private void keepHover() {
        if (hovered != null && !tree.contains(hovered)) {
            hovered = null;
        }
    }

    private void tell(Change change) {
        for (Consumer<Change> watcher : watchers) {
            watcher.accept(change);
        }
    }
}
