package dev.tenon.designer.behavior;

import dev.tenon.designer.behavior.DesignerProps.Axis;
import dev.tenon.designer.behavior.DesignerProps.NodesRule;
import dev.tenon.designer.behavior.Refusal.Rule;
import dev.tenon.designer.tree.Tree;
import dev.tenon.designer.tree.TreeNode;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What may be done with the nodes of a tree, as the behaviours of a registry declare it. Each
/// question is answered with null, for yes, or the reason against it; the tree is as it stands
/// before the action.
///
/// @param registry whose behaviours
public record Rules(Registry registry) {
    /// Says whether `sources` may go into `target`: it is droppable, its `allowAppend` has nothing
    /// against them, and each one's `allowDrop` nothing against it.
    public @Nullable Refusal append(Tree tree, TreeNode target, List<TreeNode> sources) {
        DesignerProps props = registry.designerProps(target);
        return within(props, props.allowAppend(), tree, target, sources);
    }

    /// Says whether `sources` may be children of `target` once its `adopt` has had its turn: as
    /// [#append], but that `allowInside` is asked where it is declared.
    public @Nullable Refusal inside(Tree tree, TreeNode target, List<TreeNode> sources) {
        DesignerProps props = registry.designerProps(target);
        NodesRule rule = props.allowInside() == null ? props.allowAppend() : props.allowInside();
        return within(props, rule, tree, target, sources);
    }

    private @Nullable Refusal within(
            DesignerProps props,
            @Nullable NodesRule rule,
            Tree tree,
            TreeNode target,
            List<TreeNode> sources) {
        if (!isTrue(props.droppable(), false)) {
            return new Refusal(Rule.DROPPABLE, named(target) + " takes no children");
        }
        if (rule != null && !rule.allows(tree, target, sources)) {
            return new Refusal(
                    Rule.ALLOW_APPEND, named(target) + " does not take " + named(sources));
        }
        for (TreeNode source : sources) {
            Refusal refusal = drop(tree, source, target);
            if (refusal != null) {
                return refusal;
            }
        }
        return null;
    }

    /// Says whether `sources` may go beside `target`: its `allowSiblings` has nothing against them,
    /// and they may go into its parent.
    public @Nullable Refusal siblings(Tree tree, TreeNode target, List<TreeNode> sources) {
        DesignerProps props = registry.designerProps(target);
        if (props.allowSiblings() != null && !props.allowSiblings().allows(tree, target, sources)) {
            return new Refusal(
                    Rule.ALLOW_SIBLINGS,
                    named(target) + " does not stand beside " + named(sources));
        }
        TreeNode parent = tree.parent(target.id());
        return parent == null
                ? new Refusal(Rule.ROOT, "nothing goes beside the root " + named(target))
                : append(tree, parent, sources);
    }

    /// Says whether `node` may go into `parent`, as far as the node is concerned.
    public @Nullable Refusal drop(Tree tree, TreeNode node, TreeNode parent) {
        DesignerProps props = registry.designerProps(node);
        return props.allowDrop() == null || props.allowDrop().allows(tree, node, parent)
                ? null
                : new Refusal(Rule.ALLOW_DROP, named(node) + " does not go into " + named(parent));
    }

    /// Says whether `node` may move.
    public @Nullable Refusal drag(Tree tree, TreeNode node) {
        return may(tree, node, registry.designerProps(node).draggable(), Rule.DRAGGABLE, "moved");
    }

    /// Says whether `node` may be removed.
    public @Nullable Refusal delete(Tree tree, TreeNode node) {
        return may(tree, node, registry.designerProps(node).deletable(), Rule.DELETABLE, "removed");
    }

    /// Says whether `node` may be copied.
    public @Nullable Refusal copy(Tree tree, TreeNode node) {
        return may(tree, node, registry.designerProps(node).cloneable(), Rule.CLONEABLE, "copied");
    }

    /// Returns whether copies may be made of `node`, wherever it is.
    public boolean isCloneable(TreeNode node) {
        return isTrue(registry.designerProps(node).cloneable(), true);
    }

    private static @Nullable Refusal may(
            Tree tree, TreeNode node, @Nullable Boolean declared, Rule rule, String done) {
        if (tree.isRoot(node.id())) {
            return new Refusal(Rule.ROOT, "the root " + named(node) + " can't be " + done);
        }
        return isTrue(declared, true) ? null : new Refusal(rule, named(node) + " can't be " + done);
    }

    /// Returns the directions in which the size of `node` can change.
    public Set<Axis> resizable(TreeNode node) {
        Map<Axis, ?> resizable = registry.designerProps(node).resizable();
        return resizable == null ? Set.of() : Set.copyOf(resizable.keySet());
    }

    /// Returns whether `node` can be moved freely.
    public boolean isTranslatable(TreeNode node) {
        return registry.designerProps(node).translatable() != null;
    }

    /// Returns whether the children of `node` stand side by side, whatever the page says.
    public boolean isInline(TreeNode node) {
        return isTrue(registry.designerProps(node).inlineChildrenLayout(), false);
    }

    /// Returns the nodes that a drag of `nodes` takes: those that may move, each replaced by its
    /// `dragNodes`.
    public List<TreeNode> draggable(Tree tree, List<TreeNode> nodes) {
        return nodes.stream()
                .filter(node -> drag(tree, node) == null)
                .flatMap(node -> {
                    var dragging = registry.designerProps(node).dragNodes();
                    return dragging == null
                            ? List.of(node).stream()
                            : dragging.dragged(node).stream();
                })
                .toList();
    }

    /// Returns the nodes that a drop of `nodes` into `parent` leaves: those that may go there, each
    /// replaced by its `dropNodes`.
    public List<TreeNode> droppable(Tree tree, List<TreeNode> nodes, TreeNode parent) {
        return nodes.stream()
                .filter(node -> drop(tree, node, parent) == null)
                .flatMap(node -> {
                    var dropping = registry.designerProps(node).dropNodes();
                    return dropping == null
                            ? List.of(node).stream()
                            : dropping.dropped(node, parent).stream();
                })
                .toList();
    }

    private static boolean isTrue(@Nullable Boolean declared, boolean otherwise) {
        return Objects.requireNonNullElse(declared, otherwise);
    }

    /// By its id and its kind; of fields `x-component` says more than the component's name.
    private static String named(TreeNode node) {
        String kind = KindSelector.xComponent(node);
        return "\"" + node.id() + "\" (" + (kind == null ? node.componentName() : kind) + ")";
    }

    private static String named(List<TreeNode> nodes) {
        String some = String.join(", ", nodes.stream().limit(3).map(Rules::named).toList());
        return nodes.size() <= 3 ? some : some + " and " + (nodes.size() - 3) + " more";
    }
}
