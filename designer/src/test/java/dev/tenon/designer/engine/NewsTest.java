package dev.tenon.designer.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.designer.action.Action;
import dev.tenon.designer.action.Boxes;
import dev.tenon.designer.action.Outcome;
import dev.tenon.designer.event.HistoryEvent.HistoryPush;
import dev.tenon.designer.event.MutationEvent;
import dev.tenon.designer.event.NodeEvent.SelectNode;
import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.tree.Tree;
import dev.tenon.designer.tree.TreeNode;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Those who hear of a change and act themselves: everybody hears everything in one order.
final class NewsTest {
    private final Engine engine = new Engine(Boxes.REGISTRY);
    private final Operation operation =
            engine.open(
                            "w",
                            TreeNode.of(
                                    "root",
                                    "Root",
                                    JsonObject.EMPTY,
                                    List.of(TreeNode.of("a", "Leaf"), TreeNode.of("b", "Leaf"))))
                    .operation();

    private Outcome set(int value) {
        return operation.act(new Action.SetProps("root", JsonObject.of("k", value)));
    }

    private void onFirst(Runnable reaction) {
        boolean[] isDone = {false};
        operation.watch(_ -> {
            if (!isDone[0]) {
                isDone[0] = true;
                reaction.run();
            }
        });
    }

    @Test
    void viewsFollowAWatcherThatActs() {
        onFirst(() -> set(2));
        Tree[] followed = {operation.tree()};
        List<Object> seen = new ArrayList<>();
        operation.watch(change -> {
            followed[0] = followed[0].apply(change.difference());
            seen.add(change.tree().root().props().get("k"));
        });
        try (var views = new OperationViews(operation)) {
            set(1);
            JsonObject two = JsonObject.of("k", 2);
            assertThat(operation.tree().root().props()).isEqualTo(two);
            assertThat(followed[0]).isEqualTo(operation.tree());
            assertThat(views.nodes().get("root").props()).isEqualTo(two);
            assertThat(seen).hasToString("[1, 2]");
        }
    }

    @Test
    void entriesAreToldInTheirOrder() {
        List<String> told = new ArrayList<>();
        boolean[] isDone = {false};
        engine.events()
                .on(
                        SelectNode.class,
                        _ -> {
                            if (!isDone[0]) {
                                isDone[0] = true;
                                set(1);
                            }
                        });
        engine.events().on(HistoryPush.class, push -> told.add(push.entry() + " " + push.index()));
        operation.act(new Action.Remove(List.of("a")));
        assertThat(told).containsExactly("remove:node 1", "update:node:props 2");
    }

    @Test
    void allHearWhateverOneThrows() {
        List<String> heard = new ArrayList<>();
        operation.watch(_ -> {
            throw new IllegalStateException("first");
        });
        operation.watch(change -> heard.add(change.type()));
        assertThatThrownBy(() -> set(1)).hasMessage("first");
        assertThat(heard).containsExactly("update:node:props");
        assertThat(operation.tree().root().props()).isEqualTo(JsonObject.of("k", 1));
    }

    @Test
    void whoStoppedWatchingHearsNothingMore() {
        List<Runnable> ends = new ArrayList<>();
        onFirst(() -> {
            set(2);
            ends.getFirst().run();
        });
        List<String> heard = new ArrayList<>();
        ends.add(operation.watch(change -> heard.add(change.type())));
        set(1);
        assertThat(heard).isEmpty();
    }

    @Test
    void watchersThatNeverComeToRestAreTold() {
        int[] next = {0};
        operation.watch(_ -> set(next[0]++));
        assertThatThrownBy(() -> set(-1))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(
                        "operation: watchers and subscribers must come to rest; 100000 calls of"
                                + " them made ever more changes");
    }

    @Test
    void subscribersThatAnswerQuestionsWithActionsEnd() {
        int[] next = {0};
        List<Outcome> inner = new ArrayList<>();
        engine.events().on(MutationEvent.class, _ -> inner.add(set(next[0]++)));
        set(-1);
        assertThat(inner)
                .filteredOn(Outcome.Refused.class::isInstance)
                .first()
                .hasToString(
                        "Refused[reason=update:node:props: subscribers answered changes with ever"
                                + " more changes]");
    }
}
