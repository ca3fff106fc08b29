package dev.tenon.designer.schema;

import dev.tenon.designer.json.Json;
import dev.tenon.designer.json.JsonArray;
import dev.tenon.designer.json.JsonNumber;
import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.json.JsonString;
import dev.tenon.designer.json.JsonText;
import dev.tenon.designer.tree.Ids;
import dev.tenon.designer.tree.Tree;
import dev.tenon.designer.tree.TreeNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Writes one tree as a Formily document.
final class SchemaWriter {
    private static final String ID = "x-designable-id";

    /// What a Formily schema object says about itself, not about the field.
    private static final Set<String> BOOKKEEPING =
            Set.of("parent", "root", "version", "_isJSONSchemaObject");

    private static final Written NOTHING = new Written(JsonObject.EMPTY);

    /// The place of a field that is no property: its parent does not set its `x-index`.
    private static final int ITEM = -2;

    /// The place of a property whose `x-index` stays as it is.
    private static final int AS_WRITTEN = -1;

    private final SchemaTransform transform;
    private final Tree tree;
    private final boolean asWritten;
    private final List<Diagnostic> diagnostics = new ArrayList<>();
    private final Places told = new Places();
    private final Shapes shapes = new Shapes();
    private boolean refersToFields; // a `$ref` that was kept leads to what the tree shows
    private boolean resolvesThose; // such a `$ref` is not to be kept

    SchemaWriter(SchemaTransform transform, SchemaStyle style, Tree tree) {
        this.transform = transform;
        this.tree = tree;
        this.asWritten = style == SchemaStyle.AS_WRITTEN;
    }

    Transformed<JsonObject> write() {
        record Found(TreeNode node, Place place) {}
        Found form = null;
        List<Found> level = List.of(new Found(tree.root(), Place.ROOT));
        while (form == null && !level.isEmpty()) {
            List<Found> next = new ArrayList<>();
            for (Found at : level) {
                if (at.node.componentName().equals(transform.formName())) {
                    form = at;
                    break;
                }
                int index = 0;
                for (TreeNode child : at.node.children()) {
                    next.add(new Found(child, at.place.child(index++)));
                }
            }
            level = next;
        }
        if (form == null) {
            report(
                    tree.size() > 1 ? Severity.ERROR : Severity.WARNING,
                    Place.ROOT,
                    "no-form",
                    "a tree must have a "
                            + transform.formName()
                            + " to be written as a schema; the root is a "
                            + tree.root().componentName());
            return new Transformed<>(SchemaTransform.empty(), diagnostics);
        }
        if (!form.place.equals(Place.ROOT)) {
            report(
                    Severity.WARNING,
                    Place.ROOT,
                    "outside-form",
                    "only what is in the "
                            + transform.formName()
                            + " \""
                            + JsonText.brief(form.node.id())
                            + "\" is written; "
                            + (tree.size() - form.node.size())
                            + " nodes are outside it");
        }
        leftOut(form.node, form.place);
        List<Diagnostic> before = List.copyOf(diagnostics);
        JsonObject document = document(form.node, form.place);
        if (refersToFields && !isShownBy(document, form.node)) {
            diagnostics.clear();
            diagnostics.addAll(before);
            resolvesThose = true;
            document = document(form.node, form.place);
        }
        return new Transformed<>(document, diagnostics);
    }

    /// Whether the document shows the tree: a `$ref` to another field would show that one's edits.
    private boolean isShownBy(JsonObject document, TreeNode form) {
        TreeNode shown = transform.tree(document, Ids.of(new Random(0))).value().root();
        return shapes.ofChildren(shown).equals(shapes.ofChildren(form));
    }

    // ---- the document and its root

    private JsonObject document(TreeNode form, Place place) {
        Written written = Written.of(form);
        var document = new LinkedHashMap<String, Json>();
        if (!form.props().isEmpty() || !written.without("form")) {
            document.put("form", form.props());
        }
        document.put("schema", root(form, written, place));
        for (String name : List.of("form", "schema")) {
            Json original = written.instead().get(name);
            Json made = document.get(name);
            if (asWritten && original != null && made instanceof JsonObject object) {
                if (object.isEmpty()) {
                    document.put(name, original);
                }
            }
        }
        if (asWritten
                && written.without("schema")
                && document.get("schema") instanceof JsonObject schema
                && schema.isEmpty()) {
            document.remove("schema");
        }
        JsonObject others =
                written.words().get("document") instanceof JsonObject object
                        ? object
                        : JsonObject.EMPTY;
        others.forEach(document::putIfAbsent);
        return written.ordered(document, "order");
    }

