package dev.tenon.designer.document;

import dev.tenon.designer.json.Json;
import dev.tenon.designer.json.JsonArray;
import dev.tenon.designer.json.JsonBoolean;
import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.json.JsonString;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.function.UnaryOperator;

/// Version 1 to 2. In version 1 each node has all members, as the reference serialises it:
/// `sourceName`, `hidden`, `props` and `children` also where they are empty. From version 2 on
/// empty ones are left out, so that a line of a diff is a change of the design.
final class EmptyMembers implements Migration {
    @Override
    public int from() {
        return 1;
    }

    @Override
    public JsonObject up(JsonObject document) {
        return withRoot(document, EmptyMembers::sparse);
    }

    @Override
    public JsonObject down(JsonObject document) {
        return withRoot(document, EmptyMembers::full);
    }

    private static JsonObject withRoot(JsonObject document, UnaryOperator<JsonObject> change) {
        return document.get("root") instanceof JsonObject root
                ? document.with("root", change.apply(root))
                : document;
    }

    private static JsonObject sparse(JsonObject node) {
        var members = new LinkedHashMap<String, Json>();
        withChildren(node, EmptyMembers::sparse)
                .forEach((name, value) -> {
                    if (!isEmpty(name, value)) {
                        members.put(name, value);
                    }
                });
        return JsonObject.of(members);
    }

    private static boolean isEmpty(String name, Json value) {
        return switch (name) {
            case "sourceName" -> value.equals(new JsonString(""));
            case "hidden" -> value.equals(JsonBoolean.FALSE);
            case "props" -> value.equals(JsonObject.EMPTY);
            case "children" -> value.equals(JsonArray.EMPTY);
            default -> false;
        };
    }

    private static JsonObject full(JsonObject node) {
        var members = new LinkedHashMap<String, Json>();
        JsonObject changed = withChildren(node, EmptyMembers::full);
        changed.without("children").forEach(members::put);
        members.putIfAbsent("sourceName", new JsonString(""));
        members.putIfAbsent("hidden", JsonBoolean.FALSE);
        members.putIfAbsent("props", JsonObject.EMPTY);
        Json children = changed.get("children");
        members.put("children", children == null ? JsonArray.EMPTY : children);
        return JsonObject.of(members);
    }

    private static JsonObject withChildren(JsonObject node, UnaryOperator<JsonObject> change) {
        if (!(node.get("children") instanceof JsonArray array)) {
            return node;
        }
        List<Json> children = new ArrayList<>();
        for (Json child : array) {
            children.add(child instanceof JsonObject object ? change.apply(object) : child);
        }
        return node.with("children", new JsonArray(children));
    }
}
