package dev.tenon.designer.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.designer.action.Action;
import dev.tenon.designer.action.Boxes;
import dev.tenon.designer.action.Outcome;
import dev.tenon.designer.action.RandomActions;
import dev.tenon.designer.behavior.Rules;
import dev.tenon.designer.tree.Difference;
import dev.tenon.designer.tree.Edit;
import dev.tenon.designer.tree.Ids;
import dev.tenon.designer.tree.Tree;
import dev.tenon.designer.tree.TreeNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Laws of trees, actions and history after thousands of random actions. A run with
/// `-Dtenon.fuzz=10000` does ten times as many as `./check`.
final class HistoryFuzzTest {
    private static final int ACTIONS = Integer.getInteger("tenon.fuzz", 1000);
    private static final Rules RULES = new Rules(Boxes.REGISTRY);

    static List<Integer> seeds() {
        List<Integer> seeds = new ArrayList<>();
        for (int seed = 0; seed < 100; seed++) {
            seeds.add(seed);
        }
        return seeds;
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void nothingIsLostAndAllComesBack(int seed) {
        Random random = new Random(seed);
        RandomActions actions = new RandomActions(random);
        Ids ids = Ids.of(random);
        Tree tree = Tree.of(TreeNode.of("root", "Root"));
        Selection selection = Selection.of("root");
        History history = History.of(tree, selection, Instant.EPOCH, ACTIONS + 1);
        List<Integer> hashes = new ArrayList<>(List.of(tree.hashCode()));
        List<Tree> trees = new ArrayList<>(List.of(tree));
        List<Selection> selections = new ArrayList<>(List.of(selection));
        for (int i = 0; i < ACTIONS; i++) {
            Action action = actions.next(tree);
            if (!(action.on(tree, RULES, ids) instanceof Outcome.Done done)) {
                continue;
            }
            check(tree, done);
            tree = done.tree();
            Selection before = selection;
            selection = new Selection(done.focus()).in(tree);
            history =
                    history.push(
                            new History.Entry(
                                    action.type(),
                                    Instant.EPOCH,
                                    tree,
                                    before,
                                    selection,
                                    done.difference(),
                                    null));
            hashes.add(tree.hashCode());
            trees.add(tree);
            selections.add(selection);
        }
        int steps = history.current();
        assertThat(steps).isGreaterThan(ACTIONS / 10);
        Tree followed = tree;
        for (int i = steps - 1; i >= 0; i--) {
            History.Walk walk = history.undo();
            followed = followed.apply(walk.difference());
            assertThat(walk.tree()).isSameAs(trees.get(i));
            assertThat(walk.selection()).isEqualTo(selections.get(i));
            history = walk.history();
        }
        assertThat(followed).isEqualTo(trees.getFirst());
        for (int i = 1; i <= steps; i++) {
            History.Walk walk = history.redo();
            followed = followed.apply(walk.difference());
            assertThat(walk.tree()).isSameAs(trees.get(i));
            assertThat(walk.selection()).isEqualTo(selections.get(i));
            history = walk.history();
        }
        assertThat(followed).isEqualTo(tree);
        for (int i = 0; i <= steps; i++) {
            assertThat(history.entries().get(i).tree().hashCode()).isEqualTo(hashes.get(i));
        }
    }

    private static void check(Tree before, Outcome.Done done) {
        Tree after = done.tree();
        Set<String> expected = ids(before.root());
        for (Edit edit : done.difference().edits()) {
            switch (edit) {
                case Edit.Insert insert -> expected.addAll(ids(insert.node()));
                case Edit.Delete delete -> expected.removeAll(ids(delete.node()));
                default -> {}
            }
        }
        assertThat(ids(after.root())).isEqualTo(expected);
        assertThat(after.size()).isEqualTo(expected.size());
        places(after, after.root(), null, 0);
        rules(before, after, done.difference());
        assertThat(before.apply(done.difference())).isEqualTo(after);
        assertThat(after.apply(done.difference().inverse())).isEqualTo(before);
    }

    private static void places(Tree tree, TreeNode node, String parent, int depth) {
        assertThat(tree.parentId(node.id())).isEqualTo(parent);
        assertThat(tree.depth(node.id())).isEqualTo(depth);
        assertThat(tree.node(node.id())).isSameAs(node);
        for (int i = 0; i < node.children().size(); i++) {
            assertThat(tree.index(node.children().get(i).id())).isEqualTo(i);
            places(tree, node.children().get(i), node.id(), depth + 1);
        }
    }

    /// The rules of [Boxes], said again without their code.
    private static void rules(Tree before, Tree after, Difference difference) {
        after.root()
                .forEach(node -> {
                    List<String> inside =
                            node.children().stream().map(TreeNode::componentName).toList();
                    switch (node.componentName()) {
                        case "Leaf", "Loner", "Fixed" -> assertThat(inside).isEmpty();
                        case "OnlyLeaf" -> assertThat(inside).allMatch("Leaf"::equals);
                        case "Collapse" -> {}
                        default -> assertThat(inside).doesNotContain("Panel");
                    }
                });
        for (Edit edit : difference.edits()) {
            if (edit instanceof Edit.Move move) {
                TreeNode moved = before.find(move.id());
                assertThat(moved == null || !moved.componentName().equals("Fixed")).isTrue();
            }
            if (edit instanceof Edit.Delete delete) {
                assertThat(delete.node().componentName()).isNotEqualTo("Fixed");
            }
        }
    }

    private static Set<String> ids(TreeNode node) {
        Set<String> ids = new HashSet<>();
        node.forEach(inner -> assertThat(ids.add(inner.id())).isTrue());
        return ids;
    }
}
