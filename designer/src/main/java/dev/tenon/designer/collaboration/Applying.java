package dev.tenon.designer.collaboration;

import dev.tenon.designer.DesignException;
import dev.tenon.designer.action.Checking;
import dev.tenon.designer.behavior.Refusal;
import dev.tenon.designer.behavior.Refusal.Rule;
import dev.tenon.designer.behavior.Rules;
import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.tree.Difference;
import dev.tenon.designer.tree.Edit;
import dev.tenon.designer.tree.Tree;
import dev.tenon.designer.tree.TreeNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Does one contribution on a state. It depends on nothing but the two and the rules, so that each
/// replica comes to the same.
final class Applying {
    private final State before;
    private final Rules rules;
    private final boolean isWalk;
    private Tree tree;
    private Tree deleted;
    private final List<Edit> edits = new ArrayList<>();
    private final Set<String> came = new LinkedHashSet<>(); // must be allowed where they are
    private final Set<String> changed = new LinkedHashSet<>(); // must stay so where they were
    private @Nullable Refusal refusal; // of a step

    Applying(State before, Rules rules, boolean isWalk) {
        this.before = before;
        this.rules = rules;
        this.isWalk = isWalk;
        this.tree = before.tree();
        this.deleted = before.deleted();
    }

    State.Applied applied(Contribution contribution) {
        for (Step step : contribution.steps()) {
            apply(step);
        }
        Refusal broken = broken();
        if (broken != null) {
            return new State.Applied(before, Difference.NONE, broken);
        }
        Refusal reason = edits.isEmpty() ? refusal : null;
        return new State.Applied(new State(tree, deleted), new Difference(edits), reason);
    }

    State after(Step step) {
        apply(step);
        return new State(tree, deleted);
    }

    private void apply(Step step) {
        switch (step) {
            case Step.Insert insert -> insert(insert);
            case Step.Delete delete -> delete(delete.id());
            case Step.Move move -> move(move.id(), move.place());
            case Step.Assign assign -> assign(assign);
            case Step.Rename rename -> rename(rename);
            case Step.Hide hide -> {
                TreeNode node = node(hide.id());
                if (node != null && node.hidden() != hide.hidden()) {
                    edit(new Edit.Hide(hide.id(), node.hidden(), hide.hidden()), hide.id());
                }
            }
            case Step.Load load -> load(load.root());
            case Step.Join _, Step.Leave _ -> {} // of the log, not of the tree
        }
    }

    // ---- steps

    private void insert(Step.Insert insert) {
        List<String> ids = new ArrayList<>();
        insert.node().forEach(node -> ids.add(node.id()));
        for (String id : ids) {
            if (tree.contains(id)) {
                refuse(Rule.DUPLICATE_ID, "an id must name one node; \"" + id + "\" is there");
                return;
            }
        }
        Place place = insert.place();
        if (node(place.parent()) != null) {
            ids.forEach(this::forget);
        }
        TreeNode parent = node(place.parent()); // it may have been inside of what is forgotten
        if (parent == null) {
            missing(place.parent());
            return;
        }
        TreeNode node = insert.node();
        int index = place.index(parent.children(), node.id());
        if (edit(new Edit.Insert(parent.id(), index, node), parent.id())) {
            came.add(node.id());
        }
    }

    private void delete(String id) {
        TreeNode node = tree.find(id);
        if (node == null) {
            missing(id);
            return;
        }
        Refusal forbidden =
                isWalk && !tree.isRoot(id) ? null : rules.delete(tree, node); // walks ask nothing
        if (forbidden != null) {
            refusal = forbidden;
            return;
        }
        edit(State.removal(tree, id), id);
        bury(node);
    }

    /// Keeps `node` among the deleted; the oldest ones go where there are too many.
    private void bury(TreeNode node) {
        int size = node.size();
        while (deleted.size() + size > Tree.MOST_NODES && !deleted.root().children().isEmpty()) {
            forget(deleted.root().children().getFirst().id());
        }
        try {
            deleted = deleted.apply(State.burial(deleted, node));
        } catch (DesignException e) {
            refusal =
                    new Refusal(Rule.SIZE, String.valueOf(e.getMessage())); // too large to be kept
        }
    }

    /// Drops a deleted node for good.
    private void forget(String id) {
        if (deleted.contains(id) && !deleted.isRoot(id)) {
            deleted = deleted.apply(State.removal(deleted, id));
        }
    }

