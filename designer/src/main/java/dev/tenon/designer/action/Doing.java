package dev.tenon.designer.action;

import dev.tenon.designer.action.Outcome.Done;
import dev.tenon.designer.action.Outcome.Refused;
import dev.tenon.designer.behavior.Refusal;
import dev.tenon.designer.behavior.Refusal.Rule;
import dev.tenon.designer.behavior.Rules;
import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.tree.Children;
import dev.tenon.designer.tree.Difference;
import dev.tenon.designer.tree.Edit;
import dev.tenon.designer.tree.Ids;
import dev.tenon.designer.tree.Tree;
import dev.tenon.designer.tree.TreeNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedSet;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// How each action is done.
///
/// @param tree the tree before it
/// @param rules what is allowed
/// @param ids names for new nodes
record Doing(Tree tree, Rules rules, Ids ids) {
    private static final int MANY = 64; // nodes, for which all siblings are looked at

    Outcome outcome(Action action) {
        Refusal refusal = Bounds.refusal(action);
        return refusal == null ? within(action) : new Refused(refusal);
    }

    private Outcome within(Action action) {
        return switch (action) {
            case Action.Append append ->
                    into(append.target(), append.nodes(), (_, _) -> null, false);
            case Action.Prepend prepend ->
                    into(
                            prepend.target(),
                            prepend.nodes(),
                            (children, moving) -> from(0, children, moving),
                            false);
            case Action.InsertAt insert ->
                    insertAt(insert.parent(), insert.index(), insert.nodes());
            case Action.Move move -> move(move);
            case Action.InsertBefore insert -> beside(insert.target(), insert.nodes(), true);
            case Action.InsertAfter insert -> beside(insert.target(), insert.nodes(), false);
            case Action.SetChildren set -> into(set.parent(), set.nodes(), (_, _) -> null, true);
            case Action.Wrap wrap -> new Wrapping(this).wrap(wrap);
            case Action.Unwrap unwrap -> new Wrapping(this).unwrap(unwrap.target());
            case Action.Clone clone -> new Copying(this).clone(clone);
            case Action.Paste paste -> new Copying(this).paste(paste);
            case Action.Remove remove -> remove(remove.ids());
            case Action.SetProps set -> setProps(set);
            case Action.Rename rename -> rename(rename);
            case Action.Hide hide -> hide(hide);
            case Action.Load load -> load(load.root());
            case Action.Group group -> group(group.actions());
        };
    }

    /// Finds the child of `children` that nodes go before, where the nodes `moving` have left; null
    /// for the end.
    interface Place {
        @Nullable String before(Children children, Set<String> moving);
    }

    private static @Nullable String from(int index, Children children, Set<String> moving) {
        for (int i = index; i < children.size(); i++) {
            if (!moving.contains(children.get(i).id())) {
                return children.get(i).id();
            }
        }
        return null;
    }

    /// The child that comes at `index` once those that move have left.
    private static @Nullable String at(int index, Children children, Set<String> moving) {
        int place = index;
        int[] leaving =
                moving.size() < MANY
                        ? moving.stream().mapToInt(children::indexOf).sorted().toArray()
                        : IntStream.range(0, children.size())
                                .filter(i -> moving.contains(children.get(i).id()))
                                .toArray();
        for (int left : leaving) {
            place += left >= 0 && left <= place ? 1 : 0;
        }
        return from(place, children, moving);
    }

    private Outcome insertAt(String parent, int index, List<TreeNode> nodes) {
        return index < 0
                ? new Refused(
                        new Refusal(
                                Rule.PLACE,
                                "a place in \"" + parent + "\" must be 0 or more; got " + index))
                : into(parent, nodes, (children, moving) -> at(index, children, moving), false);
    }

    private Outcome move(Action.Move move) {
        for (String id : move.ids()) {
            if (!tree.contains(id)) {
                return missing(id);
            }
        }
        return insertAt(move.parent(), move.index(), tree.nodes(move.ids()));
    }

    private Outcome beside(String target, List<TreeNode> nodes, boolean isBefore) {
        TreeNode node = tree.find(target);
        if (node == null) {
            return missing(target);
        }
        TreeNode parent = tree.parent(target);
        if (nodes.stream().anyMatch(source -> source.id().equals(target))) {
            return new Refused(
                    new Refusal(
                            Rule.INTO_ITSELF,
                            "a node can't go beside itself; got \"" + target + "\""));
        }
        Refusal refusal = rules.siblings(tree, node, nodes);
        if (refusal != null || parent == null) {
            return new Refused(refusal == null ? root("go beside", node) : refusal);
        }
        return into(
                parent.id(),
                nodes,
                (children, moving) ->
                        from(children.indexOf(target) + (isBefore ? 0 : 1), children, moving),
                false);
    }

