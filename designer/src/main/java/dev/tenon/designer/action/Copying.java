package dev.tenon.designer.action;

import dev.tenon.designer.action.Outcome.Done;
import dev.tenon.designer.action.Outcome.Refused;
import dev.tenon.designer.behavior.Refusal;
import dev.tenon.designer.behavior.Refusal.Rule;
import dev.tenon.designer.behavior.Rules;
import dev.tenon.designer.tree.Difference;
import dev.tenon.designer.tree.Ids;
import dev.tenon.designer.tree.Tree;
import dev.tenon.designer.tree.TreeNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// How nodes are copied: beside their originals, into the selected node, or from a clipboard.
final class Copying {
    private final Rules rules;
    private final Ids ids;
    private Tree tree;
    private Difference difference = Difference.NONE;
    private final List<String> focus = new ArrayList<>();
    private final List<Refusal> skipped = new ArrayList<>();
    private final Map<String, TreeNode> made = new HashMap<>(); // id of a copy -> its original

    Copying(Doing doing) {
        this.tree = doing.tree();
        this.rules = doing.rules();
        this.ids = doing.ids();
    }

    Outcome clone(Action.Clone clone) {
        String into = clone.selected().size() == 1 ? clone.selected().getFirst() : null;
        Set<String> selected = new HashSet<>(clone.selected());
        List<TreeNode> queue = new ArrayList<>();
        groups(clone.ids())
                .forEach((parent, originals) -> {
                    List<TreeNode> copies = originals.stream().map(this::copy).toList();
                    String last = originals.getLast().id();
                    if (isTogether(parent, originals, copies, selected)) {
                        return;
                    }
                    for (int i = 0; i < copies.size(); i++) {
                        TreeNode original = originals.get(i);
                        TreeNode copy = copies.get(i);
                        Refusal refusal =
                                selected.contains(original.id())
                                        ? rules.append(tree, tree.node(parent), List.of(copy))
                                        : notSelected(original);
                        if (refusal == null) {
                            act(new Action.InsertAt(parent, tree.index(last) + 1, List.of(copy)));
                            last = child(parent, copy.id(), last);
                        } else {
                            queueFor(into, copy, refusal, queue);
                        }
                    }
                });
        if (into != null && !queue.isEmpty()) {
            act(new Action.Append(into, queue));
        }
        return outcome("copy");
    }

    /// Puts `copies` behind their originals all at once, where that is the same as one by one;
    /// returns whether it did. One by one, thousands take seconds.
    private boolean isTogether(
            String parent, List<TreeNode> originals, List<TreeNode> copies, Set<String> selected) {
        TreeNode host = tree.node(parent);
        boolean isSame =
                copies.size() > 1
                        && rules.registry().designerProps(host).adopt() == null
                        && originals.stream().allMatch(node -> selected.contains(node.id()))
                        && copies.stream()
                                .allMatch(copy -> rules.append(tree, host, List.of(copy)) == null);
        if (!isSame) {
            return false;
        }
        int index = host.children().indexOf(originals.getLast().id()) + 1;
        if (new Action.InsertAt(parent, index, copies).on(tree, rules, ids) instanceof Done done) {
            take(done);
            return true;
        }
        return false;
    }

    /// The child of `parent` that `id` is, or is in where `parent` has put others around it;
    /// `otherwise` where it did not come.
    private String child(String parent, String id, String otherwise) {
        String at = tree.contains(id) ? id : null;
        while (at != null && !parent.equals(tree.parentId(at))) {
            at = tree.parentId(at);
        }
        return at == null ? otherwise : at;
    }

    private TreeNode copy(TreeNode original) {
        TreeNode copy = original.copy(ids);
        made.put(copy.id(), original);
        return copy;
    }

    private static Refusal notSelected(TreeNode original) {
        return new Refusal(
                Rule.NOTHING,
                "select \"" + original.id() + "\" or one node that takes a copy of it");
    }

    private void queueFor(
            @Nullable String into, TreeNode copy, Refusal refusal, List<TreeNode> queue) {
        TreeNode target = into == null ? null : tree.find(into);
        Refusal second = target == null ? refusal : rules.append(tree, target, List.of(copy));
        if (second == null) {
            queue.add(copy);
        } else {
            skipped.add(second);
        }
    }

    /// The outermost of the nodes that may be copied, in the order of the document, by parent.
    private SequencedMap<String, List<TreeNode>> groups(List<String> named) {
        SequencedMap<String, List<TreeNode>> groups = new LinkedHashMap<>();
        List<String> known = named.stream().filter(tree::contains).toList();
        for (TreeNode node : tree.sortedNodes(tree.outermost(known))) {
            Refusal refusal = rules.copy(tree, node);
            String parent = tree.parentId(node.id());
            if (refusal != null || parent == null) {
                skipped.add(refusal == null ? notSelected(node) : refusal);
            } else {
                groups.computeIfAbsent(parent, _ -> new ArrayList<>()).add(node);
            }
        }
        return groups;
    }

    Outcome paste(Action.Paste paste) {
        List<TreeNode> copies =
                paste.nodes().stream().filter(this::mayCome).map(this::copy).toList();
        if (copies.isEmpty()) {
            return outcome("paste");
        }
        List<Refusal> left = List.copyOf(skipped);
        List<String> selected = paste.selected().stream().filter(tree::contains).toList();
        List<Action> tries = new ArrayList<>();
        if (selected.size() == 1) {
            tries.add(new Action.Append(selected.getFirst(), copies));
        }
        if (!selected.isEmpty()) {
            tries.add(new Action.InsertAfter(tree.sorted(selected).getLast(), copies));
        }
        tries.add(new Action.Append(tree.root().id(), copies));
        for (Action attempt : tries) {
            act(attempt);
            if (!focus.isEmpty()) {
                skipped.clear();
                skipped.addAll(left);
                break;
            }
        }
        return outcome("paste");
    }

    /// A node that can't be copied may come back after it was cut, but not beside itself.
    private boolean mayCome(TreeNode node) {
        TreeNode there = rules.isCloneable(node) ? null : tree.find(node.id());
        if (there == null) {
            return true;
        }
        Refusal refusal = rules.copy(tree, there);
        if (refusal != null) {
            skipped.add(refusal);
        }
        return refusal == null;
    }

    private void act(Action action) {
        switch (action.on(tree, rules, ids)) {
            case Done done -> take(done);
            case Refused refused -> skipped.add(refused.reason());
        }
    }

    private void take(Done done) {
        tree = done.tree();
        difference = difference.then(done.difference());
        focus.addAll(done.focus());
    }

    private Outcome outcome(String verb) {
        if (focus.isEmpty()) {
            return new Refused(
                    skipped.isEmpty()
                            ? new Refusal(Rule.NOTHING, "there is no node to " + verb)
                            : skipped.getFirst());
        }
        made.keySet().removeIf(Predicate.not(tree::contains));
        return new Done(tree, difference, focus, skipped, made, List.of());
    }
}
