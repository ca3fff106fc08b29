package dev.tenon.designer.document;

import dev.tenon.designer.DesignException;
import dev.tenon.designer.json.Json;
import dev.tenon.designer.json.JsonArray;
import dev.tenon.designer.json.JsonBoolean;
import dev.tenon.designer.json.JsonNull;
import dev.tenon.designer.json.JsonNumber;
import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.json.JsonString;
import dev.tenon.designer.json.JsonText;
import dev.tenon.designer.tree.Children;
import dev.tenon.designer.tree.Ids;
import dev.tenon.designer.tree.Tree;
import dev.tenon.designer.tree.TreeNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A node as JSON, the reference's `ITreeNode`:
///
/// | member | type | absent |
/// |---|---|---|
/// | `id` | text | a new one |
/// | `componentName` | text | `""` |
/// | `sourceName` | text | null |
/// | `hidden` | true or false | false |
/// | `props` | object | none |
/// | `children` | array of nodes | none |
/// | any other | any | kept in [TreeNode#more] |
///
/// A member that is null is taken as absent. The members are written in this order, the others
/// between `props` and `children`; those that are empty are left out, `id` and `componentName`
/// aside.
public final class NodeJson {
    private static final Set<String> KNOWN =
            Set.of("id", "componentName", "sourceName", "hidden", "props", "children");

    private final String name;
    private final Ids ids;
    private final JsonObject root;
    private final String rootPlace;
    private final Set<String> seen = new HashSet<>();
    private final Map<JsonObject, JsonObject> mores = new HashMap<>(); // many are the same

    private NodeJson(String name, String rootPlace, JsonObject root, Ids ids) {
        this.name = name;
        this.rootPlace = rootPlace;
        this.root = root;
        this.ids = ids;
    }

    /// Returns the tree of `root`.
    ///
    /// @param name stands for the document in messages
    /// @param place where the root is in it, as a JSON pointer
    /// @param root the root
    /// @param ids names the nodes that have no id
    /// @throws DesignException if a member has another type, two nodes have the same id, a node is
    ///   deeper than [Tree#DEEPEST], or there are more than [Tree#MOST_NODES]
    public static Tree tree(String name, String place, JsonObject root, Ids ids) {
        var reading = new NodeJson(name, place, root, ids);
        return Tree.of(reading.node(root, new ArrayList<>()));
    }

    private TreeNode node(JsonObject json, List<Integer> path) {
        if (path.size() > Tree.DEEPEST) {
            throw refused(
                    path,
                    "a node must be at most " + Tree.DEEPEST + " below the root; one is deeper");
        }
        String id = id(json, path);
        if (seen.size() > Tree.MOST_NODES) {
            throw new DesignException(
                    name + ": must have at most " + Tree.MOST_NODES + " nodes; it has more");
        }
        List<TreeNode> children = new ArrayList<>();
        switch (json.get("children")) {
            case null -> {}
            case JsonNull _ -> {}
            case JsonArray array -> {
                for (Json child : array) {
                    path.add(children.size());
                    if (!(child instanceof JsonObject object)) {
                        throw refused(path, "a node must be an object; got " + kind(child));
                    }
                    children.add(node(object, path));
                    path.removeLast();
                }
            }
            case Json other -> throw refused(path, "children must be an array; got " + kind(other));
        }
        String component = text(json, "componentName", path);
        return new TreeNode(
                id,
                component == null ? "" : component,
                text(json, "sourceName", path),
                hidden(json, path),
                props(json, path),
                Children.of(children),
                more(json));
    }

    private String id(JsonObject json, List<Integer> path) {
        String id = text(json, "id", path);
        if (id == null || id.isEmpty()) {
            do {
                id = ids.next();
            } while (!seen.add(id));
            return id;
        }
        if (!seen.add(id)) {
            throw new DesignException(
                    name
                            + ": an id must name one node; \""
                            + JsonText.brief(id)
                            + "\" names "
                            + firstPlace(id)
                            + " and "
                            + place(path));
        }
        return id;
    }

