package dev.tenon.bench;

import dev.tenon.designer.action.Action;
import dev.tenon.designer.action.Outcome;
import dev.tenon.designer.behavior.Behavior;
import dev.tenon.designer.behavior.DesignerProps;
import dev.tenon.designer.behavior.Registry;
import dev.tenon.designer.behavior.Rules;
import dev.tenon.designer.engine.History;
import dev.tenon.designer.engine.Selection;
import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.tree.Ids;
import dev.tenon.designer.tree.Tree;
import dev.tenon.designer.tree.TreeNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;

/// Actions, undo and the memory of the history on large trees.
///
/// @param nodes how many nodes the tree begins with
/// @param branching how many children a node has; 0 for all of them in the root
record DesignBenchmark(int nodes, int branching) {
    private static final int WARM_UP = 3000;
    private static final int SAMPLES = 3000;
    static final Rules RULES =
            new Rules(
                    Registry.EMPTY.withBehaviors(
                            List.of(
                                    Behavior.of(
                                            "Box",
                                            DesignerProps.builder().droppable(true).build()))));

    /// How long one kind of action takes.
    ///
    /// @param name what is done
    /// @param median half of the runs took longer, in seconds
    /// @param slow one run of twenty took longer, in seconds
    record Times(String name, double median, double slow) {}

    /// Returns the shape of the tree in words.
    String shape() {
        return branching == 0 ? "all in the root" : branching + " children each";
    }

    /// Times each kind of action with its difference, and undo and redo.
    List<Times> times() {
        return List.of(
                actions("set props", this::setProps),
                actions("append", this::append),
                actions("insert after", this::insertAfter),
                actions("move", this::move),
                actions("remove", this::remove),
                undo());
    }

    /// Actions at random on one tree that they change, as an afternoon's work does.
    private Times actions(String name, Maker maker) {
        Random random = new Random(1);
        Ids ids = Ids.of(random);
        Tree begin = tree();
        Tree tree = begin;
        List<String> all = names();
        double[] seconds = new double[SAMPLES];
        for (int i = -WARM_UP; i < SAMPLES; i++) {
            Action action = maker.make(tree, all, random, ids);
            long start = System.nanoTime();
            Outcome outcome = action.on(tree, RULES, ids);
            double time = (System.nanoTime() - start) / 1e9;
            if (outcome instanceof Outcome.Done done) {
                if (i % 1000 == 0 && !tree.apply(done.difference()).equals(done.tree())) {
                    throw new IllegalStateException(name + ": the difference is another");
                }
                tree = tree.size() < nodes / 2 || i % 1000 == 0 ? begin : done.tree();
            }
            if (i >= 0) {
                seconds[i] = time;
            }
        }
        return times(name, seconds);
    }

    static Times times(String name, double[] seconds) {
        Arrays.sort(seconds);
        return new Times(name, seconds[seconds.length / 2], seconds[(int) (seconds.length * 0.95)]);
    }

    @FunctionalInterface
    private interface Maker {
        Action make(Tree tree, List<String> all, Random random, Ids ids);
    }

    private Action setProps(Tree tree, List<String> all, Random random, Ids ids) {
        return new Action.SetProps(
                pick(tree, all, random), JsonObject.of("width", random.nextInt(100)));
    }

    private Action append(Tree tree, List<String> all, Random random, Ids ids) {
        return new Action.Append(pick(tree, all, random), List.of(TreeNode.of(ids.next(), "Box")));
    }

    private Action insertAfter(Tree tree, List<String> all, Random random, Ids ids) {
        return new Action.InsertAfter(
                pick(tree, all, random), List.of(TreeNode.of(ids.next(), "Box")));
    }

    private Action move(Tree tree, List<String> all, Random random, Ids ids) {
        return new Action.InsertAfter(
                pick(tree, all, random), List.of(tree.node(pick(tree, all, random))));
    }

    private Action remove(Tree tree, List<String> all, Random random, Ids ids) {
        return new Action.Remove(List.of(pick(tree, all, random)));
    }

    private static String pick(Tree tree, List<String> all, Random random) {
        for (; ; ) {
            String id = all.get(random.nextInt(all.size()));
            if (tree.contains(id)) {
                return id;
            }
        }
    }

    private Times undo() {
        History history = edited(SAMPLES, () -> tree());
        double[] seconds = new double[SAMPLES];
        for (int round = 0; round < 3; round++) {
            for (int i = 0; i < SAMPLES; i++) {
                long start = System.nanoTime();
                History.Walk walk = history.undo();
                seconds[i] = (System.nanoTime() - start) / 1e9;
                if (walk == null) {
                    throw new IllegalStateException("undo: the history has too few entries");
                }
                history = walk.history();
            }
            for (History.Walk walk = history.redo(); walk != null; walk = history.redo()) {
                history = walk.history();
            }
        }
        return times("undo", seconds);
    }

    /// A history of `edits` settings at random nodes.
    private History edited(int edits, Supplier<Tree> begin) {
        Random random = new Random(2);
        Ids ids = Ids.of(random);
        Tree tree = begin.get();
        List<String> all = names();
        Selection selection = Selection.NONE;
        History history = History.of(tree, selection, Instant.EPOCH, edits + 1);
        for (int i = 0; i < edits; i++) {
            Action action = setProps(tree, all, random, ids);
            if (action.on(tree, RULES, ids) instanceof Outcome.Done done) {
                tree = done.tree();
                history =
                        history.push(
                                new History.Entry(
                                        action.type(),
                                        Instant.EPOCH,
                                        tree,
                                        selection,
                                        selection,
                                        done.difference(),
                                        null));
            }
        }
        return history;
    }

    /// Returns the bytes of heap that one entry of a history of `edits` settings takes beside the
    /// tree that it began with.
    double bytesPerEntry(int edits) {
        edited(edits, this::tree); // what else the first time keeps is kept before the measuring
        Tree begin = tree();
        begin.size();
        long before = usedHeap();
        History history = edited(edits, () -> begin);
        long after = usedHeap();
        return (after - before) / (double) history.current();
    }

    /// Returns the bytes of heap that the tree takes, what a history without sharing would keep for
    /// each entry.
    double bytesOfTree() {
        long before = usedHeap();
        Tree tree = tree();
        long after = usedHeap();
        return tree.size() == nodes ? after - before : Double.NaN;
    }

    static long usedHeap() {
        Runtime runtime = Runtime.getRuntime();
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        return runtime.totalMemory() - runtime.freeMemory();
    }

    Tree tree() {
        return Tree.of(node(0));
    }

    private TreeNode node(int number) {
        int from = branching == 0 ? 1 : number * branching + 1;
        int to = branching == 0 ? nodes : Math.min(nodes, from + branching);
        List<TreeNode> children = new ArrayList<>();
        for (int i = from; i < to && (branching > 0 || number == 0); i++) {
            children.add(node(i));
        }
        return TreeNode.of("n" + number, "Box", JsonObject.of("title", "node"), children);
    }

    List<String> names() {
        List<String> names = new ArrayList<>();
        for (int i = 1; i < nodes; i++) {
            names.add("n" + i);
        }
        return names;
    }
}
