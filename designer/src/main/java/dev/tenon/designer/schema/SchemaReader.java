package dev.tenon.designer.schema;

import dev.tenon.designer.DesignException;
import dev.tenon.designer.json.Json;
import dev.tenon.designer.json.JsonArray;
import dev.tenon.designer.json.JsonBoolean;
import dev.tenon.designer.json.JsonNull;
import dev.tenon.designer.json.JsonNumber;
import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.json.JsonString;
import dev.tenon.designer.json.JsonText;
import dev.tenon.designer.schema.References.Keywords;
import dev.tenon.designer.tree.Tree;
import dev.tenon.designer.tree.TreeNode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Reads one Formily document.
final class SchemaReader {
    /// Words that the tree does not show.
    private static final Set<String> HIDDEN =
            Set.of(
                    "properties",
                    "patternProperties",
                    "items",
                    "additionalProperties",
                    "additionalItems",
                    "parent",
                    "root",
                    "version",
                    "_isJSONSchemaObject");

    private static final Place SCHEMA = Place.ROOT.in("schema");

    /// How many fields all references together may bring in.
    private static final int MOST_BROUGHT = 50_000;

    private static final String ID = "x-designable-id";

    private final SchemaTransform transform;
    private final JsonObject document;
    private final JsonObject source;
    private final Function<Place, String> ids; // place -> a new id
    private final List<Diagnostic> diagnostics = new ArrayList<>();
    private final Places told = new Places();
    private final References references;
    private final Shapes shapes = new Shapes();
    private final Map<JsonObject, JsonObject> mores = new HashMap<>(); // many are the same
    private int brought;
    private final Map<String, Place> places = new HashMap<>(); // id -> where it was read

    SchemaReader(SchemaTransform transform, Json document, Function<Place, String> ids) {
        if (!(document instanceof JsonObject object)) {
            throw new DesignException(
                    "schema: a document must be an object with form and schema; got "
                            + kind(document));
        }
        this.transform = transform;
        this.document = object;
        this.source = object.object("schema");
        this.ids = ids;
        this.references = new References(source, diagnostics, told);
    }

    Transformed<Tree> read() {
        var written = new Written.Gathering();
        JsonObject others = document.without("form").without("schema");
        if (!others.isEmpty()) {
            written.put("document", others);
        }
        List<String> natural = new ArrayList<>(List.of("form", "schema"));
        natural.addAll(others.names());
        natural.removeIf(name -> !document.has(name));
        if (!natural.equals(List.copyOf(document.names()))) {
            written.put("order", Written.names(document.names()));
        }
        for (String name : List.of("form", "schema")) {
            Json value = document.get(name);
            if (!(value instanceof JsonObject)) {
                written.differs(name, value);
                checkType(value, Place.ROOT.in(name), name, false);
            }
        }
        TreeNode root = root(written);
        return new Transformed<>(Tree.of(root), diagnostics);
    }

    private TreeNode root(Written.Gathering written) {
        Keywords keywords = references.keywords(source, null, SCHEMA);
        JsonObject words = keywords.words();
        String given = text(words.get(ID));
        String id = given.isEmpty() ? free(ids.apply(SCHEMA)) : given;
        places.put(id, SCHEMA.in(ID));
        if (given.isEmpty()) {
            written.differs(ID, words.get(ID));
        }
        JsonObject properties = words.object("properties");
        List<TreeNode> children = fields(keywords, SCHEMA, 0, false, written);
        JsonObject own = properties.isEmpty() ? words : words.without("properties");
        if (!isPlainRoot(words)) {
            written.put("schema", own);
            natural(
                    written,
                    words,
                    own.names(),
                    properties.isEmpty() ? List.of() : List.of("properties"));
        }
        TreeNode root = TreeNode.of(id, transform.formName(), document.object("form"), children);
        if (keywords.isReferred()) {
            written.put("ref", source);
            written.put("shows", new JsonString(shapes.ofChildren(root)));
        }
        return with(root, written);
    }

    /// Whether the words are those, in the order, that a root without any of its own is written
    /// with.
    private static boolean isPlainRoot(JsonObject words) {
        List<String> plain = new ArrayList<>(List.of("type", "properties"));
        if (words.has(ID)) {
            plain.add(ID);
        }
        return plain.equals(List.copyOf(words.names()))
                && (!words.has(ID) || words.text(ID) != null)
                && "object".equals(words.text("type"))
                && words.get("properties") instanceof JsonObject;
    }

    /// Notes the order of the words unless they would be written in it anyway.
    private static void natural(
            Written.Gathering written,
            JsonObject words,
            Collection<String> first,
            Collection<String> last) {
        Set<String> natural = new LinkedHashSet<>(first);
        natural.addAll(last);
        if (!List.copyOf(natural).equals(List.copyOf(words.names()))) {
            written.put("keys", Written.names(words.names()));
        }
    }

