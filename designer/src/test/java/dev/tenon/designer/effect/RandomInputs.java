package dev.tenon.designer.effect;

import dev.tenon.designer.drag.Viewport;
import dev.tenon.designer.driver.Input;
import dev.tenon.designer.driver.Input.Device;
import dev.tenon.designer.event.CursorEvent.Position;
import dev.tenon.designer.event.Modifiers;
import dev.tenon.designer.event.PointerTarget;
import dev.tenon.designer.event.PointerTarget.Area;
import dev.tenon.designer.geometry.Rect;
import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.tree.Tree;
import dev.tenon.designer.tree.TreeNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/// What someone does who presses, drags and types at random, and a canvas to do it on.
final class RandomInputs {
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

    private RandomInputs() {}

    static TreeNode start() {
        List<TreeNode> nodes = new ArrayList<>();
        for (String component : COMPONENTS) {
            if (!component.equals("Panel")) {
                nodes.add(TreeNode.of(component.toLowerCase(Locale.ROOT), component));
            }
        }
        return TreeNode.of("root", "Root", JsonObject.EMPTY, nodes);
    }

    /// Every node is a line of its own, as high as its subtree.
    static void draw(Viewport canvas, Tree tree) {
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

    static Input next(Random random, Tree tree) {
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
