package dev.tenon.designer.collaboration;

import dev.tenon.designer.json.Json;
import dev.tenon.designer.json.JsonArray;
import dev.tenon.designer.json.JsonBoolean;
import dev.tenon.designer.json.JsonNumber;
import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.json.JsonString;
import dev.tenon.designer.tree.TreeNode;
import java.util.Collection;
import java.util.TreeSet;
import java.util.function.Function;

/// Tells what replicas exchange as JSON. [Decoding] is the way back.
///
/// | thing | members |
/// |---|---|
/// | update | `tenon` "update", `version` 1, `site`, `rules`, `has` {site: count}, `clock`, `contributions` |
/// | snapshot | `tenon` "snapshot", `version` 1, `rules`, `root`, `deleted`, `sites`, `contributions` |
/// | of its settled part | `has`, `clock` and `last` (site), beside those |
/// | presence | `tenon` "presence", `version` 1, `site`, `name`, `color`, `selected`, `hovered`? |
/// | contribution | `site`, `clock`, `sequence`, `type`, `steps` |
/// | step | `do`, and what that needs |
/// | place | `parent`, `left`, `right`, `leansRight`? |
/// | node | `id`, `component`, `source`?, `hidden`?, `props`?, `children`?, `more`? |
///
/// | `do` | members beside it |
/// |---|---|
/// | insert | `node`, `place` |
/// | delete | `id` |
/// | move | `id`, `place` |
/// | set | `id`, `settings` [{`path`, `value`?}] |
/// | rename | `id`, `to` |
/// | hide | `id`, `hidden` |
/// | load | `node` |
/// | join | `site` |
/// | leave | |
final class Encoding {
    /// The version of the format.
    static final int VERSION = 1;

    private Encoding() {}

    static JsonObject update(Update update) {
        return head("update")
                .with("site", new JsonString(update.site()))
                .with("rules", new JsonString(update.rules()))
                .with("has", version(update.version()))
                .with("clock", JsonNumber.of(update.clock()))
                .with("contributions", list(update.contributions(), Encoding::contribution));
    }

    static JsonObject snapshot(Snapshot snapshot) {
        return head("snapshot")
                .with("rules", new JsonString(snapshot.rules()))
                .with("root", node(snapshot.root()))
                .with("deleted", list(snapshot.deleted(), Encoding::node))
                .with("has", version(snapshot.version()))
                .with("clock", JsonNumber.of(snapshot.settled().clock()))
                .with("last", new JsonString(snapshot.settled().site()))
                .with("sites", list(new TreeSet<>(snapshot.sites()), JsonString::new))
                .with("contributions", list(snapshot.contributions(), Encoding::contribution));
    }

    static JsonObject presence(Presence presence) {
        JsonObject json =
                head("presence")
                        .with("site", new JsonString(presence.site()))
                        .with("name", new JsonString(presence.name()))
                        .with("color", JsonNumber.of((long) presence.color()))
                        .with("selected", list(presence.selection().ids(), JsonString::new));
        String hovered = presence.hover().id();
        return hovered == null ? json : json.with("hovered", new JsonString(hovered));
    }

    private static JsonObject head(String thing) {
        return JsonObject.of("tenon", thing, "version", VERSION);
    }

    private static JsonObject version(Version version) {
        JsonObject json = JsonObject.EMPTY;
        for (String site : new TreeSet<>(version.counts().keySet())) {
            json = json.with(site, JsonNumber.of(version.count(site)));
        }
        return json;
    }

    static JsonObject contribution(Contribution contribution) {
        return JsonObject.of(
                "site",
                contribution.site(),
                "clock",
                contribution.stamp().clock(),
                "sequence",
                contribution.sequence(),
                "type",
                contribution.type(),
                "steps",
                list(contribution.steps(), Encoding::step));
    }

    private static JsonObject step(Step step) {
        return switch (step) {
            case Step.Insert(TreeNode node, Place place) ->
                    JsonObject.of("do", "insert", "node", node(node), "place", place(place));
            case Step.Delete(String id) -> JsonObject.of("do", "delete", "id", id);
            case Step.Move(String id, Place place) ->
                    JsonObject.of("do", "move", "id", id, "place", place(place));
            case Step.Assign assign ->
                    JsonObject.of(
                            "do",
                            "set",
                            "id",
                            assign.id(),
                            "settings",
                            list(assign.settings(), Encoding::assignment));
            case Step.Rename(String id, String name) ->
                    JsonObject.of("do", "rename", "id", id, "to", name);
            case Step.Hide(String id, boolean hidden) ->
                    JsonObject.of("do", "hide", "id", id, "hidden", hidden);
            case Step.Load(TreeNode root) -> JsonObject.of("do", "load", "node", node(root));
            case Step.Join(String site) -> JsonObject.of("do", "join", "site", site);
            case Step.Leave() -> JsonObject.of("do", new JsonString("leave"));
        };
    }

    private static JsonObject assignment(Assignment assignment) {
        JsonObject json = JsonObject.of("path", list(assignment.path(), JsonString::new));
        return assignment.value() == null ? json : json.with("value", assignment.value());
    }

    private static JsonObject place(Place place) {
        JsonObject json =
                JsonObject.of(
                        "parent",
                        place.parent(),
                        "left",
                        list(place.left(), JsonString::new),
                        "right",
                        list(place.right(), JsonString::new));
        return place.leansRight() ? json.with("leansRight", JsonBoolean.TRUE) : json;
    }

    private static JsonObject node(TreeNode node) {
        JsonObject json = JsonObject.of("id", node.id(), "component", node.componentName());
        if (node.sourceName() != null) {
            json = json.with("source", new JsonString(node.sourceName()));
        }
        if (node.hidden()) {
            json = json.with("hidden", JsonBoolean.TRUE);
        }
        if (!node.props().isEmpty()) {
            json = json.with("props", node.props());
        }
        if (!node.children().isEmpty()) {
            json = json.with("children", list(node.children(), Encoding::node));
        }
        return node.more().isEmpty() ? json : json.with("more", node.more());
    }

    private static <T> JsonArray list(Collection<T> all, Function<T, Json> one) {
        return new JsonArray(all.stream().map(one).toList());
    }
}
