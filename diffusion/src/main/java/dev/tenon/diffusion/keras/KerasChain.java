package dev.tenon.diffusion.keras;

import dev.tenon.checkpoint.CheckpointException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The layers of a Keras configuration in the order in which they are applied.
///
/// A Sequential model lists them so. A Functional one is a graph of layers; of these, chains are
/// supported: one input, one output, each layer fed by one other.
final class KerasChain {
    private static final String MODELS = "Sequential, Functional";

    private KerasChain() {}

    /// A layer of a model.
    ///
    /// @param type its class, such as `Conv2D`
    /// @param name its own name, under which .h5 files have its weights
    /// @param place its class in snake case, numbered from the second on, under which .keras files
    ///   have its weights: `conv2d`, `conv2d_1`
    /// @param config its settings
    record Link(String type, String name, String place, KerasConfig config) {}

    /// Returns the layers of a model.
    ///
    /// @param model class and settings of the model
    static List<Link> of(KerasConfig model) {
        String type = model.text("class_name");
        boolean sequential = type.equals("Sequential");
        if (!sequential && !type.equals("Functional") && !type.equals("Model")) {
            throw new CheckpointException(
                    "the model is of class " + type + "; supported: " + MODELS);
        }
        // Keras before 2.3 had a list of layers in place of a Sequential's settings
        KerasConfig config =
                model.get("config") instanceof List<?> layers
                        ? new KerasConfig(type, Map.of("layers", layers))
                        : new KerasConfig(type, model.inner("config").values());
        Map<String, Link> links = new LinkedHashMap<>();
        Map<String, String> before = new LinkedHashMap<>();
        Map<String, Integer> used = new LinkedHashMap<>();
        for (Object entry : config.list("layers")) {
            KerasConfig layer =
                    new KerasConfig(
                            "layer " + links.size(),
                            entry instanceof Map<?, ?> map ? map : Map.of());
            Link link = link(layer, used);
            if (links.put(link.name, link) != null) {
                throw new CheckpointException(
                        "layers must have different names; got " + link.name + " twice");
            }
            if (!sequential) {
                String feeding = feeding(link, layer);
                if (feeding != null) {
                    before.put(link.name, feeding);
                }
            }
        }
        return sequential ? List.copyOf(links.values()) : inOrder(config, links, before);
    }

    private static Link link(KerasConfig layer, Map<String, Integer> used) {
        String type = layer.text("class_name");
        Map<?, ?> settings = layer.inner("config").values();
        String name = new KerasConfig(layer.where() + ", " + type, settings).text("name");
        String place = snakeCase(type);
        int number = used.merge(place, 1, Integer::sum) - 1;
        return new Link(
                type,
                name,
                number == 0 ? place : place + "_" + number,
                new KerasConfig(type + " " + name, settings));
    }

    /// Returns `MaxPooling2D` as `max_pooling2d`.
    static String snakeCase(String type) {
        return type.replaceAll("(.)([A-Z][a-z]+)", "$1_$2")
                .replaceAll("([a-z])([A-Z])", "$1_$2")
                .toLowerCase(Locale.ROOT);
    }

    /// Returns the name of the layer whose result a layer takes, or null if it takes none.
    private static @Nullable String feeding(Link link, KerasConfig layer) {
        List<?> nodes = layer.list("inbound_nodes");
        if (nodes.isEmpty()) {
            return null;
        }
        List<String> names = new ArrayList<>();
        nodes.forEach(node -> collect(node, names));
        if (nodes.size() != 1 || names.size() != 1) {
            throw new CheckpointException(
                    link.config.where()
                            + ": a layer must be used once and take one tensor; got "
                            + nodes.size()
                            + " uses of "
                            + names
                            + ". Only chains of layers are supported");
        }
        return names.getFirst();
    }

    /// Finds the layers that a node refers to: `["conv2d", 0, 0, {}]` in Keras 2, `"keras_history":
    /// ["conv2d", 0, 0]` in Keras 3.
    private static void collect(@Nullable Object part, List<String> names) {
        if (part instanceof List<?> list) {
            if (list.size() >= 3
                    && list.get(0) instanceof String name
                    && list.get(1) instanceof Long
                    && list.get(2) instanceof Long) {
                names.add(name);
            } else {
                list.forEach(inner -> collect(inner, names));
            }
        } else if (part instanceof Map<?, ?> map) {
            map.values().forEach(inner -> collect(inner, names));
        }
    }

    private static List<Link> inOrder(
            KerasConfig config, Map<String, Link> links, Map<String, String> before) {
        List<String> outputs = new ArrayList<>();
        collect(Optional.ofNullable(config.get("output_layers")).orElse(List.of()), outputs);
        if (outputs.size() != 1) {
            throw new CheckpointException("a model must have one output; got " + outputs);
        }
        List<Link> order = new ArrayList<>();
        for (String name = outputs.getFirst(); name != null; name = before.get(name)) {
            Link link = links.get(name);
            if (link == null || order.contains(link)) {
                throw new CheckpointException(
                        "layers must form a chain; got "
                                + name
                                + (link == null ? ", which is not there" : " in a circle"));
            }
            order.addFirst(link);
        }
        if (order.size() < links.size()) {
            List<String> rest = new ArrayList<>(links.keySet());
            order.forEach(link -> rest.remove(link.name));
            throw new CheckpointException(
                    "layers must form a chain; got " + rest + " outside of it");
        }
        return order;
    }
}
