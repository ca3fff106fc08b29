package dev.tenon.designer.drag;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.designer.Golden;
import dev.tenon.designer.action.Action;
import dev.tenon.designer.action.Outcome.Done;
import dev.tenon.designer.behavior.Rules;
import dev.tenon.designer.geometry.Point;
import dev.tenon.designer.geometry.Rect;
import dev.tenon.designer.json.Json;
import dev.tenon.designer.json.JsonArray;
import dev.tenon.designer.json.JsonNull;
import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.json.JsonString;
import dev.tenon.designer.tree.TreeNode;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// 14,113 drops in four scenes, each decided and done as the reference does.
final class DragGoldenTest {
    private final Map<String, Integer> counts = new TreeMap<>();

    @Test
    void dropsAreEqualOnAllRows() throws IOException {
        JsonObject golden = (JsonObject) Golden.read("core/dnd.json");
        Rules rules = Scene.rules(golden.object("behaviors"));
        for (String name : golden.object("scenes").names()) {
            JsonObject json = golden.object("scenes").object(name);
            Scene scene = Scene.of(json);
            for (Json drag : (JsonArray) json.get("drags")) {
                drag(golden, rules, scene, (JsonObject) drag);
            }
        }
        // D7: a drop that is refused leaves the selection as it was; the reference selects all
        // between the start and the end of the drag
        assertThat(counts)
                .containsExactlyInAnyOrderEntriesOf(
                        Map.of(
                                "rows", 14_113,
                                "selections equal", 9_175,
                                "selections of refused drops, equal", 102,
                                "D7: selections of forbidden drops", 3_964,
                                "D7: selections of drops onto or into the nodes themselves", 872));
    }

    private void drag(JsonObject golden, Rules rules, Scene scene, JsonObject drag) {
        JsonObject start = drag.object("drag");
        List<String> selected =
                start.has("nodes")
                        ? Golden.strings(start.get("nodes"))
                        : List.of(Objects.requireNonNullElse(start.text("node"), "root"));
        String source = start.text("source");
        List<String> before = start.has("nodes") ? selected : List.of("root");
        for (Json value : (JsonArray) drag.get("rows")) {
            JsonArray row = (JsonArray) value;
            Drag ours =
                    source == null
                            ? Drag.of(scene.tree(), rules, selected, selected.getFirst())
                            : Drag.of(Scene.resource(golden, source), () -> "$g0");
            if (ours != null) {
                ours.move(
                        scene.tree(),
                        rules,
                        scene.viewport(),
                        text(row.get(2)),
                        new Point(Golden.integer(row.get(0)), Golden.integer(row.get(1))));
            }
            check(rules, scene, row, ours, before);
        }
    }

    private void check(Rules rules, Scene scene, JsonArray row, Drag ours, List<String> selected) {
        Closest closest = ours == null ? null : ours.closest();
        assertThat(closest == null ? null : closest.node())
                .as("%s", row)
                .isEqualTo(text(row.get(3)));
        assertThat(closest == null ? null : closest.position().text())
                .as("%s", row)
                .isEqualTo(text(row.get(4)));
        assertThat(closest == null ? null : closest.rect())
                .as("%s", row)
                .isEqualTo(rect(row.get(5)));
        Action action = ours == null ? null : ours.drop(scene.tree(), rules);
        TreeNode after = scene.tree().root();
        List<String> selection = List.of();
        if (action != null && action.on(scene.tree(), rules, () -> "$none") instanceof Done done) {
            after = done.tree().root();
            selection = done.focus();
            assertThat(text(row.get(8))).contains(action.type());
        }
        assertThat(Golden.brief(after)).as("%s", row).isEqualTo(text(row.get(6)));
        count("rows");
        String wanted = text(row.get(4));
        if (wanted == null) {
            selection = scene.crossed(row); // nothing is dragged, so the user selects freely
        }
        List<String> theirs = Golden.strings(row.get(7));
        if (!selection.isEmpty()) {
            assertThat(selection).as("%s", row).isEqualTo(theirs);
            count("selections equal");
        } else if (selected.equals(theirs)) {
            count("selections of refused drops, equal");
        } else if (wanted.startsWith("FORBID")) {
            count("D7: selections of forbidden drops");
        } else {
            count("D7: selections of drops onto or into the nodes themselves");
        }
    }

    private void count(String what) {
        counts.merge(what, 1, Integer::sum);
    }

    private static String text(Json json) {
        return json instanceof JsonString string ? string.value() : null;
    }

    private static Rect rect(Json json) {
        return json == JsonNull.NULL ? null : Scene.rect((JsonArray) json);
    }
}
