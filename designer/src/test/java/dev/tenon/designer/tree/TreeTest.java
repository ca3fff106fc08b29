package dev.tenon.designer.tree;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.designer.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Questions about places.
final class TreeTest {
    private static TreeNode box(String id, List<TreeNode> children) {
        return TreeNode.of(id, "Box", JsonObject.EMPTY, children);
    }

    @Test
    void theOutermostAreInsideNoneOfTheOthers() {
        TreeNode deep = box("a", List.of(box("b", List.of(box("c", List.of())))));
        Tree tree = Tree.of(box("root", List.of(deep, box("d", List.of()))));
        assertThat(tree.outermost(List.of("c", "d", "a", "c"))).containsExactly("d", "a");
        assertThat(tree.outermost(List.of("c", "b", "d"))).containsExactly("b", "d");
        assertThat(tree.outermost(List.of("b", "root"))).containsExactly("root");
        assertThat(tree.outermost(List.of())).isEmpty();
    }

    /// All of them selected: looking at each pair takes minutes.
    @Test
    @Timeout(30)
    void theOutermostOfManyAreFoundAtOnce() {
        List<TreeNode> nodes = new ArrayList<>();
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < 100_000; i++) {
            nodes.add(TreeNode.of("n" + i, "Leaf"));
            ids.add("n" + i);
        }
        assertThat(Tree.of(box("root", nodes)).outermost(ids)).isEqualTo(ids);
    }
}