    private JsonObject root(TreeNode form, Written written, Place place) {
        JsonObject reference = reference(form, written, true);
        if (reference != null) {
            return reference;
        }
        boolean hasOwn = written.words().get("schema") instanceof JsonObject;
        JsonObject own = written.words().object("schema");
        var schema = new LinkedHashMap<String, Json>();
        if (asWritten && hasOwn) {
            own.forEach(schema::put);
        } else {
            schema.put("type", new JsonString("object"));
            schema.put("properties", JsonObject.EMPTY);
            own.forEach(schema::putIfAbsent);
            BOOKKEEPING.forEach(schema::remove);
            schema.remove("$ref");
        }
        properties(form.children(), 0, place, written, schema);
        if (written.without(ID)) {
            schema.remove(ID);
        } else {
            putId(form, asWritten ? written : NOTHING, schema);
        }
        return asWritten ? written.ordered(schema, "keys") : JsonObject.of(schema);
    }

    /// The schema with a `$ref` that a node still shows, or null.
    private @Nullable JsonObject reference(TreeNode node, Written written, boolean isRoot) {
        if (!asWritten || !written.hasReference()) {
            return null;
        }
        JsonObject schema = written.reference(isRoot ? shapes.ofChildren(node) : shapes.of(node));
        String target = schema == null ? null : schema.text("$ref");
        if (target == null) {
            return null;
        }
        boolean toFields = target.matches("#(/(properties|items)(/.*)?)?");
        if (toFields && resolvesThose) {
            return null;
        }
        refersToFields |= toFields;
        return schema;
    }

    // ---- fields

    private Json field(TreeNode node, int index, Place place) {
        leftOut(node, place);
        Written written = Written.of(node);
        JsonObject reference = reference(node, written, false);
        if (reference != null) {
            return index < 0 || FieldOrder.is(node.props().get("x-index"), index)
                    ? reference
                    : reference.without("x-index").with("x-index", JsonNumber.of((long) index));
        }
        var schema = new LinkedHashMap<String, Json>();
        node.props().forEach(schema::put);
        if (asWritten) {
            asWritten(node, written, schema);
        } else {
            putId(node, NOTHING, schema);
        }
        Json value = written.value();
        if (value != null
                && isValue(node, index, schema)
                && (index != ITEM || SchemaReader.isShown("items", value))) {
            return value;
        }
        written.kept()
                .forEach((word, kept) -> {
                    if (asWritten || !isDroppedByNormal(word, kept)) {
                        schema.putIfAbsent(word, kept);
                    }
                });
        children(node, place, written, index == ITEM, schema);
        if (index >= 0) {
            schema.put("x-index", JsonNumber.of((long) index));
        }
        return asWritten ? written.ordered(schema, "keys") : JsonObject.of(schema);
    }

    private static void asWritten(TreeNode node, Written written, Map<String, Json> schema) {
        String name = Names.of(node);
        if (written.without("name") && schema.get("name") instanceof JsonString(String text)) {
            if (text.equals(name)) {
                schema.remove("name");
            }
        }
        Json original = written.instead().get("name");
        if (original != null) {
            schema.put("name", original);
        }
        if (written.without(ID)) {
            schema.remove(ID);
        } else {
            putId(node, written, schema);
        }
    }

    /// Puts what stood in the place of the node's id, or the id unless it stands there as a number.
    private static void putId(TreeNode node, Written written, Map<String, Json> schema) {
        Json original = written.instead().get(ID);
        Json there = schema.get(ID);
        if (original != null) {
            schema.put(ID, original);
        } else if (there == null || !node.id().equals(Names.text(there))) {
            schema.put(ID, new JsonString(node.id()));
        }
    }

    /// Whether what was no object may still be none.
    private boolean isValue(TreeNode node, int index, Map<String, Json> schema) {
        return asWritten && index < 0 && schema.isEmpty() && node.children().isEmpty();
    }

    private static boolean isDroppedByNormal(String word, Json value) {
        return BOOKKEEPING.contains(word)
                || word.equals("properties")
                || (word.equals("items") && !(value instanceof JsonArray));
    }

    private void children(
            TreeNode node, Place place, Written written, boolean isItem, Map<String, Json> schema) {
        if (node.children().isEmpty()) {
            return;
        }
        boolean isArray = "array".equals(node.props().text("type"));
        TreeNode first = node.children().getFirst();
        boolean takesItems = Written.firstIsItems(node) && (asWritten || isArray);
        if (takesItems && isField(first)) {
            schema.put("items", field(first, ITEM, place.child(0)));
            if (isArray) {
                arrayIndex(written, isItem, schema);
            }
        } else if (takesItems) {
            notAField(first, place.child(0));
        }
        List<TreeNode> rest =
                takesItems ? node.children().subList(1, node.children().size()) : node.children();
        properties(rest, takesItems ? 1 : 0, place, written, schema);
    }

