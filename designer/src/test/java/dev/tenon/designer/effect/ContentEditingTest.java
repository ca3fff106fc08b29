package dev.tenon.designer.effect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.designer.action.Boxes;
import dev.tenon.designer.engine.Engine;
import dev.tenon.designer.engine.Operation;
import dev.tenon.designer.event.PointerTarget;
import dev.tenon.designer.event.PointerTarget.Area;
import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.tree.TreeNode;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Texts that are edited where they stand.
final class ContentEditingTest {
    private final Hand hand = new Hand();
    private final Engine engine = new Engine(Boxes.REGISTRY, Boxes.generated(), hand.clock());
    private final Operation operation = open("w");

    private Operation open(String id) {
        List<TreeNode> nodes = List.of(TreeNode.of("a", "Leaf"));
        return engine.open(id, TreeNode.of("root", "Root", JsonObject.EMPTY, nodes)).operation();
    }

    private static void type(Designer designer, Operation operation, String typed) {
        designer.contentEditing().begin(operation, "a", "title");
        designer.contentEditing().type(typed, false);
        designer.contentEditing().end();
    }

    /// The page was loaded anew in between.
    @Test
    void eachEditingIsAStepWhoeverDidTheOther() {
        try (Designer designer = new Designer(engine)) {
            type(designer, operation, "one");
            type(designer, operation, "two");
        }
        try (Designer designer = new Designer(engine)) {
            type(designer, operation, "three");
        }
        assertThat(operation.history().entries()).hasSize(4);
    }

    @Test
    void aClickInAnotherDocumentEndsIt() {
        open("v");
        Designer designer = new Designer(engine);
        hand.takes(designer);
        PointerTarget text = new PointerTarget(Area.CANVAS, "a", null, null, "title", false);
        designer.contentEditing().begin(operation, "a", "title");
        hand.click(10, 10, text.in("w"));
        assertThat(designer.contentEditing().text()).as("in the text").isNotNull();
        // a node of the same name
        hand.click(500, 10, text.in("v"));
        assertThat(designer.contentEditing().text()).isNull();
    }
}
