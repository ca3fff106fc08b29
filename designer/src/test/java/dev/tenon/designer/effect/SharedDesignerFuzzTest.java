package dev.tenon.designer.effect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.designer.action.Action;
import dev.tenon.designer.action.Boxes;
import dev.tenon.designer.action.Checking;
import dev.tenon.designer.behavior.Rules;
import dev.tenon.designer.collaboration.Replica;
import dev.tenon.designer.collaboration.SharedTimeline;
import dev.tenon.designer.collaboration.Update;
import dev.tenon.designer.driver.Input;
import dev.tenon.designer.engine.Engine;
import dev.tenon.designer.engine.Operation;
import dev.tenon.designer.event.HistoryEvent.HistoryPush;
import dev.tenon.designer.event.PointerTarget.Area;
import dev.tenon.designer.geometry.Rect;
import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.json.JsonText;
import dev.tenon.designer.tree.Ids;
import dev.tenon.designer.tree.Tree;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Two people press, drag, type and set at random in one design, and hear of each other in the
/// middle of it: nothing throws, no rule is broken, and both come to the same.
final class SharedDesignerFuzzTest {
    private static final int INPUTS = Integer.getInteger("tenon.fuzz", 4000);
    private static final Rules RULES = new Rules(Boxes.REGISTRY);
    private static Instant time;

    /// One of the two, and what is on its way to them.
    private static final class Person {
        final Replica replica;
        final Designer designer;
        final Operation operation;
        final Deque<String> queue = new ArrayDeque<>();
        final Set<String> done = new HashSet<>(); // types of steps

        Person(Replica replica, Ids ids) {
            this.replica = replica;
            Engine engine = new Engine(Boxes.REGISTRY, ids, () -> time);
            designer = new Designer(engine);
            operation = engine.open("w", new SharedTimeline(replica, time)).operation();
            designer.viewport("w", Area.CANVAS).bounds(new Rect(0, 0, 400, 600));
            engine.events().on(HistoryPush.class, push -> done.add(push.entry()));
        }

        void input(Random random) {
            Tree tree = operation.tree();
            if (random.nextInt(20) == 0) {
                String id = operation.selection().first();
                operation.act(
                        new Action.SetProps(
                                id == null ? tree.root().id() : id,
                                JsonObject.of("k", random.nextInt(100))),
                        "typing");
            } else {
                RandomInputs.draw(designer.viewport("w", Area.CANVAS), tree);
                designer.feed(RandomInputs.next(random, tree));
            }
        }

        void receive() {
            if (!queue.isEmpty()) {
                replica.receive(Update.of(JsonText.read("update", queue.poll())));
            }
        }

        void send(Person to) {
            to.queue.add(JsonText.compact(replica.update(to.replica.version()).toJson()));
        }

        /// A tree that grows or dwindles is begun anew.
        void keepSize() {
            if (operation.tree().size() > 150 || operation.tree().size() < 5) {
                operation.act(new Action.Load(RandomInputs.start()));
            }
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void twoDesignersConverge(int seed) {
        Random random = new Random(seed);
        time = Instant.EPOCH;
        Ids ids = Ids.of(random);
        Replica first = Replica.of("ann", Tree.of(RandomInputs.start()), RULES, "boxes");
        Replica second = Replica.join("bob", first.admit("bob"), RULES, "boxes");
        Person ann = new Person(first, ids);
        Person bob = new Person(second, ids);
        for (int i = 0; i < INPUTS; i++) {
            time = time.plusMillis(random.nextInt(20));
            Person one = random.nextBoolean() ? ann : bob;
            one.input(random);
            if (random.nextInt(6) == 0) {
                one.send(one == ann ? bob : ann);
            }
            if (random.nextInt(4) == 0) {
                one.receive();
            }
            if (random.nextInt(10) == 0) {
                first.settle();
                second.settle();
            }
            one.keepSize();
            assertThat(one.operation.selection().ids()).allMatch(one.operation.tree()::contains);
            assertThat(one.operation.tree()).isEqualTo(one.replica.tree());
        }
        for (Person one : List.of(ann, bob)) {
            one.designer.feed(new Input.PointerCancel(1));
            assertThat(one.designer.drag()).isNull();
            assertThat(one.done).contains("update:node:props");
        }
        ann.done.addAll(bob.done);
        assertThat(ann.done).as("drops").containsAnyOf("append:node", "insert:after");
        for (int round = 0; round < 2; round++) {
            ann.send(bob);
            bob.send(ann);
            for (Person one : List.of(ann, bob)) {
                while (!one.queue.isEmpty()) {
                    one.receive();
                }
            }
        }
        assertThat(ann.operation.tree()).isEqualTo(bob.operation.tree());
        assertThat(Checking.violations(ann.operation.tree(), RULES)).isEmpty();
    }
}