    private TreeNode with(TreeNode node, Written.Gathering written) {
        JsonObject more = written.more();
        if (written.isCommon()) {
            more = mores.computeIfAbsent(more, same -> same);
        }
        return new TreeNode(
                node.id(),
                node.componentName(),
                node.sourceName(),
                node.hidden(),
                node.props(),
                node.children(),
                more);
    }

    /// The nodes of `properties`, in order.
    ///
    /// @param marked whether the reference would take the first of them for something else
    private List<TreeNode> fields(
            Keywords parent, Place place, int depth, boolean marked, Written.Gathering written) {
        Json told = parent.words().get("properties");
        Place below = place.in("properties");
        if (!(told instanceof JsonObject properties)) {
            checkType(told, below, "properties", false);
            return List.of();
        }
        record Field(Json schema, Keywords keywords) {}
        Map<String, Field> fields = new HashMap<>();
        properties.forEach((name, schema) ->
                fields.put(
                        name,
                        new Field(
                                schema,
                                references.keywords(schema, parent.within(), below.in(name)))));
        Function<String, Field> named = name -> Objects.requireNonNull(fields.get(name));
        List<String> order =
                FieldOrder.of(
                        properties.names(),
                        name -> named.apply(name).keywords.words().get("x-index"));
        Map<Json, String> seen = new HashMap<>();
        boolean plain = order.equals(List.copyOf(properties.names()));
        List<TreeNode> nodes = new ArrayList<>(order.size());
        for (String name : order) {
            Field field = named.apply(name);
            Place at = below.in(name);
            Json index = field.keywords.words().get("x-index");
            checkIndex(index, at, name, seen);
            plain &= FieldOrder.is(index, nodes.size());
            var of = new Written.Gathering();
            if (marked) {
                of.put("at", new JsonString("properties"));
            }
            nodes.add(field(field.schema, field.keywords, name, at, depth + 1, of));
        }
        if (!plain) {
            written.put("fields", Written.names(properties.names()));
        }
        return nodes;
    }

    private void checkIndex(
            @Nullable Json index, Place place, String name, Map<Json, String> seen) {
        if (index == null) {
            return;
        }
        if (!FieldOrder.isPlace(index)) {
            warn(
                    place,
                    "x-index",
                    "x-index must be a whole number from 0; got " + shortened(index));
            return;
        }
        Json number = new JsonNumber(Objects.requireNonNull(FieldOrder.number(index)));
        String other = seen.putIfAbsent(number, name);
        if (other != null) {
            warn(
                    place,
                    "x-index-equal",
                    "x-index must differ from that of the siblings; \""
                            + JsonText.brief(name)
                            + "\" and \""
                            + JsonText.brief(other)
                            + "\" have "
                            + number);
        }
    }

    /// One field.
    ///
    /// @param schema as it stands in the document
    /// @param keywords its words
    /// @param key its name in `properties`; null for `items`
    private TreeNode field(
            Json schema,
            Keywords keywords,
            @Nullable String key,
            Place place,
            int depth,
            Written.Gathering written) {
        check(place, depth);
        if (keywords.within() != null) {
            checkBrought(place);
        }
        JsonObject words = keywords.words();
        if (!(schema instanceof JsonObject)) {
            written.put("value", schema);
            checkType(schema, place, "a field", true);
        }
        String given = given(words, keywords.within() != null, place);
        String id = given.isEmpty() ? free(ids.apply(place)) : given;
        places.put(id, place);

        var props = new LinkedHashMap<String, Json>();
        words.forEach((word, value) -> {
            if (!HIDDEN.contains(word)) {
                props.put(word, value);
            }
        });
        if (key != null) {
            props.put("name", new JsonString(key));
        }
        if (given.isEmpty()) {
            written.differs(ID, words.get(ID));
            if (key != null) {
                props.put(ID, new JsonString(id));
            }
        }
        if (new JsonString(id).equals(props.get("name"))) {
            props.remove("name");
        }
        noteName(words.get("name"), props.get("name"), key, written);

        List<TreeNode> children = children(keywords, key == null, place, depth, written);
        words.forEach((word, value) -> {
            if (HIDDEN.contains(word) && !isShown(word, value)) {
                written.keep(word, value);
            }
        });
        List<String> first = new ArrayList<>(words.names());
        first.removeIf(word -> !props.containsKey(word));
        first.addAll(written.insteadNames());
        first.addAll(written.keptNames());
        List<String> last = new ArrayList<>(List.of("items", "properties"));
        last.removeIf(word -> !words.has(word));
        natural(written, words, first, last);

        TreeNode node = TreeNode.of(id, transform.fieldName(), JsonObject.of(props), children);
        if (keywords.isReferred()) {
            written.put("ref", schema);
            written.put("shows", new JsonString(shapes.of(node)));
        }
        return with(node, written);
    }

