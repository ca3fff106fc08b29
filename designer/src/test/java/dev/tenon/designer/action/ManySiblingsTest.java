package dev.tenon.designer.action;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.designer.action.Outcome.Done;
import dev.tenon.designer.behavior.Rules;
import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.tree.Difference;
import dev.tenon.designer.tree.Edit;
import dev.tenon.designer.tree.Ids;
import dev.tenon.designer.tree.Tree;
import dev.tenon.designer.tree.TreeNode;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/// What is done with all of a great many siblings takes time as their number, not as its square:
/// each of these took a quarter of a minute and more, and takes less than a second. What counts is
/// the processor's time, as others may be at work.
final class ManySiblingsTest {
    private static final int COUNT = 100_000;
    private static final long LONG = 8_000_000_000L; // ns
    private static final Rules RULES = new Rules(Boxes.REGISTRY);
    private static final List<TreeNode> NODES = new ArrayList<>();

    static {
        for (int i = 0; i < COUNT; i++) {
            NODES.add(TreeNode.of("n" + i, "Leaf"));
        }
    }

    private static final List<String> IDS = NODES.stream().map(TreeNode::id).toList();
    private static final Tree TREE = tree(NODES);

    private static <T> T inTime(Supplier<T> work) {
        var threads = ManagementFactory.getThreadMXBean();
        long start = threads.getCurrentThreadCpuTime();
        T result = work.get();
        assertThat(threads.getCurrentThreadCpuTime() - start).isLessThan(LONG);
        return result;
    }

    private static Tree tree(List<TreeNode> nodes) {
        return Tree.of(TreeNode.of("root", "Root", JsonObject.EMPTY, nodes));
    }

    @Test
    void comparing() {
        List<TreeNode> others = new ArrayList<>(NODES);
        Collections.shuffle(others, new Random(1));
        others.replaceAll(
                node -> node.id().endsWith("7") ? TreeNode.of("m" + node.id(), "Leaf") : node);
        Tree after = tree(others);
        Difference difference = inTime(() -> Difference.between(TREE, after));
        int[] counts = new int[3];
        for (Edit edit : difference.edits()) {
            counts[edit instanceof Edit.Insert ? 0 : edit instanceof Edit.Delete ? 1 : 2]++;
        }
        assertThat(counts[0]).isEqualTo(COUNT / 10);
        assertThat(counts[1]).isEqualTo(COUNT / 10);
        assertThat(counts[2]).isBetween(80_000, 90_000);
    }

    @Test
    void removing() {
        Done done = (Done) inTime(() -> new Action.Remove(IDS).on(TREE, RULES, Ids.random()));
        assertThat(done.tree().size()).isEqualTo(1);
        assertThat(done.focus()).containsExactly("root");
        assertThat(done.tree().apply(done.difference().inverse())).isEqualTo(TREE);
    }

    @Test
    void copying() {
        List<String> some = IDS.subList(0, 20_000);
        Done done = (Done) inTime(() -> new Action.Clone(some, some).on(TREE, RULES, Ids.random()));
        assertThat(done.tree().size()).isEqualTo(COUNT + 20_001);
        assertThat(done.tree().index("n20000")).isEqualTo(40_000);
    }

    @Test
    void sorting() {
        List<String> mixed = new ArrayList<>(IDS);
        Collections.shuffle(mixed, new Random(2));
        assertThat(inTime(() -> TREE.sorted(mixed))).isEqualTo(IDS);
        assertThat(TREE.nodes(mixed.subList(0, 1000)))
                .extracting(TreeNode::id)
                .isEqualTo(mixed.subList(0, 1000));
    }
}
