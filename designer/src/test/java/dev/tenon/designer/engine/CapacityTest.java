package dev.tenon.designer.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.designer.action.Action;
import dev.tenon.designer.action.Boxes;
import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.tree.TreeNode;
import org.junit.jupiter.api.Test;

/// A history as long as its application wants it.
final class CapacityTest {
    private static Operation operation(int capacity) {
        return new Engine(Boxes.REGISTRY)
                .open("w", TreeNode.of("root", "Root"), capacity)
                .operation();
    }

    private static void edit(Operation operation, int times) {
        for (int i = 0; i < times; i++) {
            operation.act(new Action.SetProps("root", JsonObject.of("k", i)));
        }
    }

    @Test
    void theLastEntriesAreKept() {
        Operation operation = operation(3);
        edit(operation, 10);
        assertThat(operation.history().entries()).hasSize(3);
        while (operation.undo()) {}
        assertThat(operation.tree().root().props()).isEqualTo(JsonObject.of("k", 7));
    }

    @Test
    void anEntryIsTheLeast() {
        Operation operation = operation(1);
        edit(operation, 2);
        assertThat(operation.undo()).isFalse();
        assertThatThrownBy(() -> operation(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("history: the capacity must be 1 or more; got 0");
    }
}
