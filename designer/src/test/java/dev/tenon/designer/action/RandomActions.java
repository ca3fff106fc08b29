package dev.tenon.designer.action;

import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.tree.Ids;
import dev.tenon.designer.tree.Tree;
import dev.tenon.designer.tree.TreeNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;

/// Actions at random: most make sense, some break a rule, name a node that is not there or bring
/// one that is.
public final class RandomActions {
    private static final List<String> COMPONENTS =
            List.of(
                    "Box",
                    "Box",
                    "Leaf",
                    "Leaf",
                    "Row",
                    "Collapse",
                    "Panel",
                    "Fixed",
                    "Loner",
                    "OnlyLeaf");
    private final Random random;
    private final Ids ids;

    /// @param random where chance comes from
    public RandomActions(Random random) {
        this.random = random;
        this.ids = Ids.of(random);
    }

    /// Returns an action for `tree`.
    public Action next(Tree tree) {
        List<String> all = new ArrayList<>();
        tree.root().forEach(node -> all.add(node.id()));
        String id = pick(all);
        int kind = random.nextInt(tree.size() > 150 ? 40 : 32);
        return switch (kind) {
            case 0, 1, 2 -> new Action.Append(id, nodes(tree, all));
            case 3, 4 -> new Action.Prepend(id, nodes(tree, all));
            case 5, 6 -> new Action.InsertBefore(id, nodes(tree, all));
            case 7, 8 -> new Action.InsertAfter(id, nodes(tree, all));
            case 9, 10 -> new Action.InsertAt(id, random.nextInt(8) - 1, nodes(tree, all));
            case 11, 12, 13, 14 -> new Action.Move(some(all), id, random.nextInt(6));
            case 15 -> new Action.SetChildren(id, nodes(tree, all));
            case 16, 17 -> new Action.Wrap(id, fresh(0));
            case 18 -> new Action.Unwrap(id);
            case 19 -> new Action.Clone(some(all), some(all));
            case 20 -> new Action.Paste(List.of(tree.node(id)), some(all));
            case 21, 22, 23 ->
                    new Action.SetProps(
                            id, JsonObject.of("k" + random.nextInt(3), random.nextInt(100)));
            case 24 -> new Action.SetProps(id, JsonObject.EMPTY, Set.of("k" + random.nextInt(3)));
            case 25, 26 -> new Action.Rename(id, pick(COMPONENTS));
            case 27 -> new Action.Hide(id, random.nextBoolean());
            case 28 -> new Action.Append("nobody", nodes(tree, all));
            default -> new Action.Remove(some(all));
        };
    }

    private List<TreeNode> nodes(Tree tree, List<String> all) {
        List<TreeNode> nodes = new ArrayList<>();
        for (int i = 0, count = 1 + random.nextInt(3); i < count; i++) {
            nodes.add(random.nextInt(2) == 0 ? tree.node(pick(all)) : fresh(random.nextInt(3)));
        }
        return nodes;
    }

    private TreeNode fresh(int children) {
        List<TreeNode> inside = new ArrayList<>();
        for (int i = 0; i < children; i++) {
            inside.add(fresh(0));
        }
        return TreeNode.of(ids.next(), pick(COMPONENTS), JsonObject.of("n", 1), inside);
    }

    private List<String> some(List<String> all) {
        List<String> some = new ArrayList<>();
        for (int i = 0, count = 1 + random.nextInt(3); i < count; i++) {
            some.add(pick(all));
        }
        return some;
    }

    private <T> T pick(List<T> all) {
        return all.get(random.nextInt(all.size()));
    }
}
