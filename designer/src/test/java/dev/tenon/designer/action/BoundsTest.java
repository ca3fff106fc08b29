package dev.tenon.designer.action;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.designer.action.Outcome.Refused;
import dev.tenon.designer.behavior.Refusal;
import dev.tenon.designer.behavior.Refusal.Rule;
import dev.tenon.designer.behavior.Rules;
import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.tree.Ids;
import dev.tenon.designer.tree.Tree;
import dev.tenon.designer.tree.TreeNode;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Nodes that no tree can hold are refused before anything walks them.
final class BoundsTest {
    private static final Tree TREE =
            Tree.of(
                    TreeNode.of(
                            "root", "Root", JsonObject.EMPTY, List.of(TreeNode.of("a", "Leaf"))));

    private static List<Action> bringing(TreeNode node) {
        List<TreeNode> nodes = List.of(node);
        return List.of(
                new Action.Append("root", nodes),
                new Action.Prepend("root", nodes),
                new Action.InsertBefore("a", nodes),
                new Action.InsertAfter("a", nodes),
                new Action.InsertAt("root", 0, nodes),
                new Action.SetChildren("root", nodes),
                new Action.Wrap("a", node),
                new Action.Paste(nodes, List.of("root")),
                new Action.Load(node));
    }

    private static Refusal refusal(Action action) {
        Outcome outcome = action.on(TREE, new Rules(Boxes.REGISTRY), Ids.random());
        assertThat(outcome).as(action.type()).isInstanceOf(Refused.class);
        return ((Refused) outcome).reason();
    }

    @Test
    void nodesDeeperThanAnyStack() {
        TreeNode deep = TreeNode.of("n0", "Box");
        for (int i = 1; i < 100_000; i++) {
            deep = TreeNode.of("n" + i, "Box", JsonObject.EMPTY, List.of(deep));
        }
        for (Action action : bringing(deep)) {
            assertThat(refusal(action).message())
                    .matches(
                            "a node must be at most 400 below the root; \"n9959\\d\" would be deeper");
        }
    }

    @Test
    void oneNodeInItselfMoreOftenThanMemoryHolds() {
        TreeNode many = TreeNode.of("n0", "Box");
        for (int i = 1; i < 100; i++) {
            many = TreeNode.of("n" + i, "Box", JsonObject.EMPTY, List.of(many, many));
        }
        for (Action action : bringing(many)) {
            assertThat(refusal(action).rule()).isEqualTo(Rule.SIZE);
        }
    }

    @Test
    void aTreeWithAnIdTwiceIsNotLoaded() {
        TreeNode twice =
                TreeNode.of(
                        "r",
                        "Root",
                        JsonObject.EMPTY,
                        List.of(TreeNode.of("b", "Leaf"), TreeNode.of("b", "Leaf")));
        assertThat(refusal(new Action.Load(twice)))
                .isEqualTo(
                        new Refusal(
                                Rule.DUPLICATE_ID, "an id must name one node; got \"b\" twice"));
    }

    @Test
    void settingsDeeperThanAnyStack() {
        JsonObject deep = JsonObject.of("k", 1);
        for (int i = 0; i < 100_000; i++) {
            deep = JsonObject.of("k", deep);
        }
        TreeNode node = TreeNode.of("n", "Box").withProps(deep);
        for (Action action : bringing(node)) {
            assertThat(refusal(action).message())
                    .isEqualTo(
                            "settings must be at most 1000 deep in each other; those of \"n\" go"
                                    + " deeper");
        }
        assertThat(refusal(new Action.SetProps("a", deep)).rule()).isEqualTo(Rule.SIZE);
    }
}
