package dev.tenon.designer.effect;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.tenon.designer.action.Boxes;
import dev.tenon.designer.drag.Viewport;
import dev.tenon.designer.engine.Engine;
import dev.tenon.designer.event.PointerTarget;
import dev.tenon.designer.event.PointerTarget.Area;
import dev.tenon.designer.geometry.Rect;
import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.tree.TreeNode;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The first move of a drag over many nodes finds them gathered: what it allocates tells, whatever
/// the machine.
final class FirstMoveTest {
    private static final int NODES = 20_000;

    private final Hand hand = new Hand();
    private final Engine engine = new Engine(Boxes.REGISTRY, Boxes.generated(), hand.clock());
    private final Designer designer = new Designer(engine);

    private void open(String id, int nodes) {
        Viewport canvas = designer.viewport(id, Area.CANVAS);
        canvas.bounds(new Rect(0, 0, 400, 600));
        canvas.place("root", List.of(new Rect(0, 0, 400, 40.0 * nodes)), null);
        List<TreeNode> leaves = new ArrayList<>();
        for (int i = 0; i < nodes; i++) {
            leaves.add(TreeNode.of("n" + i, "Leaf"));
            canvas.place("n" + i, List.of(new Rect(50, 40 * i, 200, 30)), null);
        }
        engine.open(id, TreeNode.of("root", "Root", JsonObject.EMPTY, leaves));
    }

    private long bytesOfFirstMove(String id) {
        PointerTarget first = PointerTarget.canvas("n0").in(id);
        hand.down(60, 10, first);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        hand.move(60, 100, PointerTarget.canvas("root").in(id));
        long bytes = threads.getCurrentThreadAllocatedBytes() - before;
        assertThat(designer.drag().closest().node()).isEqualTo("n2");
        hand.up(60, 900, PointerTarget.NONE);
        return bytes;
    }

    @Test
    void thePressGathersTheNodes() {
        hand.takes(designer);
        open("few", 100);
        open("many", NODES);
        bytesOfFirstMove("few"); // loads classes
        assertThat(bytesOfFirstMove("many")).isLessThan(16L * NODES);
    }
}
