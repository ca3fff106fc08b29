package dev.tenon.designer.action;

import dev.tenon.designer.behavior.Refusal;
import dev.tenon.designer.behavior.Rules;
import dev.tenon.designer.tree.Edit;
import dev.tenon.designer.tree.Ids;
import dev.tenon.designer.tree.Tree;
import dev.tenon.designer.tree.TreeNode;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// How nodes go into a node: what it adopts in their place, where that may be inside.
///
/// @param rules what is allowed
/// @param ids names for new nodes
record Filling(Rules rules, Ids ids) {
    /// What `parent`, as it will be without what leaves it, takes in place of `given`.
    List<TreeNode> adopted(Tree tree, TreeNode parent, List<TreeNode> given) {
        var adoption = rules.registry().designerProps(parent).adopt();
        return adoption == null ? given : adoption.adopt(tree, parent, given, ids);
    }

    /// Why `coming` may not go into `parent`, or null.
    @Nullable Refusal refusal(Tree tree, TreeNode parent, List<TreeNode> coming) {
        Refusal refusal = rules.inside(tree, parent, coming);
        return refusal == null ? Checking.size(tree, parent.id(), coming) : refusal;
    }

    /// Puts `coming`, adopted in place of `given`, before the child `before` of `parent`, or last
    /// where that is null.
    @SuppressWarnings("ReferenceEquality") // what is not adopted is the list that was given
    void put(
            Draft draft,
            TreeNode parent,
            List<TreeNode> given,
            List<TreeNode> coming,
            @Nullable String before) {
        Set<String> moving = new HashSet<>();
        given.forEach(node -> moving.add(node.id()));
        boolean isAdopted = coming != given;
        for (TreeNode node : coming) {
            if (isAdopted) {
                node.forEach(inner -> settings(draft, given, inner));
            }
            if (draft.tree().contains(node.id()) && !moving.contains(node.id())) {
                draft.complete(node); // an adoption's: see DesignerProps.Adoption
            } else {
                draft.put(node, parent.id(), before);
            }
        }
    }

    /// An adoption may give other settings to a node that moves.
    private static void settings(Draft draft, List<TreeNode> given, TreeNode node) {
        TreeNode now = draft.tree().find(node.id());
        if (now != null && !now.props().equals(node.props()) && !given.contains(node)) {
            draft.edit(new Edit.Props(node.id(), now.props(), node.props()));
        }
    }

    /// Why what came, `coming`, may not be as it is in `tree` with all that is inside, or null.
    @Nullable Refusal inside(Tree before, Tree tree, List<TreeNode> coming) {
        for (TreeNode node : tree.nodes(coming.stream().map(TreeNode::id).toList())) {
            Refusal refusal = Checking.inside(before, tree, rules, node);
            if (refusal != null) {
                return refusal;
            }
        }
        return null;
    }
}
