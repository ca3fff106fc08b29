package dev.tenon.designer.document;

import dev.tenon.designer.DesignException;
import dev.tenon.designer.json.Json;
import dev.tenon.designer.json.JsonNumber;
import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.json.JsonString;
import dev.tenon.designer.json.JsonText;
import dev.tenon.designer.tree.Ids;
import dev.tenon.designer.tree.Tree;
import java.util.LinkedHashMap;

/// A design in Tenon's format:
///
/// ```json
/// {"format": "tenon-design", "version": 2, "id": "8h2k0q4m1zx", "root": {"id": ..., "componentName": ...}}
/// ```
///
/// `root` is a node as [NodeJson] tells; members that are not known are kept. A document of an
/// older version is read as the newest, one of a newer version is refused. Equal documents have
/// equal text, with the members in one order, so that a version control shows what was edited.
///
/// @param id names the design
/// @param tree its nodes
/// @param more members that this version does not know, as they were
public record DesignDocument(String id, Tree tree, JsonObject more) {
    /// What `format` says.
    public static final String FORMAT = "tenon-design";

    /// Returns a document of `tree`.
    public static DesignDocument of(String id, Tree tree) {
        return new DesignDocument(id, tree, JsonObject.EMPTY);
    }

    /// Returns whether `json` says that it is a document of this format.
    public static boolean is(Json json) {
        return json instanceof JsonObject object && object.has("format");
    }

    /// Returns the document that `json` tells, of any version up to the newest.
    ///
    /// @param name stands for the document in messages
    /// @param ids names what has no id
    /// @throws DesignException if the format is another, the version is newer, or a member has
    ///   another type, an id comes twice, or the tree is beyond the bounds of [Tree]
    public static DesignDocument read(String name, Json json, Ids ids) {
        JsonObject document = checked(name, json);
        document = Migrations.TENON.migrate(name, document, Migrations.TENON.newest());
        Json id = document.get("id");
        if (id != null && !(id instanceof JsonString)) {
            throw new DesignException(name + ": id must be text; got " + NodeJson.kind(id));
        }
        if (!(document.get("root") instanceof JsonObject root)) {
            Json other = document.get("root");
            throw new DesignException(
                    name
                            + ": root must be a node, an object; got "
                            + (other == null ? "none" : NodeJson.kind(other)));
        }
        return new DesignDocument(
                id instanceof JsonString(String text) ? text : ids.next(),
                NodeJson.tree(name, "/root", root, ids),
                document.without("format").without("version").without("id").without("root"));
    }

    /// Returns `json` as a document of version `to`, with nothing else changed.
    ///
    /// @param name stands for the document in messages
    /// @throws DesignException as [#read], or if there is no version `to`
    public static JsonObject migrated(String name, Json json, int to) {
        return Migrations.TENON.migrate(name, checked(name, json), to);
    }

    private static JsonObject checked(String name, Json json) {
        if (!(json instanceof JsonObject document)) {
            throw new DesignException(
                    name + ": a document must be an object; got " + NodeJson.kind(json));
        }
        Json format = document.get("format");
        if (!new JsonString(FORMAT).equals(format)) {
            throw new DesignException(
                    name
                            + ": format must be \""
                            + FORMAT
                            + "\"; got "
                            + (format == null ? "none" : JsonText.compact(format)));
        }
        return document;
    }

    /// Returns this document in the newest version.
    public JsonObject json() {
        var json = new LinkedHashMap<String, Json>();
        json.put("format", new JsonString(FORMAT));
        json.put("version", JsonNumber.of((long) Migrations.TENON.newest()));
        json.put("id", new JsonString(id));
        more.forEach(json::putIfAbsent);
        json.put("root", NodeJson.json(tree.root()));
        return JsonObject.of(json);
    }
}
