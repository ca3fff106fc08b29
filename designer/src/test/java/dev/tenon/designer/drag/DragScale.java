package dev.tenon.designer.drag;

import com.sun.management.ThreadMXBean;
import dev.tenon.designer.behavior.Behavior;
import dev.tenon.designer.behavior.DesignerProps;
import dev.tenon.designer.behavior.Registry;
import dev.tenon.designer.behavior.Rules;
import dev.tenon.designer.geometry.Point;
import dev.tenon.designer.geometry.Rect;
import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.tree.Tree;
import dev.tenon.designer.tree.TreeNode;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/// Moves of a drag over many nodes, in boxes of a hundred. [#main] prints how long a decision
/// takes.
final class DragScale {
    private static final int ACROSS = 100; // nodes in one box

    private final Tree tree;
    private final Viewport viewport = new Viewport(Viewport.Kind.CANVAS);
    private final Rules rules;
    private final Drag drag;
    private final double height;

    DragScale(int nodes) {
        List<Behavior> behaviors = new ArrayList<>();
        behaviors.add(Behavior.of("Box", DesignerProps.builder().droppable(true).build()));
        for (int i = 0; i < 60; i++) { // a catalogue to look through
            behaviors.add(Behavior.of("Field" + i, DesignerProps.NONE));
        }
        rules = new Rules(Registry.EMPTY.withBehaviors(behaviors));
        List<TreeNode> boxes = new ArrayList<>();
        double y = 0;
        for (int box = 0; box < nodes / (ACROSS + 1); box++) {
            List<TreeNode> fields = new ArrayList<>();
            double top = y;
            for (int i = 0; i < ACROSS; i++) {
                String id = box + "." + i;
                viewport.place(id, List.of(new Rect(20, y + 20, 900, 30)), null);
                fields.add(TreeNode.of(id, "Field" + i % 60));
                y += 40;
            }
            y += 60;
            viewport.place("b" + box, List.of(new Rect(10, top, 920, y - top - 20)), null);
            boxes.add(TreeNode.of("b" + box, "Box", JsonObject.EMPTY, fields));
        }
        height = y;
        viewport.place("root", List.of(new Rect(0, 0, 940, height)), null);
        viewport.bounds(new Rect(0, 0, 940, height));
        tree = Tree.of(TreeNode.of("root", "Box", JsonObject.EMPTY, boxes));
        drag = Drag.of(tree, rules, List.of(), "0.0");
    }

    private Closest move(SplittableRandom random) {
        Point point = new Point(random.nextDouble(940), random.nextDouble(height));
        return drag.move(tree, rules, viewport, "root", point);
    }

    double bytesOfMove() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        SplittableRandom random = new SplittableRandom(5);
        for (int i = 0; i < 200; i++) {
            move(random);
        }
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < 1_000; i++) {
            move(random);
        }
        return (threads.getCurrentThreadAllocatedBytes() - before) / 1_000.0;
    }

    /// Prints percentiles of 20,000 moves with the root touched, so that all nodes are candidates.
    public static void main(String[] args) {
        for (int nodes : new int[] {5_000, 50_000}) {
            DragScale scale = new DragScale(nodes);
            SplittableRandom random = new SplittableRandom(7);
            long first = System.nanoTime();
            scale.move(random);
            first = System.nanoTime() - first;
            for (int i = 0; i < 5_000; i++) {
                scale.move(random);
            }
            long[] times = new long[20_000];
            int dropped = 0;
            for (int i = 0; i < times.length; i++) {
                long start = System.nanoTime();
                Closest closest = scale.move(random);
                times[i] = System.nanoTime() - start;
                dropped += closest.position().isForbidden() ? 0 : 1;
            }
            Arrays.sort(times);
            System.out.printf(
                    "%d nodes: p50 %.1f us, p95 %.1f us, p99 %.1f us, first move (gathers boxes) %.2f"
                            + " ms, %.0f bytes a move, %d of %d allowed%n",
                    scale.tree.size(),
                    times[times.length / 2] / 1e3,
                    times[times.length * 95 / 100] / 1e3,
                    times[times.length * 99 / 100] / 1e3,
                    first / 1e6,
                    scale.bytesOfMove(),
                    dropped,
                    times.length);
        }
    }
}
