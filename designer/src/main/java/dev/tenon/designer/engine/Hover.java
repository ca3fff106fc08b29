package dev.tenon.designer.engine;

import dev.tenon.designer.tree.Tree;
import org.jspecify.annotations.Nullable;

/// The node under the pointer, a value as [Selection] is one.
///
/// @param id the node, or null for none
public record Hover(@Nullable String id) {
    /// Nothing.
    public static final Hover NONE = new Hover(null);

    /// Returns the hover of `id`.
    public static Hover of(String id) {
        return new Hover(id);
    }

    /// Returns whether the pointer is over `id`.
    public boolean has(String id) {
        return id.equals(this.id);
    }

    /// Returns this hover, or none where `tree` lacks the node.
    public Hover in(Tree tree) {
        return id == null || tree.contains(id) ? this : NONE;
    }
}
