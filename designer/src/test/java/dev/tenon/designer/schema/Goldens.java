package dev.tenon.designer.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tenon.designer.json.Json;
import dev.tenon.designer.json.JsonArray;
import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.json.JsonString;
import dev.tenon.designer.json.JsonText;
import dev.tenon.designer.tree.TreeNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/// What the reference made of documents, in `golden/designable/transformer`.
final class Goldens {
    private static final Path FOLDER =
            Path.of(System.getProperty("tenon.shared", ""), "golden/designable/transformer");

    private Goldens() {}

    static List<String> cases(String pattern) {
        assumeTrue(Files.isDirectory(FOLDER), () -> "no golden files in " + FOLDER + "; skipping");
        try (Stream<Path> folders = Files.list(FOLDER)) {
            return folders.map(folder -> folder.getFileName().toString())
                    .filter(name -> name.matches(pattern))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Json read(String name, String file) {
        try {
            return JsonText.read(file, Files.readString(FOLDER.resolve(name).resolve(file)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static JsonObject object(String name, String file) {
        return (JsonObject) read(name, file);
    }

    static SchemaTransform transform(String name) {
        JsonObject options = object(name, "meta.json").object("options");
        return options.isEmpty()
                ? SchemaTransform.DEFAULT
                : new SchemaTransform(
                        options.text("designableFormName"), options.text("designableFieldName"));
    }

    static Set<String> generatedIds(String name) {
        return object(name, "meta.json").get("generatedIds") instanceof JsonArray(List<Json> ids)
                ? Set.copyOf(ids.stream().map(id -> ((JsonString) id).value()).toList())
                : Set.of();
    }

    /// The node as the reference tells it: what the tree says, without how it was written.
    static Json json(TreeNode node) {
        return JsonObject.of("id", node.id(), "componentName", node.componentName())
                .with("props", node.props())
                .with(
                        "children",
                        new JsonArray(node.children().stream().map(Goldens::json).toList()));
    }

    /// The reference's JSON as a node; a root without an id has the id `root`, and is not written
    /// with one.
    static TreeNode node(JsonObject json) {
        List<TreeNode> children = new ArrayList<>();
        if (json.get("children") instanceof JsonArray array) {
            array.forEach(child -> children.add(node((JsonObject) child)));
        }
        String id = json.text("id");
        TreeNode node =
                TreeNode.of(
                        id == null ? "root" : id,
                        json.text("componentName"),
                        json.object("props"),
                        children);
        List<String> without = new ArrayList<>();
        if (id == null) {
            without.add("x-designable-id");
        }
        if (!json.has("props")) {
            without.add("form");
        }
        return without.isEmpty()
                ? node
                : new TreeNode(
                        node.id(),
                        node.componentName(),
                        null,
                        false,
                        node.props(),
                        node.children(),
                        JsonObject.of(
                                SchemaTransform.WRITTEN,
                                JsonObject.of("without", Written.names(without))));
    }

    /// Asserts that the two are equal but for a one-to-one renaming of the reference's generated
    /// ids.
    static void assertEqual(Json ours, Json reference, Set<String> generated) {
        Map<String, String> names = new LinkedHashMap<>();
        pair(ours, reference, generated, names);
        assertThat(names.values()).as("a one-to-one renaming").doesNotHaveDuplicates();
        assertThat(renamed(reference, name -> names.getOrDefault(name, name))).isEqualTo(ours);
    }

    private static void pair(
            Json ours, Json reference, Set<String> generated, Map<String, String> names) {
        switch (reference) {
            case JsonObject object when ours instanceof JsonObject other ->
                    object.forEach((name, value) -> {
                        Json same = other.get(name);
                        if (same != null) {
                            pair(same, value, generated, names);
                        }
                    });
            case JsonArray array when ours instanceof JsonArray other -> {
                for (int i = 0; i < Math.min(array.size(), other.size()); i++) {
                    pair(other.get(i), array.get(i), generated, names);
                }
            }
            case JsonString(String id)
                    when generated.contains(id) && ours instanceof JsonString(String other) ->
                    names.putIfAbsent(id, other);
            default -> {}
        }
    }

    private static Json renamed(Json value, UnaryOperator<String> names) {
        return switch (value) {
            case JsonObject object -> {
                var all = new LinkedHashMap<String, Json>();
                object.forEach(
                        (name, member) -> all.put(names.apply(name), renamed(member, names)));
                yield JsonObject.of(all);
            }
            case JsonArray array ->
                    new JsonArray(
                            array.values().stream().map(each -> renamed(each, names)).toList());
            case JsonString(String text) -> new JsonString(names.apply(text));
            default -> value;
        };
    }
}