    /// The reference gives an array with `items` an `x-index`, which its own parent overwrites
    /// where it is a property.
    private void arrayIndex(Written written, boolean isItem, Map<String, Json> schema) {
        Json original = asWritten ? written.instead().get("x-index") : null;
        if (isItem && original != null) {
            schema.put("x-index", original);
        } else if (isItem && !(asWritten && written.without("x-index"))) {
            schema.put("x-index", JsonNumber.of(0L));
        }
    }

    /// Puts `properties` with the fields among `children`.
    ///
    /// @param offset the index of the first of them in the node
    private void properties(
            List<TreeNode> children,
            int offset,
            Place place,
            Written written,
            Map<String, Json> schema) {
        Map<String, Integer> places = places(children, offset, place);
        if (places.isEmpty()) {
            return;
        }
        List<String> order = List.copyOf(places.keySet());
        Map<String, Json> indexes = new HashMap<>();
        places.forEach((name, i) -> {
            Json index = children.get(i).props().get("x-index");
            if (index != null) {
                indexes.put(name, index);
            }
        });
        List<String> names = order;
        List<String> fields = asWritten ? written.order("fields") : null;
        boolean keepsIndexes = fields != null;
        if (fields != null) {
            names = new ArrayList<>(fields);
            names.retainAll(places.keySet());
            var added = new ArrayList<>(order);
            added.removeAll(Set.copyOf(names));
            names.addAll(added);
            if (!FieldOrder.of(names, indexes::get).equals(order)) {
                names = order;
                keepsIndexes = FieldOrder.of(names, indexes::get).equals(order);
            }
        }
        var properties = new LinkedHashMap<String, Json>();
        if (schema.get("properties") instanceof JsonObject there) {
            there.forEach(properties::put);
        }
        for (String name : names) {
            int i = places.getOrDefault(name, 0);
            Place at = place.child(i + offset);
            properties.put(name, field(children.get(i), keepsIndexes ? AS_WRITTEN : i, at));
        }
        schema.put("properties", JsonObject.of(properties));
    }

    /// The index among `children` of each field, by the name that it is to be written under.
    private Map<String, Integer> places(List<TreeNode> children, int offset, Place place) {
        Map<String, Integer> places = new LinkedHashMap<>();
        for (int i = 0; i < children.size(); i++) {
            TreeNode child = children.get(i);
            Place at = place.child(i + offset);
            if (isField(child)) {
                places.put(free(places, child, at), i);
            } else {
                notAField(child, at);
            }
        }
        return places;
    }

    private String free(Map<String, Integer> taken, TreeNode child, Place place) {
        String name = Names.of(child);
        if (name == null) {
            report(
                    Severity.WARNING,
                    place,
                    "name",
                    "a name must be text; \""
                            + JsonText.brief(child.id())
                            + "\" has "
                            + kind(child));
        } else if (!taken.containsKey(name)) {
            return name;
        }
        String free = child.id();
        for (int i = 2; taken.containsKey(free); i++) {
            free = child.id() + "_" + i;
        }
        if (name != null) {
            report(
                    Severity.WARNING,
                    place,
                    "name-collision",
                    "siblings must have different names; \""
                            + JsonText.brief(child.id())
                            + "\" is the second \""
                            + JsonText.brief(name)
                            + "\" and is written as \""
                            + JsonText.brief(free)
                            + "\"");
        }
        return free;
    }

    private static String kind(TreeNode child) {
        return child.props().get("name") instanceof JsonArray ? "an array" : "an object";
    }

    private boolean isField(TreeNode node) {
        return node.componentName().equals(transform.fieldName());
    }

    // ---- diagnostics

    /// Reports what a schema does not say of a node.
    private void leftOut(TreeNode node, Place place) {
        if (node.hidden()) {
            report(
                    Severity.WARNING,
                    place,
                    "hidden",
                    "a schema does not say that a field is hidden from the canvas; \""
                            + JsonText.brief(node.id())
                            + "\" is shown when it is read again");
        }
        JsonObject members = node.more().without(Written.NAME);
        if (!members.isEmpty()) {
            String who = "\"" + JsonText.brief(node.id()) + "\"";
            diagnostics.add(Diagnostic.members(told.of(place), who, members.names()));
        }
    }

    private void notAField(TreeNode node, Place place) {
        report(
                Severity.WARNING,
                place,
                "not-a-field",
                "a schema has only "
                        + transform.fieldName()
                        + "s; \""
                        + JsonText.brief(node.id())
                        + "\" is a "
                        + JsonText.brief(node.componentName())
                        + " and is left out, with all in it");
    }

    private void report(Severity severity, Place place, String rule, String message) {
        diagnostics.add(new Diagnostic(severity, told.of(place), rule, message));
    }
}
