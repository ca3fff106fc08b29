package dev.tenon.designer.engine;

import dev.tenon.designer.action.Outcome;
import dev.tenon.designer.action.Outcome.Done;
import dev.tenon.designer.tree.Difference;
import dev.tenon.designer.tree.Tree;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The tree of an [Operation] and what its user did to it. A document that one person edits has a
/// [History] and nothing else; where several people edit it, each step goes out to the others, what
/// they do comes in, and a step back takes back one's own
/// (`dev.tenon.designer.collaboration.SharedTimeline`).
///
/// An operation asks and tells its timeline; nobody else edits through it. Selections are those
/// that a walk leaves and leads to.
public interface Timeline {
    /// Returns the tree as it stands.
    Tree tree();

    /// Returns what was done here, and where in it the tree stands.
    History history();

    /// Returns what comes of an action of `type` whose own rules allow `done`: that, or why those
    /// who share the tree would not follow. Nothing changes yet.
    Outcome asked(String type, Done done);

    /// Takes in a step that [#asked] let pass on the tree as it stands.
    void push(History.Entry entry);

    /// Takes the last step back; null where there is none.
    ///
    /// @param present what is selected now
    History.@Nullable Walk undo(Selection present);

    /// Does the step that was undone last again; null where there is none.
    ///
    /// @param present what is selected now
    History.@Nullable Walk redo(Selection present);

    /// Goes to the entry at `index`; null where there is none, or the tree is there.
    ///
    /// @param present what is selected now
    History.@Nullable Walk goTo(int index, Selection present);

    /// Tells `listener` from now on what others change, when the tree has changed.
    void onOthers(Consumer<Difference> listener);
}
