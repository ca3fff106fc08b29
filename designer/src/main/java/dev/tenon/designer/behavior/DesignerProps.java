package dev.tenon.designer.behavior;

import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.tree.Ids;
import dev.tenon.designer.tree.Tree;
import dev.tenon.designer.tree.TreeNode;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a behaviour declares of a component. Null means that it says nothing: another behaviour
/// may, else the default of [Rules] holds.
///
/// | component | meaning | default |
/// |---|---|---|
/// | `about` | title, description, icon, package, version: for people | none |
/// | `droppable` | whether nodes may go inside | no |
/// | `draggable`, `deletable`, `cloneable` | what a user may do with the node | yes; never the root |
/// | `resizable` | how a new width or height is saved, by axis | not resizable |
/// | `translatable` | how a new place is saved | not movable |
/// | `inlineChildrenLayout` | children stand side by side, whatever the page says | no |
/// | `selfRenderChildren` | the component draws its children itself | no |
/// | `propsSchema` | JSON Schema of the settings panel | no panel |
/// | `defaultProps` | what the canvas shows for settings that the node lacks | none |
/// | `allowAppend` | a say in what goes inside, where the component is droppable | anything |
/// | `allowInside` | a say in what may be inside once `adopt` has had its turn | `allowAppend` |
/// | `allowSiblings` | a say in what goes beside | anything |
/// | `allowDrop` | a say in where the node goes | anywhere |
/// | `adopt` | what goes inside in place of the nodes that were dropped | the nodes |
/// | `dragNodes` | which nodes a drag of this node takes | the node |
/// | `dropNodes` | which nodes a drop of this node leaves | the node |
/// | `componentProps` | more settings for drawing, made from the node | none |
///
/// The names are the reference's (Designable's `IDesignerProps`) but for `adopt`: there a component
/// vetoes an append and sets its children in an effect, here the model asks it.
public record DesignerProps(
        @Nullable JsonObject about,
        @Nullable Boolean droppable,
        @Nullable Boolean draggable,
        @Nullable Boolean deletable,
        @Nullable Boolean cloneable,
        @Nullable Map<Axis, Resizing> resizable,
        @Nullable Translating translatable,
        @Nullable Boolean inlineChildrenLayout,
        @Nullable Boolean selfRenderChildren,
        @Nullable JsonObject propsSchema,
        @Nullable JsonObject defaultProps,
        @Nullable NodesRule allowAppend,
        @Nullable NodesRule allowInside,
        @Nullable NodesRule allowSiblings,
        @Nullable DropRule allowDrop,
        @Nullable Adoption adopt,
        @Nullable Dragging dragNodes,
        @Nullable Dropping dropNodes,
        @Nullable Drawing componentProps) {

    /// Declares nothing.
    public static final DesignerProps NONE = builder().build();

    /// The two directions in which a node has a size.
    public enum Axis {
        /// Width.
        X,
        /// Height.
        Y
    }

    /// How a component saves another size.
    @FunctionalInterface
    public interface Resizing {
        /// Returns the settings of `node` after it has become `pixels` larger (smaller where
        /// negative) than the `size` pixels that it is drawn with.
        JsonObject resize(TreeNode node, double size, double pixels);
    }

    /// How a component saves another place.
    @FunctionalInterface
    public interface Translating {
        /// Returns the settings of `node` after a move by `dx` and `dy` pixels.
        JsonObject translate(TreeNode node, double dx, double dy);
    }

    /// Says whether `sources` may go into, or beside, `target`, as `tree` stands before.
    @FunctionalInterface
    public interface NodesRule {
        /// Returns whether they may.
        boolean allows(Tree tree, TreeNode target, List<TreeNode> sources);
    }

    /// Says whether `node` may go into `parent`, as `tree` stands before.
    @FunctionalInterface
    public interface DropRule {
        /// Returns whether it may.
        boolean allows(Tree tree, TreeNode node, TreeNode parent);
    }

    /// Says what goes into `target` in place of `sources`: a collapse wraps them in a panel.
    @FunctionalInterface
    public interface Adoption {
        /// Returns the nodes to put into `target`. A node of `sources` may be anywhere in them,
        /// with other settings if need be; new nodes take their names from `ids`. A child of
        /// `target` that is none of `sources` stays in its place and takes those of its children
        /// that it lacks: so a table puts what is dropped on it into a new column of its row.
        List<TreeNode> adopt(Tree tree, TreeNode target, List<TreeNode> sources, Ids ids);
    }

    /// Says which nodes a drag of `node` takes.
    @FunctionalInterface
    public interface Dragging {
        /// Returns the nodes.
        List<TreeNode> dragged(TreeNode node);
    }

    /// Says which nodes a drop of `node` into `parent` leaves.
    @FunctionalInterface
    public interface Dropping {
        /// Returns the nodes.
        List<TreeNode> dropped(TreeNode node, TreeNode parent);
    }

    /// Says with which further settings `node` is drawn.
    @FunctionalInterface
    public interface Drawing {
        /// Returns the settings.
        JsonObject drawn(TreeNode node);
    }

    /// Returns these declarations with those of `later` in their place where it has any.
    @SuppressWarnings("ReferenceEquality") // that which declares nothing is one object
    public DesignerProps with(DesignerProps later) {
        if (this == NONE || later == NONE) {
            return this == NONE ? later : this;
        }
        return new DesignerProps(
                merged(about, later.about),
                later(droppable, later.droppable),
                later(draggable, later.draggable),
                later(deletable, later.deletable),
                later(cloneable, later.cloneable),
                later(resizable, later.resizable),
                later(translatable, later.translatable),
                later(inlineChildrenLayout, later.inlineChildrenLayout),
                later(selfRenderChildren, later.selfRenderChildren),
                later(propsSchema, later.propsSchema),
                later(defaultProps, later.defaultProps),
                later(allowAppend, later.allowAppend),
                later(allowInside, later.allowInside),
                later(allowSiblings, later.allowSiblings),
                later(allowDrop, later.allowDrop),
                later(adopt, later.adopt),
                later(dragNodes, later.dragNodes),
                later(dropNodes, later.dropNodes),
                later(componentProps, later.componentProps));
    }

    private static <T> @Nullable T later(@Nullable T earlier, @Nullable T later) {
        return later == null ? earlier : later;
    }

    private static @Nullable JsonObject merged(
            @Nullable JsonObject earlier, @Nullable JsonObject later) {
        return earlier == null || later == null ? later(earlier, later) : earlier.withAll(later);
    }

    /// Returns a builder that declares nothing yet.
    public static Builder builder() {
        return new Builder();
    }

    /// Gathers declarations by name.
    public static final class Builder {
        private @Nullable JsonObject about;
        private @Nullable Boolean droppable;
        private @Nullable Boolean draggable;
        private @Nullable Boolean deletable;
        private @Nullable Boolean cloneable;
        private @Nullable Map<Axis, Resizing> resizable;
        private @Nullable Translating translatable;
        private @Nullable Boolean inlineChildrenLayout;
        private @Nullable Boolean selfRenderChildren;
        private @Nullable JsonObject propsSchema;
        private @Nullable JsonObject defaultProps;
        private @Nullable NodesRule allowAppend;
        private @Nullable NodesRule allowInside;
        private @Nullable NodesRule allowSiblings;
        private @Nullable DropRule allowDrop;
        private @Nullable Adoption adopt;
        private @Nullable Dragging dragNodes;
        private @Nullable Dropping dropNodes;
        private @Nullable Drawing componentProps;

        private Builder() {}

        /// Sets what is said to people.
        public Builder about(JsonObject about) {
            this.about = about;
            return this;
        }

        /// Sets whether nodes may go inside.
        public Builder droppable(boolean droppable) {
            this.droppable = droppable;
            return this;
        }

        /// Sets whether the node may be moved.
        public Builder draggable(boolean draggable) {
            this.draggable = draggable;
            return this;
        }

        /// Sets whether the node may be removed.
        public Builder deletable(boolean deletable) {
            this.deletable = deletable;
            return this;
        }

        /// Sets whether the node may be copied.
        public Builder cloneable(boolean cloneable) {
            this.cloneable = cloneable;
            return this;
        }

        /// Sets how another size is saved, for each axis that can change.
        public Builder resizable(Map<Axis, Resizing> resizable) {
            this.resizable = Map.copyOf(resizable);
            return this;
        }

        /// Sets how another place is saved.
        public Builder translatable(Translating translatable) {
            this.translatable = translatable;
            return this;
        }

        /// Sets whether children stand side by side.
        public Builder inlineChildrenLayout(boolean inlineChildrenLayout) {
            this.inlineChildrenLayout = inlineChildrenLayout;
            return this;
        }

        /// Sets whether the component draws its children itself.
        public Builder selfRenderChildren(boolean selfRenderChildren) {
            this.selfRenderChildren = selfRenderChildren;
            return this;
        }

        /// Sets the schema of the settings panel.
        public Builder propsSchema(JsonObject propsSchema) {
            this.propsSchema = propsSchema;
            return this;
        }

        /// Sets what the canvas shows for settings that a node lacks.
        public Builder defaultProps(JsonObject defaultProps) {
            this.defaultProps = defaultProps;
            return this;
        }

        /// Sets the say in what goes inside.
        public Builder allowAppend(NodesRule allowAppend) {
            this.allowAppend = allowAppend;
            return this;
        }

        /// Sets the say in what may be inside, once `adopt` has had its turn.
        public Builder allowInside(NodesRule allowInside) {
            this.allowInside = allowInside;
            return this;
        }

        /// Sets the say in what goes beside.
        public Builder allowSiblings(NodesRule allowSiblings) {
            this.allowSiblings = allowSiblings;
            return this;
        }

        /// Sets the say in where the node goes.
        public Builder allowDrop(DropRule allowDrop) {
            this.allowDrop = allowDrop;
            return this;
        }

        /// Sets what goes inside in place of what was dropped.
        public Builder adopt(Adoption adopt) {
            this.adopt = adopt;
            return this;
        }

        /// Sets which nodes a drag takes.
        public Builder dragNodes(Dragging dragNodes) {
            this.dragNodes = dragNodes;
            return this;
        }

        /// Sets which nodes a drop leaves.
        public Builder dropNodes(Dropping dropNodes) {
            this.dropNodes = dropNodes;
            return this;
        }

        /// Sets the further settings for drawing.
        public Builder componentProps(Drawing componentProps) {
            this.componentProps = componentProps;
            return this;
        }

        /// Returns the declarations.
        public DesignerProps build() {
            return new DesignerProps(
                    about,
                    droppable,
                    draggable,
                    deletable,
                    cloneable,
                    resizable,
                    translatable,
                    inlineChildrenLayout,
                    selfRenderChildren,
                    propsSchema,
                    defaultProps,
                    allowAppend,
                    allowInside,
                    allowSiblings,
                    allowDrop,
                    adopt,
                    dragNodes,
                    dropNodes,
                    componentProps);
        }
    }
}