    private String firstPlace(String id) {
        List<Integer> path = new ArrayList<>();
        return find(root, id, path) ? place(path) : "a node";
    }

    private static boolean find(JsonObject json, String id, List<Integer> path) {
        if (id.equals(json.text("id"))) {
            return true;
        }
        if (json.get("children") instanceof JsonArray array) {
            for (int i = 0; i < array.size(); i++) {
                path.add(i);
                if (array.get(i) instanceof JsonObject child && find(child, id, path)) {
                    return true;
                }
                path.removeLast();
            }
        }
        return false;
    }

    private @Nullable String text(JsonObject json, String member, List<Integer> path) {
        return switch (json.get(member)) {
            case null -> null;
            case JsonNull _ -> null;
            case JsonString(String text) -> text;
            case Json other -> throw refused(path, member + " must be text; got " + kind(other));
        };
    }

    private boolean hidden(JsonObject json, List<Integer> path) {
        return switch (json.get("hidden")) {
            case null -> false;
            case JsonNull _ -> false;
            case JsonBoolean(boolean hidden) -> hidden;
            case Json other ->
                    throw refused(path, "hidden must be true or false; got " + kind(other));
        };
    }

    private JsonObject props(JsonObject json, List<Integer> path) {
        return switch (json.get("props")) {
            case null -> JsonObject.EMPTY;
            case JsonNull _ -> JsonObject.EMPTY;
            case JsonObject props -> props;
            case Json other -> throw refused(path, "props must be an object; got " + kind(other));
        };
    }

    private JsonObject more(JsonObject json) {
        var more = new LinkedHashMap<String, Json>();
        json.forEach((member, value) -> {
            if (!KNOWN.contains(member)) {
                more.put(member, value);
            }
        });
        JsonObject all = JsonObject.of(more);
        return isSmall(all) ? mores.computeIfAbsent(all, same -> same) : all;
    }

    /// Whether an object is likely to be that of many nodes, and soon compared.
    private static boolean isSmall(JsonObject object) {
        return object.size() == 1
                && object.entries().iterator().next().getValue() instanceof JsonObject inner
                && inner.size() == 1
                && inner.entries().iterator().next().getValue() instanceof JsonArray array
                && array.size() < 4;
    }

    private DesignException refused(List<Integer> path, String message) {
        return new DesignException(name + ": " + place(path) + ": " + message);
    }

    private String place(List<Integer> path) {
        var place = new StringBuilder(rootPlace);
        path.forEach(index -> place.append("/children/").append(index));
        return place.length() > 120
                ? place.substring(0, 60) + "..." + place.substring(place.length() - 40)
                : place.isEmpty() ? "the root" : place.toString();
    }

    static String kind(Json value) {
        return switch (value) {
            case JsonObject _ -> "an object";
            case JsonArray _ -> "an array";
            case JsonString _ -> "a text";
            case JsonNumber number -> number.toString();
            case JsonBoolean truth -> truth.toString();
            case JsonNull _ -> "null";
        };
    }

    /// Returns `node` as JSON.
    public static JsonObject json(TreeNode node) {
        var json = new LinkedHashMap<String, Json>();
        json.put("id", new JsonString(node.id()));
        json.put("componentName", new JsonString(node.componentName()));
        String source = node.sourceName();
        if (source != null) {
            json.put("sourceName", new JsonString(source));
        }
        if (node.hidden()) {
            json.put("hidden", JsonBoolean.TRUE);
        }
        if (!node.props().isEmpty()) {
            json.put("props", node.props());
        }
        node.more().forEach(json::putIfAbsent);
        if (!node.children().isEmpty()) {
            json.put(
                    "children",
                    new JsonArray(node.children().stream().<Json>map(NodeJson::json).toList()));
        }
        return JsonObject.of(json);
    }
}
