package dev.tenon.designer.collaboration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.designer.DesignException;
import dev.tenon.designer.action.Action;
import dev.tenon.designer.action.Boxes;
import dev.tenon.designer.action.Checking;
import dev.tenon.designer.action.Outcome;
import dev.tenon.designer.action.RandomActions;
import dev.tenon.designer.behavior.Rules;
import dev.tenon.designer.json.Json;
import dev.tenon.designer.json.JsonText;
import dev.tenon.designer.tree.Difference;
import dev.tenon.designer.tree.Ids;
import dev.tenon.designer.tree.Tree;
import dev.tenon.designer.tree.TreeNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Replicas that edit at random, over a network that loses, repeats and reorders what they tell,
/// come to the same. Each test runs 100 histories; their seeds are `100 n` to `100 n + 99`, and a
/// failure names its own. Of ten histories six have two replicas, two have three, one four, one
/// five.
final class ConvergenceTest {
    private static final int EVENTS = 80;
    private static final Rules RULES = new Rules(Boxes.REGISTRY);

    @ParameterizedTest(name = "seeds {0}00 to {0}99")
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19})
    void replicasConverge(int hundred) {
        for (int i = 0; i < 100; i++) {
            int seed = 100 * hundred + i;
            try {
                new History(seed).run();
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
            }
        }
    }

    /// A text on its way.
    private record Message(int to, String text) {}

    private static final class History {
        private final Random random;
        private final RandomActions actions;
        private final Ids ids;
        private final List<Replica> replicas = new ArrayList<>();
        private final List<Tree> views = new ArrayList<>(); // follow the differences
        private final List<Message> network = new ArrayList<>();
        private final Map<Integer, Version> known = new HashMap<>(); // what others think of each
        private final boolean settles;
        private boolean isCut; // nothing is delivered

        History(int seed) {
            random = new Random(seed);
            actions = new RandomActions(random);
            ids = Ids.of(random);
            settles = seed % 3 == 0;
            int count = List.of(2, 2, 2, 2, 2, 2, 3, 3, 4, 5).get(seed % 10);
            Tree tree = Tree.of(TreeNode.of("root", "Root"));
            for (int i = 0; i < 15; i++) {
                if (actions.next(tree).on(tree, RULES, ids) instanceof Outcome.Done done) {
                    tree = done.tree();
                }
            }
            Replica first = Replica.of("site0", tree, RULES, "boxes");
            replicas.add(first);
            views.add(tree);
            while (replicas.size() < count) {
                join();
            }
        }

        private void join() {
            String site = "site" + replicas.size();
            Replica host = replicas.get(random.nextInt(replicas.size()));
            Snapshot snapshot = host.admit(site);
            Json json = trip(snapshot.toJson());
            assertThat(Snapshot.of(json)).isEqualTo(snapshot);
            replicas.add(Replica.join(site, Snapshot.of(json), RULES, "boxes"));
            views.add(replicas.getLast().tree());
            assertThat(replicas.getLast().tree()).isEqualTo(host.tree());
        }

        void run() {
            for (int i = 0; i < EVENTS; i++) {
                int one = random.nextInt(replicas.size());
                switch (random.nextInt(20)) {
                    case 0, 1 -> edit(one, replicas.get(one).undo());
                    case 2 -> edit(one, replicas.get(one).redo());
                    case 3, 4, 5 -> send(one, random.nextInt(replicas.size()));
                    case 6, 7, 8 -> deliver();
                    case 9 -> isCut = random.nextInt(2) == 0;
                    case 10 -> {
                        if (settles) {
                            replicas.get(one).settle();
                        }
                    }
                    case 11 -> {
                        if (replicas.size() < 5 && random.nextInt(30) == 0) {
                            join();
                        }
                    }
                    default -> {
                        Replica replica = replicas.get(one);
                        Action action = actions.next(replica.tree());
                        boolean isAllowed =
                                action.on(replica.tree(), RULES, ids) instanceof Outcome.Done;
                        Outcome outcome = replica.act(action, ids);
                        edit(one, outcome);
                        // children that are set are asked about one by one, as a late one would be
                        assertThat(outcome instanceof Outcome.Done)
                                .as("%s", action)
                                .isEqualTo(
                                        isAllowed
                                                && (!(action instanceof Action.SetChildren)
                                                        || outcome instanceof Outcome.Done));
                    }
                }
            }
            exchangeAll();
            check();
        }

        private void edit(int one, Outcome outcome) {
            if (outcome instanceof Outcome.Done done) {
                views.set(one, views.get(one).apply(done.difference()));
                assertThat(replicas.get(one).tree()).isEqualTo(done.tree());
            }
            assertThat(views.get(one)).isEqualTo(replicas.get(one).tree());
        }

        private void send(int from, int to) {
            if (random.nextInt(3) > 0) {
                known.put(to, replicas.get(to).version());
            }
            Version theirs = known.getOrDefault(to, replicas.get(to).version());
            Update update;
            try {
                update = replicas.get(from).update(theirs);
            } catch (DesignException e) { // settled meanwhile
                update = replicas.get(from).update(replicas.get(to).version());
            }
            network.add(new Message(to, JsonText.compact(update.toJson())));
            assertThat(Update.of(trip(update.toJson()))).isEqualTo(update);
        }

        private void deliver() {
            if (isCut || network.isEmpty()) {
                return;
            }
            int index = random.nextInt(network.size());
            Message message = network.get(index);
            int fate = random.nextInt(10); // 0: lost, 1: comes again, else: once
            if (fate != 1) {
                network.remove(index);
            }
            if (fate != 0) {
                receive(message.to(), Update.of(JsonText.read("update", message.text())));
            }
        }

        private void receive(int to, Update update) {
            Difference difference = replicas.get(to).receive(update);
            views.set(to, views.get(to).apply(difference));
            assertThat(views.get(to)).isEqualTo(replicas.get(to).tree());
        }

        private void exchangeAll() {
            while (!network.isEmpty()) {
                Message message = network.remove(random.nextInt(network.size()));
                receive(message.to(), Update.of(JsonText.read("update", message.text())));
            }
            for (int round = 0; round < 2; round++) {
                for (int from = 0; from < replicas.size(); from++) {
                    for (int to = 0; to < replicas.size(); to++) {
                        receive(to, replicas.get(from).update(replicas.get(to).version()));
                    }
                }
            }
        }

        private void check() {
            Replica first = replicas.getFirst();
            String text =
                    JsonText.compact(
                            new Contribution(
                                            new Stamp(1, "x"),
                                            1,
                                            "",
                                            List.of(new Step.Load(first.tree().root())))
                                    .toJson());
            for (Replica other : replicas) {
                assertThat(other.version()).isEqualTo(first.version());
                assertThat(other.sites()).isEqualTo(first.sites());
                assertThat(other.tree()).isEqualTo(first.tree());
                assertThat(other.state()).isEqualTo(first.state());
                assertThat(
                                JsonText.compact(
                                        new Contribution(
                                                        new Stamp(1, "x"),
                                                        1,
                                                        "",
                                                        List.of(new Step.Load(other.tree().root())))
                                                .toJson()))
                        .isEqualTo(text); // the order of names too
                int common = Math.min(other.log().size(), first.log().size());
                assertThat(last(other.log(), common)).isEqualTo(last(first.log(), common));
            }
            assertThat(Checking.violations(first.tree(), RULES)).isEmpty();
            rules(first.tree());
            Set<String> alive = ids(first.tree().root());
            assertThat(alive).hasSize(first.tree().size());
            assertThat(ids(first.state().deleted().root())).doesNotContainAnyElementsOf(alive);
            replay(first);
        }

        private static <T> List<T> last(List<T> all, int count) {
            return all.subList(all.size() - count, all.size());
        }

        /// One that does all in order comes to the same, and no step loses a node.
        private static void replay(Replica replica) {
            State state = replica.base();
            for (Contribution contribution : replica.log()) {
                Set<String> before = all(state);
                state = state.apply(contribution, RULES).state();
                assertThat(all(state)).containsAll(before);
            }
            assertThat(state).isEqualTo(replica.state());
        }

        private static Set<String> all(State state) {
            Set<String> all = ids(state.tree().root());
            all.addAll(ids(state.deleted().root()));
            return all;
        }

        private static Json trip(Json json) {
            return JsonText.read("trip", JsonText.compact(json));
        }
    }

    /// The rules of [Boxes], said again without their code.
    private static void rules(Tree tree) {
        tree.root()
                .forEach(node -> {
                    List<String> inside =
                            node.children().stream().map(TreeNode::componentName).toList();
                    switch (node.componentName()) {
                        case "Leaf", "Loner", "Fixed" -> assertThat(inside).isEmpty();
                        case "OnlyLeaf" -> assertThat(inside).allMatch("Leaf"::equals);
                        case "Collapse" -> {}
                        default -> assertThat(inside).doesNotContain("Panel");
                    }
                });
    }

    private static Set<String> ids(TreeNode root) {
        Set<String> ids = new HashSet<>();
        root.forEach(node -> assertThat(ids.add(node.id())).isTrue());
        return ids;
    }
}