    private static void noteName(
            @Nullable Json original,
            @Nullable Json shown,
            @Nullable String key,
            Written.Gathering written) {
        if (original != null ? !original.equals(shown) : shown != null) {
            written.differs("name", original);
        }
        if (key != null && key.isEmpty()) {
            written.put("key", new JsonString(""));
        }
    }

    private List<TreeNode> children(
            Keywords keywords, boolean isItem, Place place, int depth, Written.Gathering written) {
        JsonObject words = keywords.words();
        boolean isArray = "array".equals(words.text("type"));
        Json items = words.get("items");
        List<TreeNode> children = new ArrayList<>();
        if (items != null && isShown("items", items)) {
            var of = new Written.Gathering();
            if (!isArray) {
                of.put("at", new JsonString("items"));
            }
            Place at = place.in("items");
            Keywords below = references.keywords(items, keywords.within(), at);
            children.add(field(items, below, null, at, depth + 1, of));
            // the reference gives an array with items an x-index of its own
            if (isItem && isArray && !FieldOrder.is(words.get("x-index"), 0)) {
                written.differs("x-index", words.get("x-index"));
            }
        }
        boolean marked = isArray && children.isEmpty();
        children.addAll(fields(keywords, place, depth, marked, written));
        return children;
    }

    /// Whether the tree shows a hidden word as children.
    static boolean isShown(String word, Json value) {
        return switch (word) {
            case "items" -> value.isTruthy() && !(value instanceof JsonArray);
            case "properties" -> value instanceof JsonObject object && !object.isEmpty();
            default -> false;
        };
    }

    /// Warns of what has no meaning where an object should be; null is taken as none, and a schema
    /// of JSON may be true or false.
    private void checkType(@Nullable Json value, Place place, String who, boolean mayBeTruth) {
        if (value != null
                && !(value instanceof JsonNull)
                && !(mayBeTruth && value instanceof JsonBoolean)) {
            warn(place, "type", who + " must be an object; got " + shortened(value));
        }
    }

    private void check(Place place, int depth) {
        if (place.length() > Place.LONGEST) {
            throw new DesignException(
                    "schema: the names from the form down to a field must have at most "
                            + Place.LONGEST
                            + " characters together; those of "
                            + JsonText.brief(place.within(Place.LONGEST))
                            + " have more");
        }
        if (depth > Tree.DEEPEST) {
            throw new DesignException(
                    "schema: a field must be at most "
                            + Tree.DEEPEST
                            + " below the form; the one that begins "
                            + place.within(Place.LONGEST).substring(0, 60)
                            + "... is deeper");
        }
        if (places.size() >= Tree.MOST_NODES) {
            throw new DesignException(
                    "schema: must have at most " + Tree.MOST_NODES + " fields; it has more");
        }
    }

    private void checkBrought(Place place) {
        if (++brought > MOST_BROUGHT) {
            throw new DesignException(
                    "schema: $ref must bring in at most "
                            + MOST_BROUGHT
                            + " fields in all, each counted as often as it comes; "
                            + place
                            + " is one more");
        }
    }

    // ---- ids

    /// The id that the words give a field; empty where they give none, or one that is taken.
    ///
    /// @param isReferred whether the field came in by a `$ref`, which may come in often
    private String given(JsonObject words, boolean isReferred, Place place) {
        Json id = words.get(ID);
        String text = text(id);
        if (text.isEmpty() && id != null && id.isTruthy()) {
            warn(place, "id", ID + " must be text; got " + shortened(id));
        }
        Place other = text.isEmpty() ? null : places.get(text);
        if (other == null) {
            return text;
        }
        if (!isReferred) {
            diagnostics.add(
                    new Diagnostic(
                            Severity.ERROR,
                            told.of(place),
                            "duplicate-id",
                            ID
                                    + " must name one field; got \""
                                    + JsonText.brief(text)
                                    + "\" here and at "
                                    + told.of(other)));
        }
        return "";
    }

    private static String text(@Nullable Json id) {
        String text = id == null || !id.isTruthy() ? null : Names.text(id);
        return text == null ? "" : text;
    }

    private String free(String id) {
        String free = id;
        for (int i = 2; places.containsKey(free); i++) {
            free = id + "_" + i;
        }
        return free;
    }

    // ---- diagnostics

    private void warn(Place place, String rule, String message) {
        diagnostics.add(new Diagnostic(Severity.WARNING, told.of(place), rule, message));
    }

    private static String shortened(Json value) {
        return switch (value) {
            case JsonObject _, JsonArray _ -> kind(value);
            default -> {
                String text = value.toString();
                yield text.length() > 40 ? text.substring(0, 40) + "..." : text;
            }
        };
    }

    static String kind(Json value) {
        return switch (value) {
            case JsonObject _ -> "an object";
            case JsonArray _ -> "an array";
            case JsonString _ -> "a text";
            case JsonNumber _ -> "a number";
            case JsonBoolean truth -> truth.toString();
            case JsonNull _ -> "null";
        };
    }
}
