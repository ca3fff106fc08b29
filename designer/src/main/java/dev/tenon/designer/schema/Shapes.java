package dev.tenon.designer.schema;

import dev.tenon.designer.json.Json;
import dev.tenon.designer.json.JsonArray;
import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.json.JsonText;
import dev.tenon.designer.tree.TreeNode;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.IdentityHashMap;
import java.util.Map;

/// The shape of a node: a digest of all that a schema tells of it and of those below it, their ids
/// and the node's own name aside. Equal shapes have equal schemas.
final class Shapes {
    private final IdentityHashMap<TreeNode, String> known = new IdentityHashMap<>();

    /// Returns the shape of `node`; each node is looked at once.
    String of(TreeNode node) {
        String shape = known.get(node);
        if (shape == null) {
            var text = new StringBuilder(node.componentName()).append('\n');
            append(text, node.props().without("name").without("x-designable-id"));
            appendChildren(text, node, Written.firstIsItems(node));
            shape = digest(text);
            known.put(node, shape);
        }
        return shape;
    }

    /// Returns the shape of what is below the form `node`.
    String ofChildren(TreeNode node) {
        var text = new StringBuilder();
        appendChildren(text, node, false);
        return digest(text);
    }

    private void appendChildren(StringBuilder text, TreeNode node, boolean firstIsItems) {
        boolean isItem = firstIsItems;
        for (TreeNode child : node.children()) {
            String name = isItem ? null : Names.of(child);
            text.append('\n').append(name == null ? "" : name.length() + ":" + name);
            text.append(' ').append(of(child));
            isItem = false;
        }
    }

    static String digest(CharSequence text) {
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256")
                            .digest(text.toString().getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /// Equal objects have equal text here, whatever the order of their names.
    private static void append(StringBuilder text, Json value) {
        switch (value) {
            case JsonObject object -> {
                text.append('{');
                object.entries().stream()
                        .sorted(Map.Entry.comparingByKey())
                        .forEach(member -> {
                            String name = member.getKey();
                            text.append(name.length()).append(':').append(name);
                            append(text, member.getValue());
                        });
                text.append('}');
            }
            case JsonArray array -> {
                text.append('[');
                for (Json element : array) {
                    append(text, element);
                    text.append(',');
                }
                text.append(']');
            }
            default -> text.append(JsonText.compact(value));
        }
    }
}
