package dev.tenon.designer.action;

import dev.tenon.designer.action.Outcome.Refused;
import dev.tenon.designer.behavior.Refusal;
import dev.tenon.designer.behavior.Refusal.Rule;
import dev.tenon.designer.behavior.Rules;
import dev.tenon.designer.tree.Tree;
import dev.tenon.designer.tree.TreeNode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// How a node gets another one around it, and how it loses one.
final class Wrapping {
    private final Tree tree;
    private final Rules rules;
    private final Filling filling;

    Wrapping(Doing doing) {
        this.tree = doing.tree();
        this.rules = doing.rules();
        this.filling = new Filling(rules, doing.ids());
    }

    Outcome wrap(Action.Wrap wrap) {
        TreeNode target = tree.find(wrap.target());
        if (target == null) {
            return Doing.missing(wrap.target());
        }
        TreeNode parent = tree.parent(target.id());
        if (parent == null) {
            return new Refused(Doing.root("be wrapped", target));
        }
        TreeNode wrapper = wrap.wrapper();
        if (tree.contains(wrapper.id())) {
            return new Refused(
                    new Refusal(
                            Rule.DUPLICATE_ID,
                            "a wrapper must be a new node; \""
                                    + wrapper.id()
                                    + "\" is in the tree"));
        }
        Refusal refusal = Checking.coming(tree, rules, parent.id(), List.of(wrapper));
        if (refusal == null) {
            refusal = rules.drag(tree, target);
        }
        Draft draft = new Draft(tree);
        if (refusal == null) {
            refusal = wrapped(draft, rest(parent, target), target, wrapper);
        }
        return refusal == null ? Doing.done(draft, List.of(wrapper.id())) : new Refused(refusal);
    }

    /// The wrapper goes into `rest` of the parent, then the target into the wrapper; either may
    /// adopt something else in its place.
    private @Nullable Refusal wrapped(
            Draft draft, TreeNode rest, TreeNode target, TreeNode wrapper) {
        List<TreeNode> outer = filling.adopted(tree, rest, List.of(wrapper));
        Refusal refusal = filling.refusal(tree, rest, outer);
        if (refusal != null) {
            return refusal;
        }
        filling.put(draft, rest, List.of(wrapper), outer, target.id());
        TreeNode around = draft.tree().node(wrapper.id());
        List<TreeNode> inner = filling.adopted(draft.tree(), around, List.of(target));
        refusal = filling.refusal(draft.tree(), around, inner);
        if (refusal != null) {
            return refusal;
        }
        filling.put(draft, around, List.of(target), inner, null);
        return filling.inside(tree, draft.tree(), outer);
    }

    private TreeNode rest(TreeNode parent, TreeNode leaving) {
        return parent.withChildren(parent.children().minus(tree.index(leaving.id())));
    }

    Outcome unwrap(String id) {
        TreeNode target = tree.find(id);
        if (target == null) {
            return Doing.missing(id);
        }
        TreeNode parent = tree.parent(id);
        Refusal refusal = rules.delete(tree, target);
        if (refusal != null || parent == null) {
            return new Refused(refusal == null ? Doing.root("be unwrapped", target) : refusal);
        }
        List<TreeNode> children = target.children();
        if (children.isEmpty()) {
            return new Refused(
                    new Refusal(Rule.NOTHING, "\"" + id + "\" has no children to unwrap"));
        }
        TreeNode rest = rest(parent, target);
        List<TreeNode> coming = lifted(rest, children);
        refusal = Checking.coming(tree, rules, parent.id(), children);
        if (refusal == null) {
            refusal = filling.refusal(tree, rest, coming);
        }
        if (refusal != null) {
            return new Refused(refusal);
        }
        Draft draft = new Draft(tree);
        filling.put(draft, parent, children, coming, id);
        draft.delete(id);
        refusal = filling.inside(tree, draft.tree(), coming);
        return refusal == null
                ? Doing.done(draft, children.stream().map(TreeNode::id).toList())
                : new Refused(refusal);
    }

    /// What `rest` adopts in place of `children`, but not with others around them: that would wrap
    /// again what is unwrapped.
    private List<TreeNode> lifted(TreeNode rest, List<TreeNode> children) {
        List<TreeNode> adopted = filling.adopted(tree, rest, children);
        return ids(adopted).equals(ids(children)) ? adopted : children;
    }

    private static List<String> ids(List<TreeNode> nodes) {
        return nodes.stream().map(TreeNode::id).toList();
    }
}