    /// Puts `nodes` into `target`; with `isOnly`, all other children go.
    Outcome into(String target, List<TreeNode> nodes, Place place, boolean isOnly) {
        TreeNode parent = tree.find(target);
        if (parent == null) {
            return missing(target);
        }
        if (isOnly && nodes.isEmpty()) {
            return onlyChildren(new Draft(tree), parent, Set.of(), List.of());
        }
        List<TreeNode> known = known(nodes);
        Refusal refusal = Checking.coming(tree, rules, target, known);
        if (refusal != null) {
            return new Refused(refusal);
        }
        List<TreeNode> given = known.stream().distinct().toList();
        Filling filling = new Filling(rules, ids);
        TreeNode asked = isOnly ? parent.withChildren(List.of()) : parent;
        List<TreeNode> coming = filling.adopted(tree, asked, given);
        refusal = filling.refusal(tree, asked, coming);
        if (refusal != null) {
            return new Refused(refusal);
        }
        Set<String> moving = new HashSet<>();
        given.forEach(node -> moving.add(node.id()));
        Draft draft = new Draft(tree);
        filling.put(draft, parent, given, coming, place.before(parent.children(), moving));
        refusal = filling.inside(tree, draft.tree(), coming);
        if (refusal != null) {
            return new Refused(refusal);
        }
        List<String> focus = given.stream().map(TreeNode::id).toList();
        if (isOnly) {
            Set<String> stay = new HashSet<>();
            coming.forEach(node -> stay.add(node.id()));
            return onlyChildren(draft, parent, stay, focus);
        }
        return done(draft, focus);
    }

    /// `nodes`, those of the tree as they are there.
    private List<TreeNode> known(List<TreeNode> nodes) {
        Iterator<TreeNode> there =
                tree.nodes(nodes.stream().map(TreeNode::id).filter(tree::contains).toList())
                        .iterator();
        return nodes.stream().map(node -> tree.contains(node.id()) ? there.next() : node).toList();
    }

    private Outcome onlyChildren(
            Draft draft, TreeNode parent, Set<String> stay, List<String> focus) {
        for (TreeNode child : parent.children()) {
            String id = child.id();
            if (stay.contains(id) || !parent.id().equals(draft.tree().parentId(id))) {
                continue; // stays, or went into one that came
            }
            Refusal refusal = rules.delete(tree, child);
            if (refusal != null) {
                return new Refused(refusal);
            }
            draft.delete(id);
        }
        return done(draft, focus);
    }

    /// From the last to the first, as the reference does: the focus is the neighbour of the first.
    private Outcome remove(List<String> all) {
        Map<String, TreeNode> nodes = new HashMap<>();
        tree.sortedNodes(all.stream().filter(tree::contains).toList())
                .forEach(node -> nodes.put(node.id(), node));
        List<Refusal> skipped = new ArrayList<>();
        SequencedSet<String> going = new LinkedHashSet<>();
        for (String id : all.reversed()) {
            TreeNode node = nodes.get(id);
            Refusal refusal = node == null ? noNode(id) : rules.delete(tree, node);
            if (refusal == null) {
                going.add(id);
            } else {
                skipped.add(refusal);
            }
        }
        if (going.isEmpty()) {
            return new Refused(
                    skipped.isEmpty()
                            ? new Refusal(Rule.NOTHING, "there is no node to remove")
                            : skipped.getFirst());
        }
        List<String> outermost = tree.outermost(List.copyOf(going));
        Draft draft = new Draft(tree);
        tree.removal(outermost).edits().forEach(draft::edit);
        List<String> focus = List.of(neighbour(outermost.getLast(), going));
        return new Done(draft.tree(), draft.difference(), focus, skipped);
    }

    /// The nearest sibling of `id` that stays, before it if there is one; else the parent.
    private String neighbour(String id, Set<String> going) {
        TreeNode parent = Objects.requireNonNull(tree.parent(id), "the root does not go");
        int index = parent.children().indexOf(id);
        for (int i = index - 1; i >= 0; i--) {
            if (!going.contains(parent.children().get(i).id())) {
                return parent.children().get(i).id();
            }
        }
        for (int i = index + 1; i < parent.children().size(); i++) {
            if (!going.contains(parent.children().get(i).id())) {
                return parent.children().get(i).id();
            }
        }
        return parent.id();
    }

