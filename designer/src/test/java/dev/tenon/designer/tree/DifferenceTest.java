package dev.tenon.designer.tree;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.designer.action.Boxes;
import dev.tenon.designer.action.Outcome;
import dev.tenon.designer.action.RandomActions;
import dev.tenon.designer.behavior.Rules;
import dev.tenon.designer.json.JsonObject;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class DifferenceTest {
    private static final Rules RULES = new Rules(Boxes.REGISTRY);

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9})
    void leadsFromOneTreeToTheOther(int seed) {
        Random random = new Random(seed);
        RandomActions actions = new RandomActions(random);
        Ids ids = Ids.of(random);
        Tree start = Tree.of(TreeNode.of("root", "Root"));
        Tree tree = start;
        for (int i = 0; i < 2000; i++) {
            if (actions.next(tree).on(tree, RULES, ids) instanceof Outcome.Done done) {
                tree = done.tree();
            }
            if (random.nextInt(4) == 0) {
                Difference difference = Difference.between(start, tree);
                assertThat(start.apply(difference)).isEqualTo(tree);
                assertThat(tree.apply(difference.inverse())).isEqualTo(start);
                assertThat(Difference.between(tree, start).edits()).hasSizeLessThan(2000);
                assertThat(Difference.between(tree, tree).isEmpty()).isTrue();
                start = tree;
            }
        }
    }

    @Test
    void movesOnlyWhatMust() {
        Tree before = row(IntStream.range(0, 100).toArray());
        Tree after = row(IntStream.concat(IntStream.range(1, 100), IntStream.of(0)).toArray());
        assertThat(Difference.between(before, after).edits())
                .containsExactly(new Edit.Move("0", "root", 0, "root", 99));
    }

    @Test
    void anotherRootOrSourceIsAnotherTree() {
        Tree before = row(1);
        TreeNode other =
                new TreeNode(
                        "root",
                        "Box",
                        "source",
                        false,
                        JsonObject.EMPTY,
                        Children.NONE,
                        JsonObject.EMPTY);
        assertThat(Difference.between(before, Tree.of(other)).edits())
                .containsExactly(new Edit.Replace(before.root(), other));
        TreeNode renamed = before.root().withId("top");
        assertThat(Difference.between(before, Tree.of(renamed)).edits())
                .containsExactly(new Edit.Replace(before.root(), renamed));
    }

    private static Tree row(int... ids) {
        List<TreeNode> nodes =
                IntStream.of(ids).mapToObj(id -> TreeNode.of("" + id, "Leaf")).toList();
        return Tree.of(TreeNode.of("root", "Box", JsonObject.EMPTY, nodes));
    }
}
