package dev.tenon.designer.document;

import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.tree.Edit;

/// An edit as JSON: its `edit` is the kind, the other members are the components of the record, and
/// nodes are as [NodeJson] tells.
public final class EditJson {
    private EditJson() {}

    /// Returns `edit` as JSON.
    public static JsonObject json(Edit edit) {
        return switch (edit) {
            case Edit.Insert(var parent, var index, var node) ->
                    of("insert", "parent", parent, "index", index, "node", NodeJson.json(node));
            case Edit.Delete(var parent, var index, var node) ->
                    of("delete", "parent", parent, "index", index, "node", NodeJson.json(node));
            case Edit.Move(var id, var from, var fromIndex, var to, var toIndex) ->
                    of(
                            "move",
                            "id",
                            id,
                            "from",
                            from,
                            "fromIndex",
                            fromIndex,
                            "to",
                            to,
                            "toIndex",
                            toIndex);
            case Edit.Props(var id, var before, var after) ->
                    of("props", "id", id, "before", before, "after", after);
            case Edit.Rename(var id, var before, var after) ->
                    of("rename", "id", id, "before", before, "after", after);
            case Edit.Hide(var id, var before, var after) ->
                    of("hide", "id", id, "before", before, "after", after);
            case Edit.Replace(var before, var after) ->
                    of("replace", "before", NodeJson.json(before), "after", NodeJson.json(after));
        };
    }

    private static JsonObject of(String edit, Object... members) {
        return JsonObject.of("edit", edit).withAll(JsonObject.of(members));
    }
}
