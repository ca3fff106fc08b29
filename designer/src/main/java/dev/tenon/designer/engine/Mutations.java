package dev.tenon.designer.engine;

import dev.tenon.designer.action.Action;
import dev.tenon.designer.action.Outcome.Done;
import dev.tenon.designer.event.MutationEvent;
import dev.tenon.designer.event.MutationEvent.Arrivals;
import dev.tenon.designer.tree.Edit;
import dev.tenon.designer.tree.Tree;
import dev.tenon.designer.tree.TreeNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The events that tell an action, before it is done.
///
/// @param before the tree before it
/// @param done what comes of it
record Mutations(Tree before, Done done) {
    List<MutationEvent> of(Action action) {
        List<TreeNode> source =
                done.focus().stream().filter(done.tree()::contains).map(done.tree()::node).toList();
        List<@Nullable String> parents = new ArrayList<>();
        source.forEach(node -> parents.add(parent(node.id())));
        Arrivals arrivals = new Arrivals(source, parents);
        return switch (action) {
            case Action.Append append ->
                    told(append.target(), node -> new MutationEvent.AppendNode(node, arrivals));
            case Action.Prepend prepend ->
                    told(prepend.target(), node -> new MutationEvent.PrependNode(node, arrivals));
            case Action.InsertBefore insert ->
                    told(insert.target(), node -> new MutationEvent.InsertBefore(node, arrivals));
            case Action.InsertAfter insert ->
                    told(insert.target(), node -> new MutationEvent.InsertAfter(node, arrivals));
            case Action.InsertAt insert ->
                    told(insert.parent(), node -> new MutationEvent.InsertChildren(node, arrivals));
            case Action.Move move ->
                    told(move.parent(), node -> new MutationEvent.InsertChildren(node, arrivals));
            case Action.SetChildren set ->
                    told(set.parent(), node -> new MutationEvent.UpdateChildren(node, arrivals));
            case Action.Wrap wrap ->
                    told(wrap.target(), node -> new MutationEvent.WrapNode(node, wrap.wrapper()));
            case Action.Unwrap unwrap -> told(unwrap.target(), MutationEvent.UnwrapNode::new);
            case Action.Clone clone -> copies(clone.selected());
            case Action.Paste paste -> copies(paste.selected());
            case Action.Remove _ -> removals();
            case Action.SetProps set -> told(set.id(), MutationEvent.UpdateNodeProps::new);
            case Action.Rename rename ->
                    told(
                            rename.id(),
                            node -> new MutationEvent.RenameNode(node, rename.componentName()));
            case Action.Hide hide ->
                    told(hide.id(), node -> new MutationEvent.HideNode(node, hide.hidden()));
            case Action.Load load ->
                    List.of(new MutationEvent.FromNode(before.root(), load.root()));
            case Action.Group group -> parts(group.actions());
        };
    }

    private interface About {
        MutationEvent event(TreeNode target);
    }

    /// Only what copies go into may have come with them.
    private List<MutationEvent> told(String id, About about) {
        return List.of(about.event(before.contains(id) ? before.node(id) : done.tree().node(id)));
    }

    /// Each action is told on what the one before it left.
    private List<MutationEvent> parts(List<Action> actions) {
        List<MutationEvent> events = new ArrayList<>();
        Tree now = before;
        for (int i = 0; i < actions.size(); i++) {
            Done part = done.parts().get(i);
            if (!part.difference().isEmpty()) {
                events.addAll(new Mutations(now, part).of(actions.get(i)));
            }
            now = part.tree();
        }
        return events;
    }

    private @Nullable String parent(String id) {
        return before.contains(id) ? before.parentId(id) : null;
    }

    private List<MutationEvent> removals() {
        return done.difference().edits().stream()
                .<MutationEvent>mapMulti((edit, events) -> {
                    if (edit instanceof Edit.Delete delete) {
                        events.accept(new MutationEvent.RemoveNode(delete.node()));
                    }
                })
                .toList();
    }

    /// Each copy is told as made, then as put where it is, with what its host put around it: into
    /// the one selected node, or beside the sibling before it.
    private List<MutationEvent> copies(List<String> selected) {
        List<MutationEvent> events = new ArrayList<>();
        List<TreeNode> inside = new ArrayList<>();
        for (Edit edit : done.difference().edits()) {
            if (!(edit instanceof Edit.Insert insert)) {
                continue;
            }
            TreeNode copy = insert.node();
            copy.forEach(node -> {
                TreeNode original = done.originals().get(node.id());
                if (original != null) {
                    events.add(new MutationEvent.CloneNode(original, node));
                }
            });
            TreeNode previous =
                    done.tree().contains(copy.id()) ? done.tree().previous(copy.id()) : null;
            if (previous == null || selected.equals(List.of(insert.parent()))) {
                inside.add(copy);
            } else {
                events.add(new MutationEvent.InsertAfter(previous, Arrivals.fresh(List.of(copy))));
            }
        }
        if (!inside.isEmpty()) {
            String parent = Objects.requireNonNull(done.tree().parentId(inside.getFirst().id()));
            events.addAll(
                    told(
                            parent,
                            node -> new MutationEvent.AppendNode(node, Arrivals.fresh(inside))));
        }
        return events;
    }
}
