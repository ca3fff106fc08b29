package dev.tenon.designer.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.designer.DesignException;
import dev.tenon.designer.action.Boxes;
import dev.tenon.designer.event.WorkbenchEvent;
import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.tree.Ids;
import dev.tenon.designer.tree.TreeNode;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Several documents in one designer, several designers in one program.
final class EngineTest {
    private final Engine engine =
            new Engine(Boxes.REGISTRY, Ids.of(new Random(1)), InstantSource.system());

    private static TreeNode root(String id, String child) {
        return TreeNode.of(id, "Root", JsonObject.EMPTY, List.of(TreeNode.of(child, "Leaf")));
    }

    @Test
    void workspacesComeAndGo() {
        List<String> events = new ArrayList<>();
        engine.events()
                .on(
                        WorkbenchEvent.class,
                        event -> events.add(event.type() + " " + event.workspace()));
        engine.open("one", root("r", "a"));
        engine.open("two", root("r", "b"));
        engine.open("three", root("r", "c"));
        assertThat(engine.workbench().current().id()).isEqualTo("one");
        engine.workbench().switchTo("two");
        engine.workbench().remove("two");
        assertThat(engine.workbench().current().id()).isEqualTo("three");
        engine.workbench().remove("three");
        assertThat(engine.workbench().current().id()).isEqualTo("one");
        engine.workbench().remove("one");
        assertThat(engine.workbench().current()).isNull();
        assertThat(events)
                .containsExactly(
                        "add:workspace one",
                        "switch:workspace one",
                        "add:workspace two",
                        "add:workspace three",
                        "switch:workspace two",
                        "remove:workspace two",
                        "switch:workspace three",
                        "remove:workspace three",
                        "switch:workspace one",
                        "remove:workspace one");
    }

    /// D6: the reference keeps one map of ids for all engines of a page.
    @Test
    void idsBelongToTheirTree() {
        Operation one = engine.open("one", root("r", "a")).operation();
        Operation two = engine.open("two", root("r", "a")).operation();
        one.select(List.of("a"));
        one.cut();
        assertThat(engine.find("a")).isSameAs(two.tree().node("a"));
        assertThat(new Engine(Boxes.REGISTRY).find("a")).isNull();
    }

    @Test
    void workspacesShareTheClipboard() {
        Operation one = engine.open("one", root("r", "a")).operation();
        Operation two = engine.open("two", root("s", "b")).operation();
        one.select(List.of("a"));
        one.copy();
        two.select(List.of("s"));
        two.paste();
        assertThat(two.tree().size()).isEqualTo(3);
        assertThat(engine.selectedNodes()).extracting(TreeNode::id).containsExactly("a", "s");
    }

    @Test
    void anIdNamesOneWorkspace() {
        engine.open("one", root("r", "a"));
        assertThatThrownBy(() -> engine.open("one", root("r", "a")))
                .isInstanceOf(DesignException.class)
                .hasMessage("workbench: an id must name one workspace; got \"one\" twice");
        assertThatThrownBy(() -> engine.workbench().remove("two"))
                .isInstanceOf(DesignException.class)
                .hasMessage("workbench: no workspace is named \"two\"");
    }
}
