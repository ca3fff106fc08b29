package dev.tenon.designer.tree;

import dev.tenon.designer.json.JsonObject;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A node of a design: immutable, so that the history, the clipboard and the views of many readers
/// share it. Changing one makes a new one that shares props and children.
///
/// A node does not know its parent: [Tree] answers for places.
///
/// @param id names the node, once in a tree
/// @param componentName the kind of node, which [dev.tenon.designer.behavior.Registry] explains
/// @param sourceName the resource that the node was made from, or null
/// @param hidden whether the canvas leaves the node out
/// @param props the settings
/// @param children the nodes inside, in order
/// @param more what a document said about the node in words that this version does not know; kept
///   as it was
public record TreeNode(
        String id,
        String componentName,
        @Nullable String sourceName,
        boolean hidden,
        JsonObject props,
        Children children,
        JsonObject more) {

    /// Returns a node without settings and children.
    public static TreeNode of(String id, String componentName) {
        return of(id, componentName, JsonObject.EMPTY, List.of());
    }

    /// Returns a node with settings and children.
    public static TreeNode of(
            String id, String componentName, JsonObject props, Collection<TreeNode> children) {
        return new TreeNode(
                id, componentName, null, false, props, Children.of(children), JsonObject.EMPTY);
    }

    /// Returns this node under the name `id`.
    public TreeNode withId(String id) {
        return new TreeNode(id, componentName, sourceName, hidden, props, children, more);
    }

    /// Returns this node as a `componentName`.
    public TreeNode withComponentName(String componentName) {
        return new TreeNode(id, componentName, sourceName, hidden, props, children, more);
    }

    /// Returns this node hidden or shown.
    public TreeNode withHidden(boolean hidden) {
        return new TreeNode(id, componentName, sourceName, hidden, props, children, more);
    }

    /// Returns this node with the settings `props`.
    public TreeNode withProps(JsonObject props) {
        return new TreeNode(id, componentName, sourceName, hidden, props, children, more);
    }

    /// Returns this node with `children` inside.
    public TreeNode withChildren(Collection<TreeNode> children) {
        return new TreeNode(
                id, componentName, sourceName, hidden, props, Children.of(children), more);
    }

    /// Returns a deep copy whose nodes have new names from `ids`, taken in pre-order.
    public TreeNode copy(Ids ids) {
        String fresh = ids.next();
        return withId(fresh).withChildren(children.stream().map(child -> child.copy(ids)).toList());
    }

    /// Calls `visitor` with this node and each below it in pre-order: a node before its children,
    /// siblings in order.
    public void forEach(Consumer<TreeNode> visitor) {
        visitor.accept(this);
        for (TreeNode child : children) {
            child.forEach(visitor);
        }
    }

    /// Returns how many nodes there are, this one included.
    public int size() {
        int size = 1;
        for (TreeNode child : children) {
            size += child.size();
        }
        return size;
    }

    /// Returns how many levels there are, this one included: 1 for a node without children.
    public int height() {
        int below = 0;
        for (TreeNode child : children) {
            below = Math.max(below, child.height());
        }
        return below + 1;
    }
}
