package dev.tenon.designer.collaboration;

import dev.tenon.designer.behavior.Rules;
import dev.tenon.designer.tree.Difference;
import dev.tenon.designer.tree.Edit;
import dev.tenon.designer.tree.Tree;
import dev.tenon.designer.tree.TreeNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.ToLongFunction;

/// Tells edits as steps, and finds the steps that take edits back.
final class Steps {
    private Steps() {}

    /// Returns the steps that do to `tree` what `difference` does.
    ///
    /// @param recency how lately the author placed a node, as [Place#of] asks
    static List<Step> of(Tree tree, Difference difference, ToLongFunction<String> recency) {
        List<Step> steps = new ArrayList<>();
        Set<String> placed = new HashSet<>(); // by this difference, later than all before it
        ToLongFunction<String> recent =
                id -> placed.contains(id) ? Long.MAX_VALUE : recency.applyAsLong(id);
        Tree now = tree;
        for (Edit edit : difference.edits()) {
            steps.add(
                    switch (edit) {
                        case Edit.Insert(String parent, int index, TreeNode node) ->
                                new Step.Insert(
                                        node, Place.of(now, parent, index, node.id(), recent));
                        case Edit.Delete delete -> new Step.Delete(delete.node().id());
                        case Edit.Move move ->
                                new Step.Move(
                                        move.id(),
                                        Place.of(
                                                now, move.to(), move.toIndex(), move.id(), recent));
                        case Edit.Props props ->
                                new Step.Assign(
                                        props.id(),
                                        Assignment.between(
                                                now.node(props.id()).props(), props.after()));
                        case Edit.Rename rename -> new Step.Rename(rename.id(), rename.after());
                        case Edit.Hide hide -> new Step.Hide(hide.id(), hide.after());
                        case Edit.Replace replace -> new Step.Load(replace.after());
                    });
            placed(List.of(steps.getLast())).forEach(placed::add);
            now = now.apply(edit);
        }
        return steps;
    }

    /// Returns the nodes that `steps` place.
    static List<String> placed(List<Step> steps) {
        List<String> placed = new ArrayList<>();
        for (Step step : steps) {
            switch (step) {
                case Step.Insert insert -> placed.add(insert.node().id());
                case Step.Move move -> placed.add(move.id());
                default -> {}
            }
        }
        return placed;
    }

    /// Returns the nodes that `effect` brought or took.
    static Set<String> nodes(Difference effect) {
        Set<String> nodes = new HashSet<>();
        for (Edit edit : effect.edits()) {
            switch (edit) {
                case Edit.Insert insert -> insert.node().forEach(node -> nodes.add(node.id()));
                case Edit.Delete delete -> delete.node().forEach(node -> nodes.add(node.id()));
                default -> {}
            }
        }
        return nodes;
    }

    /// Returns the steps that take back in `present` what `entries`, the last first, did, as far as
    /// it still stands: what someone has changed again is left as it is. None where nothing stands.
    ///
    /// @param own the nodes that go where one of them that was brought goes; others are kept
    static List<Step> inverse(
            List<Log.Entry> entries, Set<String> own, State present, Rules rules) {
        List<Step> steps = new ArrayList<>();
        State now = present;
        for (Log.Entry entry : entries) {
            List<Edit> edits = entry.applied().effect().edits();
            List<Tree> trees = new ArrayList<>(); // before each edit
            Tree tree = entry.before().tree();
            for (Edit edit : edits) {
                trees.add(tree);
                tree = tree.apply(edit);
            }
            for (int i = edits.size() - 1; i >= 0; i--) {
                for (Step step : inverse(edits.get(i), own, trees.get(i), now)) {
                    State next = now.with(step, rules);
                    if (!next.equals(now)) {
                        add(steps, step);
                        now = next;
                    }
                }
            }
        }
        return steps;
    }

    /// Of several values that settings take in turn, as letter by letter, the last one will do.
    private static void add(List<Step> steps, Step step) {
        if (!steps.isEmpty()
                && steps.getLast() instanceof Step.Assign last
                && step instanceof Step.Assign next
                && last.id().equals(next.id())
                && paths(last).equals(paths(next))) {
            steps.removeLast();
        }
        steps.add(step);
    }

    private static List<List<String>> paths(Step.Assign assign) {
        return assign.settings().stream().map(Assignment::path).toList();
    }

    private static List<Step> inverse(Edit edit, Set<String> own, Tree before, State now) {
        return switch (edit) {
            case Edit.Insert insert -> removal(insert.node().id(), own, now);
            case Edit.Delete(String parent, int index, TreeNode node) ->
                    now.tree().contains(node.id()) // came back already
                            ? List.of()
                            : List.of(back(node.id(), parent, index, before));
            case Edit.Move move ->
                    now.tree().contains(move.id())
                                    && move.to().equals(now.tree().parentId(move.id()))
                            ? List.of(back(move.id(), move.from(), move.fromIndex(), before))
                            : List.of();
            case Edit.Props props -> {
                List<Assignment> back = settings(props, now);
                yield back.isEmpty() ? List.of() : List.of(new Step.Assign(props.id(), back));
            }
            case Edit.Rename rename -> {
                TreeNode node = now.node(rename.id());
                yield node != null && node.componentName().equals(rename.after())
                        ? List.of(new Step.Rename(rename.id(), rename.before()))
                        : List.of();
            }
            case Edit.Hide hide -> {
                TreeNode node = now.node(hide.id());
                yield node != null && node.hidden() == hide.after()
                        ? List.of(new Step.Hide(hide.id(), hide.before()))
                        : List.of();
            }
            case Edit.Replace replace ->
                    now.tree().root().equals(replace.after())
                            ? List.of(new Step.Load(replace.before()))
                            : List.of();
        };
    }

    private static Step.Move back(String id, String parent, int index, Tree before) {
        return new Step.Move(id, Place.of(before, parent, index, id, _ -> 0));
    }

    /// The settings that are still what the edit made them, as they were before it.
    private static List<Assignment> settings(Edit.Props edit, State now) {
        TreeNode node = now.node(edit.id());
        List<Assignment> settings = new ArrayList<>();
        if (node != null) {
            for (Assignment setting : Assignment.between(edit.before(), edit.after())) {
                if (Objects.equals(setting.in(node.props()), setting.value())) {
                    settings.add(new Assignment(setting.path(), setting.in(edit.before())));
                }
            }
        }
        return settings;
    }

    /// The node goes; what others have put into it takes its place.
    private static List<Step> removal(String id, Set<String> own, State now) {
        TreeNode node = now.tree().find(id);
        String parent = node == null ? null : now.tree().parentId(id);
        if (node == null || parent == null) {
            return List.of();
        }
        List<Step> steps = new ArrayList<>();
        Place before = new Place(parent, List.of(), List.of(node.id()), true);
        lift(node, own, before, steps);
        steps.add(new Step.Delete(node.id()));
        return steps;
    }

    private static void lift(TreeNode node, Set<String> own, Place place, List<Step> steps) {
        for (TreeNode child : node.children()) {
            if (own.contains(child.id())) {
                lift(child, own, place, steps);
            } else {
                steps.add(new Step.Move(child.id(), place));
            }
        }
    }
}
