package dev.tenon.designer.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.designer.action.Action;
import dev.tenon.designer.action.Boxes;
import dev.tenon.designer.action.RandomActions;
import dev.tenon.designer.behavior.Rules;
import dev.tenon.designer.engine.OperationViews.Shown;
import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.reactive.Effect;
import dev.tenon.designer.tree.Ids;
import dev.tenon.designer.tree.TreeNode;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Signals that follow an operation.
final class OperationViewsTest {
    private static Operation operation(TreeNode root, Random random) {
        return new Operation(
                root,
                new Rules(Boxes.REGISTRY),
                Ids.of(random),
                InstantSource.system(),
                new Clipboard());
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(ints = {1, 2, 3, 4, 5})
    void viewsShowTheTreeAfterAnything(int seed) {
        Random random = new Random(seed);
        Operation operation = operation(TreeNode.of("root", "Root"), random);
        RandomActions actions = new RandomActions(random);
        try (OperationViews views = new OperationViews(operation)) {
            for (int i = 0; i < 1000; i++) {
                switch (random.nextInt(8)) {
                    case 0 -> operation.undo();
                    case 1 -> operation.redo();
                    case 2 -> operation.goTo(random.nextInt(operation.history().entries().size()));
                    default -> operation.act(actions.next(operation.tree()));
                }
                Map<String, Shown> expected = new HashMap<>();
                operation.tree().root().forEach(node -> expected.put(node.id(), Shown.of(node)));
                assertThat(new HashMap<>(views.nodes().values())).isEqualTo(expected);
                assertThat(views.root()).isEqualTo(operation.tree().root().id());
                assertThat(views.selection()).isEqualTo(operation.selection());
                assertThat(views.entries()).isEqualTo(operation.history().types());
                assertThat(views.current()).isEqualTo(operation.history().current());
            }
        }
    }

    @Test
    void theHoverIsShown() {
        TreeNode leaf = TreeNode.of("a", "Leaf");
        Operation operation =
                operation(
                        TreeNode.of("root", "Root", JsonObject.EMPTY, List.of(leaf)),
                        new Random(1));
        try (OperationViews views = new OperationViews(operation)) {
            assertThat(views.hover()).isEqualTo(Hover.NONE);
            operation.hover("a");
            assertThat(views.hover()).isEqualTo(Hover.of("a"));
            operation.act(new Action.Remove(List.of("a")));
            assertThat(views.hover()).isEqualTo(Hover.NONE);
        }
    }

    @Test
    void aReaderOfOneNodeRunsAgainWhenThatOneChanged() {
        TreeNode inner =
                TreeNode.of("a", "Box", JsonObject.EMPTY, List.of(TreeNode.of("b", "Leaf")));
        Operation operation =
                operation(
                        TreeNode.of("root", "Root", JsonObject.EMPTY, List.of(inner)),
                        new Random(1));
        List<String> log = new ArrayList<>();
        try (OperationViews views = new OperationViews(operation)) {
            for (String id : List.of("root", "a", "b")) {
                Effect.of(() -> {
                    if (views.nodes().has(id)) {
                        views.nodes().get(id);
                    }
                    log.add(id);
                });
            }
            log.clear();
            operation.act(new Action.SetProps("b", JsonObject.of("title", "B")));
            assertThat(log).containsExactly("b");
            log.clear();
            operation.act(new Action.Append("a", List.of(TreeNode.of("c", "Leaf"))));
            assertThat(log).containsExactly("a");
            log.clear();
            operation.act(new Action.Move(List.of("b"), "root", 0));
            assertThat(log).containsExactlyInAnyOrder("root", "a");
            log.clear();
            operation.undo();
            assertThat(log).containsExactlyInAnyOrder("root", "a");
        }
        log.clear();
        operation.act(new Action.Remove(List.of("b")));
        assertThat(log).isEmpty();
    }
}
