package dev.tenon.designer.schema;

import dev.tenon.designer.json.Json;
import dev.tenon.designer.json.JsonArray;
import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.json.JsonString;
import dev.tenon.designer.tree.TreeNode;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// How the schema of a node stood in its document where the tree does not say it: the member
/// `x-written` of [TreeNode#more]. A node that is as the reference writes it has none.
///
/// | word | of | meaning |
/// |---|---|---|
/// | `without` | any | words that the reference writes and the document has not |
/// | `instead` | any | words that stand there with another value than the tree tells |
/// | `kept` | fields | words that the tree does not show: `patternProperties`, tuples, ... |
/// | `value` | fields | the schema, where it is no object |
/// | `key` | fields | the name, where it is the empty text |
/// | `at` | fields | `items` or `properties`, where the reference would take the node for the other |
/// | `keys` | any | the order of the words |
/// | `fields` | any | the order of the names in `properties`; `x-index` stays as it is |
/// | `ref`, `shows` | any | the schema with its `$ref`, and the [Shapes] of what it leads to |
/// | `schema` | root | the words beside `properties` |
/// | `document`, `order` | root | the members beside `form` and `schema`, and the order of all |
///
/// With `fields`, `x-index` is written anew only when the children are in another order than it
/// tells; `ref` is written while the node has the shape that it `shows`.
///
/// What has another type than it should is taken as missing: the tree may come from anywhere.
record Written(JsonObject words) {
    /// Where it is in [TreeNode#more].
    static final String NAME = SchemaTransform.WRITTEN;

    static Written of(TreeNode node) {
        return new Written(node.more().object(NAME));
    }

    boolean without(String word) {
        return words.get("without") instanceof JsonArray(List<Json> names)
                && names.contains(new JsonString(word));
    }

    JsonObject instead() {
        return words.object("instead");
    }

    JsonObject kept() {
        return words.object("kept");
    }

    @Nullable Json value() {
        return words.get("value");
    }

    boolean hasEmptyKey() {
        return "".equals(words.text("key"));
    }

    boolean isAt(String place) {
        return place.equals(words.text("at"));
    }

    /// Returns whether the first child is what the node says of `items`, if it is a field: that of
    /// an array, unless it was a property, and what was read from `items` in another type.
    static boolean firstIsItems(TreeNode node) {
        if (node.children().isEmpty()) {
            return false;
        }
        Written first = of(node.children().getFirst());
        return "array".equals(node.props().text("type"))
                ? !first.isAt("properties")
                : first.isAt("items");
    }

    @Nullable List<String> order(String word) {
        return words.get(word) instanceof JsonArray(List<Json> names)
                ? names.stream()
                        .map(name -> name instanceof JsonString(String text) ? text : "")
                        .distinct()
                        .toList()
                : null;
    }

    /// The schema with its `$ref` if a node of `shape` still is what it shows, else null.
    @Nullable JsonObject reference(String shape) {
        return words.get("ref") instanceof JsonObject ref && shape.equals(words.text("shows"))
                ? ref
                : null;
    }

    boolean hasReference() {
        return words.has("ref");
    }

    /// Returns the members of `object` in the order of `word`, those that it does not name after
    /// them.
    JsonObject ordered(Map<String, Json> object, String word) {
        var all = new LinkedHashMap<String, Json>();
        List<String> order = order(word);
        if (order != null) {
            for (String name : order) {
                Json value = object.get(name);
                if (value != null) {
                    all.put(name, value);
                }
            }
        }
        object.forEach(all::putIfAbsent);
        return JsonObject.of(all);
    }

    static JsonArray names(Collection<String> names) {
        return new JsonArray(names.stream().<Json>map(JsonString::new).toList());
    }

    /// Gathers the words of one node.
    static final class Gathering {
        private final LinkedHashMap<String, Json> words = new LinkedHashMap<>();
        private final LinkedHashMap<String, Json> instead = new LinkedHashMap<>();
        private final LinkedHashMap<String, Json> kept = new LinkedHashMap<>();
        private final java.util.LinkedHashSet<String> without = new java.util.LinkedHashSet<>();

        void put(String word, Json value) {
            words.put(word, value);
        }

        /// The document has `original` for `name`, or nothing where that is null, where the
        /// reference writes something else.
        void differs(String name, @Nullable Json original) {
            if (original == null) {
                without.add(name);
            } else {
                instead.put(name, original);
            }
        }

        void keep(String name, Json value) {
            kept.put(name, value);
        }

        Collection<String> insteadNames() {
            return instead.keySet();
        }

        Collection<String> keptNames() {
            return kept.keySet();
        }

        /// Whether other nodes are likely to have the same.
        boolean isCommon() {
            return words.isEmpty() && instead.isEmpty() && kept.isEmpty();
        }

        /// The [TreeNode#more] that tells all this.
        JsonObject more() {
            var all = new LinkedHashMap<>(words);
            if (!without.isEmpty()) {
                all.put("without", names(without));
            }
            if (!instead.isEmpty()) {
                all.put("instead", JsonObject.of(instead));
            }
            if (!kept.isEmpty()) {
                all.put("kept", JsonObject.of(kept));
            }
            return all.isEmpty() ? JsonObject.EMPTY : JsonObject.of(NAME, JsonObject.of(all));
        }
    }
}
