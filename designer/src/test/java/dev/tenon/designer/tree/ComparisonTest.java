package dev.tenon.designer.tree;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.tree.Edit.Delete;
import dev.tenon.designer.tree.Edit.Insert;
import dev.tenon.designer.tree.Edit.Move;
import dev.tenon.designer.tree.Edit.Props;
import dev.tenon.designer.tree.Edit.Replace;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// The edits between two trees lead from the one to the other, and are few.
final class ComparisonTest {
    private static final long SEED = Long.getLong("tenon.difference.seed", 41L);

    private static TreeNode node(String id, TreeNode... children) {
        return TreeNode.of(id, "Field").withChildren(List.of(children));
    }

    private static Difference between(TreeNode from, TreeNode to) {
        Difference difference = Difference.between(Tree.of(from), Tree.of(to));
        assertThat(Tree.of(from).apply(difference)).isEqualTo(Tree.of(to));
        assertThat(Tree.of(to).apply(difference.inverse())).isEqualTo(Tree.of(from));
        return difference;
    }

    @Test
    void equalTreesDifferInNothing() {
        assertThat(between(node("r", node("a")), node("r", node("a")))).isEqualTo(Difference.NONE);
    }

    @Test
    void oneThatIsCarriedToTheFrontIsOneMove() {
        assertThat(
                        between(
                                        node("r", node("a"), node("b"), node("c"), node("d")),
                                        node("r", node("d"), node("a"), node("b"), node("c")))
                                .edits())
                .containsExactly(new Move("d", "r", 3, "r", 0));
    }

    @Test
    void whatComesBringsWhatComesWithIt() {
        assertThat(
                        between(node("r", node("a")), node("r", node("b", node("c")), node("a")))
                                .edits())
                .containsExactly(new Insert("r", 0, node("b", node("c"))));
    }

    @Test
    void aWrapperComesAndTakesTheNodeIn() {
        assertThat(between(node("r", node("a")), node("r", node("w", node("a")))).edits())
                .containsExactly(new Insert("r", 0, node("w")), new Move("a", "r", 1, "w", 0));
    }

    @Test
    void aNodeThatGoesLeavesWhatStays() {
        assertThat(
                        between(node("r", node("w", node("a"), node("b"))), node("r", node("a")))
                                .edits())
                .containsExactly(
                        new Move("a", "w", 0, "r", 0), new Delete("r", 1, node("w", node("b"))));
    }

    @Test
    void parentAndChildChangePlaces() {
        assertThat(
                        between(node("r", node("a", node("b"))), node("r", node("b", node("a"))))
                                .edits())
                .hasSize(2);
    }

    @Test
    void settingsComeLast() {
        JsonObject props = JsonObject.of("title", "A");
        assertThat(between(node("r", node("a")), node("r", node("a").withProps(props))).edits())
                .containsExactly(new Props("a", JsonObject.EMPTY, props));
    }

    @Test
    void whatNoEditChangesIsReplaced() {
        TreeNode before = node("r", node("a"));
        TreeNode after = node("s", node("a"));
        assertThat(between(before, after).edits()).containsExactly(new Replace(before, after));
    }

    @Test
    void asManyChildrenStayAsCan() {
        var random = new Random(SEED);
        for (int i = 0; i < 2000; i++) {
            List<Integer> places = new ArrayList<>();
            for (int k = 0; k < random.nextInt(9); k++) {
                places.add(k);
            }
            Collections.shuffle(places, random);
            TreeNode[] from = new TreeNode[places.size()];
            TreeNode[] to = new TreeNode[places.size()];
            for (int k = 0; k < from.length; k++) {
                from[k] = node("n" + k);
                to[k] = node("n" + places.get(k));
            }
            assertThat(between(node("r", from), node("r", to)).edits())
                    .allMatch(edit -> edit instanceof Move)
                    .hasSize(
                            places.size()
                                    - longestByTrial(
                                            places.stream().mapToInt(place -> place).toArray()));
        }
    }

    private static int longestByTrial(int[] values) {
        int longest = 0;
        for (int set = 0; set < 1 << values.length; set++) {
            int last = -1;
            int length = 0;
            for (int i = 0; i < values.length && length >= 0; i++) {
                if ((set >> i & 1) == 1) {
                    length = values[i] > last ? length + 1 : Integer.MIN_VALUE;
                    last = values[i];
                }
            }
            longest = Math.max(longest, length);
        }
        return longest;
    }

    @Test
    void theEditsLeadFromAnyTreeToAnyOther() {
        for (long seed = SEED; seed < SEED + 5000; seed++) {
            var random = new Random(seed);
            Tree from = Tree.of(random(random));
            Tree to = Tree.of(random(random));
            Difference difference = Difference.between(from, to);
            assertThat(from.apply(difference)).as("seed %d", seed).isEqualTo(to);
            assertThat(to.apply(difference.inverse())).as("seed %d", seed).isEqualTo(from);
        }
    }

    /// A tree of some of twenty ids, each hung in one of those before it.
    private static TreeNode random(Random random) {
        List<Integer> ids = new ArrayList<>();
        for (int i = 1; i <= 20; i++) {
            if (random.nextInt(4) > 0) {
                ids.add(i);
            }
        }
        Collections.shuffle(ids, random);
        List<List<Integer>> children = new ArrayList<>();
        for (int i = 0; i <= 20; i++) {
            children.add(new ArrayList<>());
        }
        for (int i = 0; i < ids.size(); i++) {
            int parent = i == 0 || random.nextInt(3) == 0 ? 0 : ids.get(random.nextInt(i));
            children.get(parent).add(random.nextInt(children.get(parent).size() + 1), ids.get(i));
        }
        return built(0, children, random);
    }

    private static TreeNode built(int id, List<List<Integer>> children, Random random) {
        return TreeNode.of(
                        "n" + id,
                        random.nextInt(5) == 0 ? "Text" : "Field",
                        random.nextInt(3) == 0
                                ? JsonObject.of("title", random.nextInt(3))
                                : JsonObject.EMPTY,
                        children.get(id).stream()
                                .map(child -> built(child, children, random))
                                .toList())
                .withHidden(random.nextInt(6) == 0);
    }
}
