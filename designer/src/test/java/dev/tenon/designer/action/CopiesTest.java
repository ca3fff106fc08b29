package dev.tenon.designer.action;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.designer.action.Outcome.Done;
import dev.tenon.designer.action.Outcome.Refused;
import dev.tenon.designer.behavior.Behavior;
import dev.tenon.designer.behavior.DesignerProps;
import dev.tenon.designer.behavior.Refusal;
import dev.tenon.designer.behavior.Refusal.Rule;
import dev.tenon.designer.behavior.Rules;
import dev.tenon.designer.engine.Engine;
import dev.tenon.designer.engine.Operation;
import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.tree.Ids;
import dev.tenon.designer.tree.Tree;
import dev.tenon.designer.tree.TreeNode;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Copies: what may not be copied, and those that find no place.
final class CopiesTest {
    private static final Rules RULES = new Rules(Boxes.REGISTRY);

    private static Operation operation(TreeNode... nodes) {
        return new Engine(Boxes.REGISTRY)
                .open("w", TreeNode.of("root", "Root", JsonObject.EMPTY, List.of(nodes)))
                .operation();
    }

    @Test
    void whatCanNotBeCopiedIsNotPastedBesideItself() {
        Operation operation = operation(TreeNode.of("f", "Fixed"), TreeNode.of("a", "Leaf"));
        operation.select(List.of("f", "a"));
        operation.copy();
        assertThat(operation.clipboard().nodes()).extracting(TreeNode::id).containsExactly("a");

        TreeNode fixed = operation.tree().node("f");
        assertThat(operation.act(new Action.Paste(List.of(fixed), List.of("root"))))
                .isEqualTo(
                        new Refused(new Refusal(Rule.CLONEABLE, "\"f\" (Fixed) can't be copied")));
        Outcome both =
                operation.act(
                        new Action.Paste(
                                List.of(fixed, operation.tree().node("a")), List.of("root")));
        assertThat(both)
                .isInstanceOfSatisfying(
                        Done.class,
                        done -> {
                            assertThat(done.focus()).hasSize(1);
                            assertThat(done.skipped())
                                    .extracting(Refusal::rule)
                                    .containsExactly(Rule.CLONEABLE);
                        });
    }

    @Test
    void whatCanNotBeCopiedIsCutAndPastedOnce() {
        var single = Behavior.of("Single", DesignerProps.builder().cloneable(false).build());
        Operation operation =
                new Engine(Boxes.REGISTRY.withBehaviors(List.of(single)))
                        .open(
                                "w",
                                TreeNode.of(
                                        "root",
                                        "Root",
                                        JsonObject.EMPTY,
                                        List.of(TreeNode.of("s", "Single"))))
                        .operation();
        operation.select(List.of("s"));
        operation.cut();
        assertThat(operation.paste()).isInstanceOf(Done.class);
        assertThat(operation.paste()).isInstanceOf(Refused.class);
        assertThat(operation.tree().size()).isEqualTo(2);
    }

    @Test
    void copiesThatFindNoPlaceAreRefused() {
        List<TreeNode> nodes = new ArrayList<>();
        for (int i = 1; i < Tree.MOST_NODES; i++) {
            nodes.add(TreeNode.of("n" + i, "Leaf"));
        }
        Tree full = Tree.of(TreeNode.of("root", "Root", JsonObject.EMPTY, nodes));
        List<String> two = List.of("n1", "n2");
        assertThat(new Action.Clone(two, two).on(full, RULES, Ids.random()))
                .isEqualTo(
                        new Refused(
                                new Refusal(
                                        Rule.SIZE,
                                        "a tree must have at most 200000 nodes; it would have"
                                                + " 200001")));
    }

    /// A host that puts a box around each node that is copied into it.
    @Test
    void copiesKeepTheirOrderWhereTheirParentWrapsThem() {
        var host =
                Behavior.of(
                        "Host",
                        DesignerProps.builder()
                                .droppable(true)
                                .adopt((_, _, sources, ids) ->
                                        sources.stream()
                                                .map(node ->
                                                        TreeNode.of(
                                                                ids.next(),
                                                                "Box",
                                                                JsonObject.EMPTY,
                                                                List.of(node)))
                                                .toList())
                                .build());
        Rules rules = new Rules(Boxes.REGISTRY.withBehaviors(List.of(host)));
        Tree tree =
                Tree.of(
                        TreeNode.of(
                                "root",
                                "Host",
                                JsonObject.EMPTY,
                                List.of(
                                        TreeNode.of("a", "Leaf").withProps(JsonObject.of("n", 1)),
                                        TreeNode.of("b", "Leaf").withProps(JsonObject.of("n", 2)),
                                        TreeNode.of("z", "Leaf"))));
        List<String> two = List.of("a", "b");
        assertThat(new Action.Clone(two, two).on(tree, rules, Boxes.generated()))
                .isInstanceOfSatisfying(
                        Done.class,
                        done ->
                                assertThat(done.tree().root().children())
                                        .extracting(node ->
                                                node.children().isEmpty()
                                                        ? node.id()
                                                        : node.children()
                                                                .getFirst()
                                                                .props()
                                                                .toString())
                                        .containsExactly("a", "b", "{\"n\":1}", "{\"n\":2}", "z"));
    }
}
