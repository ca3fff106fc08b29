package dev.tenon.designer.collaboration;

import dev.tenon.designer.DesignException;
import dev.tenon.designer.engine.Hover;
import dev.tenon.designer.engine.Selection;
import dev.tenon.designer.json.Json;
import dev.tenon.designer.json.JsonArray;
import dev.tenon.designer.json.JsonNumber;
import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.json.JsonString;
import dev.tenon.designer.tree.Children;
import dev.tenon.designer.tree.Tree;
import dev.tenon.designer.tree.TreeNode;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Reads what [Encoding] tells; the other side may send anything.
///
/// @param name stands for the whole in messages
record Decoding(String name) {
    private static final long MOST = (1L << 53) - 1; // what every reader of JSON keeps exactly
    private static final int LONGEST = 200; // of a site's name

    Update update(Json json) {
        JsonObject object = whole(json, "update");
        return new Update(
                site(object),
                text(object, "rules"),
                version(object),
                number(object, "clock", 0, MOST),
                list(object, "contributions", Update.MOST, this::contribution));
    }

    Snapshot snapshot(Json json) {
        JsonObject object = whole(json, "snapshot");
        TreeNode root = tree(required(object, "root"));
        List<TreeNode> deleted = list(object, "deleted", Tree.MOST_NODES, this::node);
        Tree.of(TreeNode.of("\0", "", JsonObject.EMPTY, deleted)); // checks
        return new Snapshot(
                text(object, "rules"),
                root,
                deleted,
                version(object),
                new Stamp(number(object, "clock", 0, MOST), text(object, "last")),
                Set.copyOf(list(object, "sites", Update.MOST, this::string)),
                list(object, "contributions", Tree.MOST_NODES, this::contribution));
    }

    Presence presence(Json json) {
        JsonObject object = whole(json, "presence");
        return new Presence(
                site(object),
                text(object, "name"),
                (int) number(object, "color", 0, Presence.COLORS - 1),
                new Selection(list(object, "selected", Tree.MOST_NODES, this::string)),
                object.has("hovered") ? Hover.of(text(object, "hovered")) : Hover.NONE);
    }

    private JsonObject whole(Json json, String thing) {
        JsonObject object = object(json);
        String found = text(object, "tenon");
        long version = number(object, "version", 1, MOST);
        if (!found.equals(thing) || version != Encoding.VERSION) {
            throw wrong(
                    "must be tenon's " + thing + " of version " + Encoding.VERSION,
                    found + " of version " + version);
        }
        return object;
    }

    private Version version(JsonObject object) {
        JsonObject has = object(required(object, "has"));
        if (has.size() > Update.MOST) {
            throw wrong("has must have at most " + Update.MOST + " sites", has.size());
        }
        Map<String, Long> counts = new LinkedHashMap<>();
        has.names().forEach(site -> counts.put(site, number(has, site, 1, MOST)));
        return new Version(counts);
    }

    Contribution contribution(Json json) {
        JsonObject object = object(json);
        return new Contribution(
                new Stamp(number(object, "clock", 1, MOST), site(object)),
                number(object, "sequence", 1, MOST),
                text(object, "type"),
                list(object, "steps", Tree.MOST_NODES, this::step));
    }

    private Step step(Json json) {
        JsonObject object = object(json);
        String what = text(object, "do");
        return switch (what) {
            case "insert" -> new Step.Insert(tree(required(object, "node")), place(object));
            case "delete" -> new Step.Delete(text(object, "id"));
            case "move" -> new Step.Move(text(object, "id"), place(object));
            case "set" ->
                    new Step.Assign(
                            text(object, "id"),
                            list(object, "settings", Tree.MOST_NODES, this::setting));
            case "rename" -> new Step.Rename(text(object, "id"), text(object, "to"));
            case "hide" -> new Step.Hide(text(object, "id"), object.isTrue("hidden"));
            case "load" -> new Step.Load(tree(required(object, "node")));
            case "join" -> new Step.Join(text(object, "site"));
            case "leave" -> new Step.Leave();
            default ->
                    throw wrong(
                            "do must be insert, delete, move, set, rename, hide, load, join or"
                                    + " leave",
                            "\"" + shortened(what) + "\"");
        };
    }

