package dev.tenon.designer;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tenon.designer.json.Json;
import dev.tenon.designer.json.JsonArray;
import dev.tenon.designer.json.JsonNumber;
import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.json.JsonString;
import dev.tenon.designer.json.JsonText;
import dev.tenon.designer.tree.TreeNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// The reference's answers: files under golden/designable of the folder `tenon.shared`.
public final class Golden {
    private Golden() {}

    /// Returns the folder; skips the test where it is missing.
    public static Path folder() {
        Path folder = Path.of(System.getProperty("tenon.shared", "../shared"), "golden/designable");
        assumeTrue(
                Files.isDirectory(folder), "skipped: no golden files in tenon.shared: " + folder);
        return folder;
    }

    /// Returns the value in a file of the folder; skips the test where it is missing.
    public static Json read(String file) throws IOException {
        try (InputStream in = Files.newInputStream(folder().resolve(file))) {
            return JsonText.read(file, in);
        }
    }

    /// Returns the node that the reference's JSON tells.
    public static TreeNode node(JsonObject json) {
        List<TreeNode> children = new ArrayList<>();
        if (json.get("children") instanceof JsonArray array) {
            array.forEach(child -> children.add(node((JsonObject) child)));
        }
        return TreeNode.of(
                json.text("id"), json.text("componentName"), json.object("props"), children);
    }

    /// Returns a tree as the golden files write it: `root[a[a1 a2] b]`.
    public static String brief(TreeNode node) {
        return node.children().isEmpty()
                ? node.id()
                : node.id()
                        + node.children().stream()
                                .map(Golden::brief)
                                .collect(java.util.stream.Collectors.joining(" ", "[", "]"));
    }

    /// Returns the strings of an array.
    public static List<String> strings(Json array) {
        List<String> strings = new ArrayList<>();
        ((JsonArray) array).forEach(value -> strings.add(((JsonString) value).value()));
        return strings;
    }

    /// Returns a whole number.
    public static int integer(Json number) {
        return ((JsonNumber) number).value().intValueExact();
    }
}