    private Outcome setProps(Action.SetProps set) {
        TreeNode node = tree.find(set.id());
        if (node == null) {
            return missing(set.id());
        }
        JsonObject after = node.props().withAll(set.set());
        for (String name : set.unset()) {
            after = after.without(name);
        }
        return after.equals(node.props())
                ? done(new Draft(tree), List.of(node.id()))
                : changed(
                        node,
                        node.withProps(after),
                        new Edit.Props(node.id(), node.props(), after));
    }

    private Outcome rename(Action.Rename rename) {
        TreeNode node = tree.find(rename.id());
        if (node == null) {
            return missing(rename.id());
        }
        String after = rename.componentName();
        return after.equals(node.componentName())
                ? done(new Draft(tree), List.of(node.id()))
                : changed(
                        node,
                        node.withComponentName(after),
                        new Edit.Rename(node.id(), node.componentName(), after));
    }

    /// A node that other behaviours are about is asked for as if it came: it may not suit its
    /// place. Rules may read settings too, those of the node and, from below, of nodes above them:
    /// none that was kept may be broken now.
    private Outcome changed(TreeNode before, TreeNode after, Edit edit) {
        Draft draft = new Draft(tree);
        draft.edit(edit);
        String id = before.id();
        Refusal refusal =
                rules.registry().behaviors(before).equals(rules.registry().behaviors(after))
                        ? Checking.staying(tree, draft.tree(), rules, id)
                        : coming(before, after);
        if (refusal == null) {
            refusal = Checking.inside(tree, draft.tree(), rules, after);
        }
        return refusal == null ? done(draft, List.of(id)) : new Refused(refusal);
    }

    private @Nullable Refusal coming(TreeNode before, TreeNode after) {
        String parent = tree.parentId(before.id());
        if (parent == null) {
            return null;
        }
        Tree without = tree.apply(new Edit.Delete(parent, tree.index(before.id()), before));
        return rules.inside(without, without.node(parent), List.of(after));
    }

    private Outcome hide(Action.Hide hide) {
        TreeNode node = tree.find(hide.id());
        if (node == null) {
            return missing(hide.id());
        }
        Draft draft = new Draft(tree);
        if (node.hidden() != hide.hidden()) {
            draft.edit(new Edit.Hide(node.id(), node.hidden(), hide.hidden()));
        }
        return done(draft, List.of(node.id()));
    }

    private Outcome load(TreeNode root) {
        Refusal refusal = Checking.ids(root);
        if (refusal != null) {
            return new Refused(refusal);
        }
        Edit edit = new Edit.Replace(tree.root(), root);
        return new Done(tree.apply(edit), Difference.of(edit), List.of(root.id()), List.of());
    }

    private Outcome group(List<Action> actions) {
        Tree now = tree;
        Difference difference = Difference.NONE;
        List<String> focus = new ArrayList<>();
        List<Refusal> skipped = new ArrayList<>();
        Map<String, TreeNode> originals = new HashMap<>();
        List<Done> parts = new ArrayList<>();
        for (Action action : actions) {
            switch (action.on(now, rules, ids)) {
                case Refused refused -> {
                    return refused;
                }
                case Done done -> {
                    now = done.tree();
                    difference = difference.then(done.difference());
                    focus.addAll(done.focus());
                    skipped.addAll(done.skipped());
                    originals.putAll(done.originals());
                    parts.add(done);
                }
            }
        }
        originals.keySet().removeIf(Predicate.not(now::contains));
        List<String> left = focus.stream().filter(now::contains).distinct().toList();
        return new Done(now, difference, left, skipped, originals, parts);
    }

    static Outcome done(Draft draft, List<String> focus) {
        return new Done(draft.tree(), draft.difference(), focus, List.of());
    }

    static Outcome missing(String id) {
        return new Refused(noNode(id));
    }

    private static Refusal noNode(String id) {
        return new Refusal(Rule.MISSING, "no node is named \"" + id + "\"");
    }

    static Refusal root(String what, TreeNode root) {
        return new Refusal(Rule.ROOT, "the root \"" + root.id() + "\" can't " + what);
    }
}
