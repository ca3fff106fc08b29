package dev.tenon.designer.collaboration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.designer.action.Action;
import dev.tenon.designer.action.Boxes;
import dev.tenon.designer.action.Checking;
import dev.tenon.designer.action.Outcome;
import dev.tenon.designer.action.RandomActions;
import dev.tenon.designer.behavior.Rules;
import dev.tenon.designer.engine.Change;
import dev.tenon.designer.engine.Engine;
import dev.tenon.designer.engine.Operation;
import dev.tenon.designer.json.JsonText;
import dev.tenon.designer.tree.Edit;
import dev.tenon.designer.tree.Ids;
import dev.tenon.designer.tree.Tree;
import dev.tenon.designer.tree.TreeNode;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Operations of several people, connected by queues, that act, undo, redo and go through their
/// histories at random come to the same tree. Each test runs 40 of them; a failure names its seed.
final class SharedOperationsTest {
    private static final int EVENTS = 120;
    private static final Rules RULES = new Rules(Boxes.REGISTRY);

    @ParameterizedTest(name = "seeds {0}00 to {0}39")
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 52})
    void operationsConverge(int hundred) {
        int undone = 0;
        for (int seed = 100 * hundred; seed < 100 * hundred + 40; seed++) {
            try {
                undone += new Meeting(seed).run();
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
            }
        }
        assertThat(undone).isGreaterThan(100);
    }

    /// One who takes part, and what is on its way to them.
    private static final class Person {
        final Replica replica;
        final Operation operation;
        final Deque<String> queue = new ArrayDeque<>();
        final Set<String> brought = new HashSet<>(); // ids of nodes, and not taken away again
        Tree followed;

        Person(Replica replica, Ids ids) {
            this.replica = replica;
            Engine engine = new Engine(Boxes.REGISTRY, ids, InstantSource.fixed(Instant.EPOCH));
            operation = engine.open("w", new SharedTimeline(replica, Instant.EPOCH)).operation();
            followed = operation.tree();
            operation.watch(this::follow);
        }

        private void follow(Change change) {
            followed = followed.apply(change.difference());
            for (Edit edit : change.difference().edits()) {
                if (change.cause() == Change.Cause.ACTION && edit instanceof Edit.Insert insert) {
                    insert.node().forEach(node -> brought.add(node.id()));
                } else if (change.cause() != Change.Cause.OTHERS
                        && edit instanceof Edit.Delete delete) {
                    delete.node().forEach(node -> brought.remove(node.id()));
                }
            }
        }

        void check() {
            assertThat(followed).isEqualTo(operation.tree()).isEqualTo(replica.tree());
            assertThat(operation.selection().ids()).allMatch(operation.tree()::contains);
            assertThat(operation.history().canUndo()).isEqualTo(replica.canUndo());
            assertThat(operation.history().canRedo()).isEqualTo(replica.canRedo());
        }
    }

    private static final class Meeting {
        private final Random random;
        private final RandomActions actions;
        private final List<Person> people = new ArrayList<>();
        private int undone;

        Meeting(int seed) {
            random = new Random(seed);
            actions = new RandomActions(random);
            Ids ids = Ids.of(random);
            Tree tree = Tree.of(TreeNode.of("root", "Root"));
            for (int i = 0; i < 15; i++) {
                if (actions.next(tree).on(tree, RULES, ids) instanceof Outcome.Done done) {
                    tree = done.tree();
                }
            }
            Replica first = Replica.of("0", tree, RULES, "boxes");
            List<Replica> replicas = new ArrayList<>(List.of(first));
            for (int i = 1; i < 2 + seed % 2; i++) {
                replicas.add(Replica.join("" + i, first.admit("" + i), RULES, "boxes"));
            }
            replicas.forEach(replica -> people.add(new Person(replica, ids)));
        }

        /// Returns how many steps were undone.
        int run() {
            for (int i = 0; i < EVENTS; i++) {
                Person one = people.get(random.nextInt(people.size()));
                Operation operation = one.operation;
                switch (random.nextInt(20)) {
                    case 0, 1, 2 -> undo(one);
                    case 3, 4 -> operation.redo();
                    case 5 -> operation.goTo(random.nextInt(operation.history().types().size()));
                    case 6 -> select(operation);
                    case 7, 8 -> send(one);
                    case 9, 10, 11 -> receive(one);
                    case 12 -> one.replica.settle();
                    default -> act(operation);
                }
                one.check();
            }
            finish();
            return undone;
        }

        private void act(Operation operation) {
            Action action =
                    random.nextInt(40) == 0
                            ? new Action.Load(TreeNode.of("root", "Root"))
                            : actions.next(operation.tree());
            Tree before = operation.tree();
            String gesture = random.nextInt(3) == 0 ? "gesture" : null;
            Outcome outcome = operation.act(action, gesture);
            if (outcome instanceof Outcome.Done done) {
                assertThat(done.tree()).isEqualTo(operation.tree());
            } else {
                assertThat(operation.tree()).isEqualTo(before);
            }
        }

        /// What others have brought is no less after it. (What they had taken away, and came back
        /// as this one moved it, may go.)
        private void undo(Person one) {
            Set<String> before = ofOthers(one);
            if (one.operation.undo()) {
                undone++;
            }
            assertThat(ofOthers(one)).containsAll(before);
        }

        private Set<String> ofOthers(Person one) {
            Set<String> ids = new HashSet<>();
            for (Person other : people) {
                if (other != one) {
                    other.brought.stream().filter(one.operation.tree()::contains).forEach(ids::add);
                }
            }
            return ids;
        }

        private void select(Operation operation) {
            List<String> ids = new ArrayList<>();
            operation.tree().root().forEach(node -> ids.add(node.id()));
            operation.select(List.of(ids.get(random.nextInt(ids.size()))));
        }

        private void send(Person from) {
            for (Person to : people) {
                if (to != from) {
                    Update update = from.replica.update(to.replica.version());
                    to.queue.add(JsonText.compact(update.toJson()));
                }
            }
        }

        private static void receive(Person one) {
            if (!one.queue.isEmpty()) {
                one.replica.receive(Update.of(JsonText.read("update", one.queue.poll())));
            }
        }

        private void finish() {
            for (int round = 0; round < 3; round++) {
                people.forEach(this::send);
                for (Person one : people) {
                    while (!one.queue.isEmpty()) {
                        receive(one);
                    }
                    one.check();
                }
            }
            Tree tree = people.getFirst().operation.tree();
            for (Person one : people) {
                assertThat(one.operation.tree()).isEqualTo(tree);
            }
            assertThat(Checking.violations(tree, RULES)).isEmpty();
        }
    }
}
