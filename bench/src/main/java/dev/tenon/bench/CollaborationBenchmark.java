package dev.tenon.bench;

import dev.tenon.bench.DesignBenchmark.Times;
import dev.tenon.designer.action.Action;
import dev.tenon.designer.behavior.Rules;
import dev.tenon.designer.collaboration.Replica;
import dev.tenon.designer.collaboration.Update;
import dev.tenon.designer.collaboration.Version;
import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.json.JsonText;
import dev.tenon.designer.tree.Ids;
import dev.tenon.designer.tree.Tree;
import dev.tenon.designer.tree.TreeNode;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/// Replicas of a large tree: contributions that come in order, one that comes late, and the memory
/// of the log.
///
/// @param design the tree
record CollaborationBenchmark(DesignBenchmark design) {
    private static final int ROUNDS = 30;
    private static final int LATE = 100;

    /// One replica and another that joined it.
    private record Pair(Replica author, Replica reader) {}

    private Pair pair() {
        Rules rules = DesignBenchmark.RULES;
        Replica author = Replica.of("author", design.tree(), rules, "1");
        return new Pair(author, Replica.join("reader", author.admit("reader"), rules, "1"));
    }

    /// Settings, inserts and moves by turns at random nodes.
    private void act(Replica replica, int count, Random random, Ids ids) {
        List<String> all = design.names();
        for (int i = 0; i < count; i++) {
            Tree tree = replica.tree();
            String id = all.get(random.nextInt(all.size()));
            String other = all.get(random.nextInt(all.size()));
            replica.act(
                    switch (i % 3) {
                        case 0 -> new Action.SetProps(id, JsonObject.of("width", random.nextInt()));
                        case 1 ->
                                new Action.InsertAfter(id, List.of(TreeNode.of(ids.next(), "Box")));
                        default -> new Action.InsertAfter(id, List.of(tree.node(other)));
                    },
                    ids);
        }
    }

    /// Times the integration of `count` contributions that come in one update.
    Times integration(int count) {
        double[] seconds = new double[ROUNDS];
        for (int i = -ROUNDS; i < ROUNDS; i++) {
            Pair pair = pair();
            Random random = new Random(i);
            act(pair.author, count, random, Ids.of(random));
            Update update = pair.author.update(pair.reader.version());
            long start = System.nanoTime();
            pair.reader.receive(update);
            double time = (System.nanoTime() - start) / 1e9;
            check(pair);
            if (i >= 0) {
                seconds[i] = time;
            }
        }
        return DesignBenchmark.times(count + " in one update", seconds);
    }

    /// Times one contribution before which [#LATE] of the reader's own are done again.
    Times late() {
        double[] seconds = new double[ROUNDS];
        for (int i = -ROUNDS; i < ROUNDS; i++) {
            Pair pair = pair();
            Random random = new Random(i);
            Ids ids = Ids.of(random);
            pair.author.act(new Action.SetProps("n1", JsonObject.of("height", 1)), ids);
            act(pair.reader, LATE, random, ids);
            Update update = pair.author.update(pair.reader.version());
            long start = System.nanoTime();
            pair.reader.receive(update);
            double time = (System.nanoTime() - start) / 1e9;
            pair.author.receive(pair.reader.update(pair.author.version()));
            check(pair);
            if (i >= 0) {
                seconds[i] = time;
            }
        }
        return DesignBenchmark.times("late, " + LATE + " again", seconds);
    }

    private static void check(Pair pair) {
        if (!pair.author.tree().equals(pair.reader.tree())) {
            throw new IllegalStateException("collaboration: the replicas differ");
        }
    }

    /// Returns the bytes of heap that one of `count` contributions takes in the log of a replica
    /// that it came to, with the trees that the log keeps; and its bytes as JSON.
    double[] bytesPerContribution(int count) {
        Pair pair = pair();
        Random random = new Random(3);
        act(pair.author, count, random, Ids.of(random));
        String text = JsonText.compact(pair.author.update(pair.reader.version()).toJson());
        int kept = pair.author.log().size() - 1; // but for the coming of the reader
        Replica reader = pair.reader;
        pair = null;
        long before = DesignBenchmark.usedHeap();
        reader.receive(Update.of(JsonText.read("update", text)));
        long after = DesignBenchmark.usedHeap();
        if (reader.log().size() != kept + 1 || reader.version().equals(Version.NONE)) {
            throw new IllegalStateException("collaboration: contributions are missing");
        }
        return new double[] {(after - before) / (double) kept, text.length() / (double) kept};
    }

    /// Returns what is timed.
    List<Times> times() {
        return Arrays.asList(integration(1000), late());
    }
}
