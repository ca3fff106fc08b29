package dev.tenon.designer.document;

import dev.tenon.designer.DesignException;
import dev.tenon.designer.json.Json;
import dev.tenon.designer.json.JsonArray;
import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.json.JsonString;
import dev.tenon.designer.schema.SchemaTransform;
import dev.tenon.designer.tree.Ids;
import dev.tenon.designer.tree.Tree;
import dev.tenon.designer.tree.TreeNode;
import java.util.ArrayList;
import java.util.List;

/// Trees as the reference keeps them: one `ITreeNode` without a document around it.
public final class ReferenceTree {
    private ReferenceTree() {}

    /// Returns the tree that `json` tells. A root without an id or without props is written back to
    /// a schema without them, as the reference does.
    ///
    /// @param name stands for the text in messages
    /// @param ids names the nodes that have no id
    /// @throws DesignException as [NodeJson#tree], or if `json` is no object
    public static Tree read(String name, Json json, Ids ids) {
        if (!(json instanceof JsonObject object)) {
            throw new DesignException(
                    name + ": a tree must be an object; got " + NodeJson.kind(json));
        }
        Tree tree = NodeJson.tree(name, "", object, ids);
        List<Json> without = new ArrayList<>();
        if (!object.has("id")) {
            without.add(new JsonString("x-designable-id"));
        }
        if (!object.has("props")) {
            without.add(new JsonString("form"));
        }
        TreeNode root = tree.root();
        if (without.isEmpty() || root.more().has(SchemaTransform.WRITTEN)) {
            return tree;
        }
        JsonObject words = JsonObject.of("without", new JsonArray(without));
        return Tree.of(
                new TreeNode(
                        root.id(),
                        root.componentName(),
                        root.sourceName(),
                        root.hidden(),
                        root.props(),
                        root.children(),
                        root.more().with(SchemaTransform.WRITTEN, words)));
    }
}
