package dev.tenon.designer.effect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.designer.action.Action;
import dev.tenon.designer.action.Boxes;
import dev.tenon.designer.action.Checking;
import dev.tenon.designer.behavior.Rules;
import dev.tenon.designer.drag.Viewport;
import dev.tenon.designer.driver.Input;
import dev.tenon.designer.driver.Input.Device;
import dev.tenon.designer.engine.Cursor;
import dev.tenon.designer.engine.Engine;
import dev.tenon.designer.engine.Operation;
import dev.tenon.designer.event.CursorEvent.Position;
import dev.tenon.designer.event.HistoryEvent;
import dev.tenon.designer.event.Modifiers;
import dev.tenon.designer.event.PointerTarget;
import dev.tenon.designer.event.PointerTarget.Area;
import dev.tenon.designer.geometry.Rect;
import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.tree.Ids;
import dev.tenon.designer.tree.Tree;
import dev.tenon.designer.tree.TreeNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Someone who presses, drags and types at random: nothing throws, no rule is broken, and all can
/// be undone.
final class DesignerFuzzTest {
    private static final int INPUTS = Integer.getInteger("tenon.fuzz", 5000);
    private static final List<String> KEYS =
            List.of(
                    "a",
                    "c",
                    "v",
                    "x",
                    "z",
                    "y",
                    "d",
                    "s",
                    "q",
                    " ",
                    "Enter",
                    "Escape",
                    "Delete",
                    "ArrowUp",
                    "ArrowDown",
                    "Home",
                    "End",
                    "Shift",
                    "Control",
                    "Alt");
    private static final List<String> COMPONENTS =
            List.of("Box", "Leaf", "Row", "Collapse", "Panel", "Fixed", "Loner", "OnlyLeaf");

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
    void anythingGoes(int seed) {
        Random random = new Random(seed);
        AtomicReference<Instant> time = new AtomicReference<>(Instant.EPOCH);
        Engine engine = new Engine(Boxes.REGISTRY, Ids.of(random), time::get);
        Designer designer = new Designer(engine);
        Operation operation = engine.open("w", start()).operation();
        Viewport canvas = designer.viewport("w", Area.CANVAS);
        canvas.bounds(new Rect(0, 0, 400, 600));
        List<String> steps = new ArrayList<>();
        engine.events().on(HistoryEvent.HistoryPush.class, push -> steps.add(push.entry()));
        for (int i = 0; i < INPUTS; i++) {
            if (operation.tree().size() > 150 || operation.tree().size() < 5) {
                operation.act(new Action.Load(start()));
            }
            draw(canvas, operation.tree());
            time.set(time.get().plusMillis(random.nextInt(20)));
            designer.feed(input(random, operation.tree()));
            assertThat(Checking.violations(operation.tree(), new Rules(Boxes.REGISTRY)))
                    .as("seed %d, input %d", seed, i)
                    .isEmpty();
            assertThat(operation.selection().ids()).allMatch(operation.tree()::contains);
        }
        designer.feed(new Input.PointerCancel(1));
        assertThat(designer.drag()).isNull();
        assertThat(designer.aids()).isEqualTo(Aids.NONE);
        assertThat(designer.cursor().drag()).isEqualTo(Cursor.Drag.NONE);
        assertThat(steps).as("something was done").hasSizeGreaterThan(INPUTS / 500);
        assertThat(steps)
                .anyMatch(step -> step.startsWith("insert:") || step.equals("append:node"));
        operation.goTo(0);
        assertThat(operation.history().entries().getFirst().tree()).isSameAs(operation.tree());
    }

    private static TreeNode start() {
        List<TreeNode> nodes = new ArrayList<>();
        for (String component : COMPONENTS) {
            if (!component.equals("Panel")) {
                nodes.add(TreeNode.of(component.toLowerCase(Locale.ROOT), component));
            }
        }
        return TreeNode.of("root", "Root", JsonObject.EMPTY, nodes);
    }

    /// Every node is a line of its own, as high as its subtree.
    private static void draw(Viewport canvas, Tree tree) {
        canvas.clear();
        int[] line = {0};
        place(canvas, tree.root(), 0, line);
    }

    private static void place(Viewport canvas, TreeNode node, int depth, int[] line) {
        int top = line[0]++;
        node.children().forEach(child -> place(canvas, child, depth + 1, line));
        canvas.place(
                node.id(),
                List.of(new Rect(4 * depth, 30 * top, 380 - 8 * depth, 30 * (line[0] - top))),
                null);
    }

    private static Input input(Random random, Tree tree) {
        List<String> ids = new ArrayList<>();
        tree.root().forEach(node -> ids.add(node.id()));
        Position at = Position.at(random.nextInt(420), random.nextInt(620));
        String id = ids.get(random.nextInt(ids.size()));
        PointerTarget target =
                switch (random.nextInt(8)) {
                    case 0 -> PointerTarget.NONE;
                    case 1 -> PointerTarget.canvas(null);
                    case 2 -> PointerTarget.canvas("gone");
                    case 3 -> PointerTarget.handle(new PointerTarget.ResizeHandle(id, 1, -1));
                    case 4 -> PointerTarget.handle(new PointerTarget.DragHandle(id));
                    default -> PointerTarget.canvas(id);
                };
        Modifiers modifiers =
                random.nextInt(3) > 0
                        ? Modifiers.NONE
                        : new Modifiers(random.nextBoolean(), random.nextInt(4) == 0, false, false);
        return switch (random.nextInt(12)) {
            case 0, 1 -> new Input.PointerDown(1, Device.PEN, 0, at, target, Modifiers.NONE, false);
            case 2, 3, 4, 5 -> new Input.PointerMove(1, at, target, modifiers);
            case 6, 7 -> new Input.PointerUp(1, at, target, modifiers);
            case 8 ->
                    random.nextInt(4) == 0
                            ? new Input.PointerCancel(1)
                            : new Input.Scroll(Area.CANVAS, 0, random.nextInt(300), 400, 600);
            case 9 -> new Input.KeyRelease("Control", Modifiers.NONE);
            default -> new Input.KeyPress(KEYS.get(random.nextInt(KEYS.size())), modifiers, false);
        };
    }
}