    @SuppressWarnings("ReferenceEquality") // which of the two trees
    private void move(String id, Place place) {
        Tree from = tree.contains(id) ? tree : deleted;
        Tree to = tree.contains(place.parent()) ? tree : deleted;
        TreeNode node = from.find(id);
        TreeNode parent = to.find(place.parent());
        if (node == null || from.isRoot(id)) {
            missing(id);
        } else if (parent == null || (from == tree && to == deleted)) {
            missing(place.parent());
        } else if (from == to) {
            if (id.equals(parent.id()) || from.isAncestor(id, parent.id())) {
                refuse(
                        Rule.INTO_ITSELF,
                        "a node can't go into itself; got \""
                                + id
                                + "\" into \""
                                + parent.id()
                                + "\"");
                return;
            }
            String old = State.removal(from, id).parent();
            int oldIndex = from.index(id);
            int index = place.index(parent.children(), id);
            boolean isSame = old.equals(parent.id()) && oldIndex == index;
            if (!isSame
                    && edit(new Edit.Move(id, old, oldIndex, parent.id(), index), id)
                    && !old.equals(parent.id())) {
                came.add(id);
            }
        } else {
            int index = place.index(parent.children(), id);
            if (edit(new Edit.Insert(parent.id(), index, node), parent.id())) {
                forget(id);
                came.add(id);
            }
        }
    }

    private void assign(Step.Assign assign) {
        TreeNode node = node(assign.id());
        if (node == null) {
            missing(assign.id());
            return;
        }
        JsonObject props = node.props();
        for (Assignment setting : assign.settings()) {
            props = setting.on(props);
        }
        if (!props.equals(node.props())) {
            edit(new Edit.Props(node.id(), node.props(), props), node.id());
            changed(node, node.withProps(props));
        }
    }

    private void rename(Step.Rename rename) {
        TreeNode node = node(rename.id());
        if (node == null) {
            missing(rename.id());
            return;
        }
        String name = rename.componentName();
        if (!name.equals(node.componentName())) {
            edit(new Edit.Rename(node.id(), node.componentName(), name), node.id());
            changed(node, node.withComponentName(name));
        }
    }

    private void changed(TreeNode old, TreeNode fresh) {
        var registry = rules.registry();
        boolean isSame = registry.behaviors(old).equals(registry.behaviors(fresh));
        (isSame ? changed : came).add(old.id());
    }

    private void load(TreeNode root) {
        edits.add(new Edit.Replace(tree.root(), root));
        tree = Tree.of(root);
        root.forEach(node -> forget(node.id()));
        came.clear();
        changed.clear();
    }

    // ---- edits

    /// The node, in the tree or deleted.
    private @Nullable TreeNode node(String id) {
        return new State(tree, deleted).node(id);
    }

    /// Makes the edit where `id` is; returns whether it fits.
    private boolean edit(Edit edit, String id) {
        try {
            if (tree.contains(id)) {
                tree = tree.apply(edit);
                edits.add(edit);
            } else {
                deleted = deleted.apply(edit);
            }
            return true;
        } catch (DesignException e) { // too deep or too many
            refusal = new Refusal(Rule.SIZE, String.valueOf(e.getMessage()));
            return false;
        }
    }

    private void missing(String id) {
        refuse(Rule.MISSING, "no node is named \"" + id + "\"");
    }

    private void refuse(Rule rule, String message) {
        refusal = new Refusal(rule, message);
    }

    // ---- rules

    /// The rule that the whole would break, or null: what came is asked for as an action would ask,
    /// then what is inside it.
    private @Nullable Refusal broken() {
        Refusal broken = broken(before.tree(), tree);
        return broken != null ? broken : broken(before.deleted(), deleted);
    }

    @SuppressWarnings("ReferenceEquality") // which of the two trees
    private @Nullable Refusal broken(Tree old, Tree now) {
        Map<String, List<TreeNode>> byParent = new LinkedHashMap<>();
        for (String id : came) {
            String parent = now.contains(id) ? now.parentId(id) : null;
            if (parent != null && (now != deleted || !now.isRoot(parent))) {
                byParent.computeIfAbsent(parent, _ -> new ArrayList<>()).add(now.node(id));
            }
        }
        for (Map.Entry<String, List<TreeNode>> entry : byParent.entrySet()) {
            TreeNode parent = now.node(entry.getKey());
            TreeNode asked =
                    parent.withChildren(
                            parent.children().stream()
                                    .filter(child -> !came.contains(child.id()))
                                    .toList());
            Refusal broken = rules.inside(now, asked, entry.getValue());
            if (broken != null) {
                return broken;
            }
        }
        for (String id : came) {
            TreeNode node = now.find(id);
            Refusal broken = node == null ? null : Checking.inside(old, now, rules, node);
            if (broken != null) {
                return broken;
            }
        }
        for (String id : changed) {
            Refusal broken = came.contains(id) ? null : changed(old, now, id);
            if (broken != null) {
                return broken;
            }
        }
        return null;
    }

    @SuppressWarnings("ReferenceEquality") // which of the two trees
    private @Nullable Refusal changed(Tree old, Tree now, String id) {
        TreeNode node = now.find(id);
        if (node == null || !old.contains(id)) { // what came is asked for already
            return null;
        }
        String parent = now.parentId(id);
        boolean isTop = now == deleted && parent != null && now.isRoot(parent);
        Refusal broken = isTop ? null : Checking.staying(old, now, rules, id);
        return broken == null ? Checking.inside(old, now, rules, node) : broken;
    }
}
