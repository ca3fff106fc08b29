package dev.tenon.bench;

import dev.tenon.bench.DesignBenchmark.Times;
import dev.tenon.designer.behavior.Behavior;
import dev.tenon.designer.behavior.DesignerProps;
import dev.tenon.designer.behavior.Registry;
import dev.tenon.designer.behavior.Rules;
import dev.tenon.designer.drag.Drag;
import dev.tenon.designer.drag.Viewport;
import dev.tenon.designer.geometry.Point;
import dev.tenon.designer.geometry.Rect;
import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.tree.Tree;
import dev.tenon.designer.tree.TreeNode;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/// Decisions where a drag would drop, over boxes of a hundred fields. The pointer touches the root,
/// the worst case: every node is a candidate.
///
/// @param nodes about how many nodes the tree has
record DragBenchmark(int nodes) {
    private static final int MOVES = 20_000;
    private static final int IN_A_BOX = 100;
    private static final double WIDTH = 940;

    /// Times the moves of one drag.
    ///
    /// @throws IllegalStateException if no move would drop anywhere
    Times times() {
        Viewport viewport = new Viewport(Viewport.Kind.CANVAS);
        List<TreeNode> boxes = new ArrayList<>();
        double y = 0;
        for (int box = 0; box < nodes / (IN_A_BOX + 1); box++) {
            List<TreeNode> fields = new ArrayList<>();
            double top = y;
            for (int i = 0; i < IN_A_BOX; i++) {
                String id = box + "." + i;
                viewport.place(id, List.of(new Rect(20, y + 20, 900, 30)), null);
                fields.add(TreeNode.of(id, "Field"));
                y += 40;
            }
            y += 60;
            viewport.place("b" + box, List.of(new Rect(10, top, 920, y - top - 20)), null);
            boxes.add(TreeNode.of("b" + box, "Box", JsonObject.EMPTY, fields));
        }
        Rect page = new Rect(0, 0, WIDTH, y);
        viewport.place("root", List.of(page), null);
        viewport.bounds(page);
        return moves(Tree.of(TreeNode.of("root", "Box", JsonObject.EMPTY, boxes)), viewport);
    }

    private static Times moves(Tree tree, Viewport viewport) {
        Rules rules =
                new Rules(
                        Registry.EMPTY.withBehaviors(
                                List.of(
                                        Behavior.of(
                                                "Box",
                                                DesignerProps.builder().droppable(true).build()),
                                        Behavior.of("Field", DesignerProps.NONE))));
        Drag drag = Drag.of(tree, rules, List.of(), "0.0");
        SplittableRandom random = new SplittableRandom(7);
        double[] seconds = new double[MOVES];
        boolean hasPlace = false;
        for (int i = -MOVES / 4; i < MOVES && drag != null; i++) {
            Point point =
                    new Point(
                            random.nextDouble(WIDTH),
                            random.nextDouble(viewport.bounds().height()));
            long start = System.nanoTime();
            var closest = drag.move(tree, rules, viewport, "root", point);
            double time = (System.nanoTime() - start) / 1e9;
            hasPlace |= !closest.position().isForbidden();
            if (i >= 0) {
                seconds[i] = time;
            }
        }
        if (!hasPlace) {
            throw new IllegalStateException("drag: no move would drop anywhere");
        }
        return DesignBenchmark.times("drag move", seconds);
    }
}