    private Assignment setting(Json json) {
        JsonObject object = object(json);
        List<String> path = list(object, "path", Assignment.DEEPEST, this::string);
        if (path.isEmpty()) {
            throw wrong("path must have at least one name", "none");
        }
        return new Assignment(path, object.get("value"));
    }

    private Place place(JsonObject step) {
        JsonObject object = object(required(step, "place"));
        return new Place(
                text(object, "parent"),
                list(object, "left", Place.MOST, this::string),
                list(object, "right", Place.MOST, this::string),
                object.isTrue("leansRight"));
    }

    private TreeNode tree(Json json) {
        TreeNode node = node(json);
        Tree.of(node); // checks ids, depth and count
        return node;
    }

    /// Recursion ends: [dev.tenon.designer.json.JsonText] reads at most 1,000 levels.
    private TreeNode node(Json json) {
        JsonObject object = object(json);
        return new TreeNode(
                text(object, "id"),
                text(object, "component"),
                object.has("source") ? text(object, "source") : null,
                object.isTrue("hidden"),
                object.object("props"),
                Children.of(
                        object.has("children")
                                ? list(object, "children", Tree.MOST_NODES, this::node)
                                : List.of()),
                object.object("more"));
    }

    // ---- parts

    private String site(JsonObject object) {
        String site = text(object, "site");
        if (site.isEmpty() || site.length() > LONGEST) {
            throw wrong("site must have 1 to " + LONGEST + " characters", site.length());
        }
        return site;
    }

    private Json required(JsonObject object, String member) {
        Json value = object.get(member);
        if (value == null) {
            throw wrong(member + " must be there", shortened(String.join(", ", object.names())));
        }
        return value;
    }

    private JsonObject object(Json json) {
        if (!(json instanceof JsonObject object)) {
            throw wrong("an object must be there", kind(json));
        }
        return object;
    }

    private String string(Json json) {
        if (!(json instanceof JsonString(String value))) {
            throw wrong("a string must be there", kind(json));
        }
        return value;
    }

    private String text(JsonObject object, String member) {
        if (!(required(object, member) instanceof JsonString(String value))) {
            throw wrong(member + " must be a string", kind(object.get(member)));
        }
        return value;
    }

    private long number(JsonObject object, String member, long least, long most) {
        if (required(object, member) instanceof JsonNumber(BigDecimal value)
                && value.compareTo(BigDecimal.valueOf(least)) >= 0
                && value.compareTo(BigDecimal.valueOf(most)) <= 0
                && value.scale() <= 0) {
            return value.longValueExact();
        }
        throw wrong(
                member + " must be a whole number from " + least + " to " + most,
                shortened(String.valueOf(object.get(member))));
    }

    private <T> List<T> list(JsonObject object, String member, int most, Function<Json, T> one) {
        if (!(required(object, member) instanceof JsonArray array)) {
            throw wrong(member + " must be an array", kind(object.get(member)));
        }
        if (array.size() > most) {
            throw wrong(member + " must have at most " + most + " elements", array.size());
        }
        List<T> list = new ArrayList<>(array.size());
        for (Json element : array) {
            list.add(one.apply(element));
        }
        return list;
    }

    private static String kind(@Nullable Json json) {
        return switch (json) {
            case JsonObject _ -> "an object";
            case JsonArray _ -> "an array";
            case JsonString _ -> "a string";
            case null -> "nothing";
            default -> shortened(json.toString());
        };
    }

    private static String shortened(String text) {
        return text.length() <= 60 ? text : text.substring(0, 60) + "...";
    }

    private DesignException wrong(String rule, Object found) {
        return new DesignException(name + ": " + rule + "; got " + found);
    }
}
