package dev.tenon.nn;

import dev.tenon.tensor.ShapeException;
import dev.tenon.tensor.TenonException;
import java.lang.reflect.AccessibleObject;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Reads the components of layers.
final class Components {
    private static final ClassValue<List<Component>> OF =
            new ClassValue<>() {
                @Override
                protected List<Component> computeValue(Class<?> type) {
                    return read(type);
                }
            };

    private Components() {}

    private record Component(String name, boolean flat, Method accessor) {
        @Nullable Object value(Object layer) {
            try {
                return accessor.invoke(layer);
            } catch (IllegalAccessException | InvocationTargetException e) {
                throw new TenonException(
                        "layer: components must be readable; got "
                                + layer.getClass().getName()
                                + "."
                                + accessor.getName(),
                        e);
            }
        }
    }

    private static List<Component> read(Class<?> type) {
        if (!type.isRecord()) {
            if (type.isHidden() || type.isSynthetic()) {
                return List.of(); // a lambda
            }
            throw new TenonException(
                    "layer: a layer must be a record, so that its parameters can be found; got class "
                            + type.getName());
        }
        RecordComponent[] components = type.getRecordComponents();
        AccessibleObject.setAccessible(
                Arrays.stream(components)
                        .map(RecordComponent::getAccessor)
                        .toArray(AccessibleObject[]::new),
                true);
        return Arrays.stream(components)
                .map(component ->
                        new Component(
                                snakeCase(component.getName()),
                                component.isAnnotationPresent(Flat.class),
                                component.getAccessor()))
                .toList();
    }

    /// Returns `inProjWeight` as `in_proj_weight`.
    static String snakeCase(String name) {
        return name.replaceAll("(?<=[a-z0-9])(?=[A-Z])", "_").toLowerCase(Locale.ROOT);
    }

    /// Returns the layer's own components of type `wanted`, lists unrolled, by name.
    static <T> SequencedMap<String, T> own(Layer layer, Class<T> wanted) {
        SequencedMap<String, T> found = new LinkedHashMap<>();
        parts(layer)
                .forEach((name, part) -> {
                    if (wanted.isInstance(part)) {
                        found.put(name, wanted.cast(part));
                    }
                });
        return found;
    }

    /// Returns everything of type `wanted` in the layer and below, by path, each once.
    static <T> SequencedMap<String, T> all(Layer layer, Class<T> wanted) {
        SequencedMap<String, T> found = new LinkedHashMap<>();
        collect(layer, "", wanted, found, Collections.newSetFromMap(new IdentityHashMap<>()));
        return found;
    }

    private static <T> void collect(
            Layer layer, String prefix, Class<T> wanted, Map<String, T> found, Set<Object> seen) {
        own(layer, wanted)
                .forEach((name, part) -> {
                    if (seen.add(part)) {
                        found.put(prefix + name, part);
                    }
                });
        layer.children()
                .forEach((name, child) -> collect(child, prefix + name + ".", wanted, found, seen));
    }

    /// Returns what the layer that an entry of a checkpoint belongs to advises about it, or null.
    static @Nullable String advice(Layer layer, String path) {
        for (Map.Entry<String, Layer> child : layer.children().entrySet()) {
            String prefix = child.getKey() + ".";
            if (path.startsWith(prefix)) {
                return advice(child.getValue(), path.substring(prefix.length()));
            }
        }
        return actual(layer).whyUnexpected(path);
    }

    /// Returns the layer whose components count: of a lazy one the layer that it made.
    private static Layer actual(Layer layer) {
        return layer instanceof Lazy lazy ? actual(lazy.layer()) : layer;
    }

    /// Returns the settings of the layer: the components that are neither parameters, statistics
    /// nor layers.
    static SequencedMap<String, Object> settings(Layer layer) {
        SequencedMap<String, Object> settings = new LinkedHashMap<>();
        Layer actual = actual(layer);
        for (Component component : OF.get(actual.getClass())) {
            Object value = component.value(actual);
            if (value != null && !isPart(value) && !(value instanceof List<?> l && areParts(l))) {
                settings.put(component.name, value);
            }
        }
        return settings;
    }

    private static SequencedMap<String, Object> parts(Layer given) {
        SequencedMap<String, Object> parts = new LinkedHashMap<>();
        Layer layer = actual(given);
        for (Component component : OF.get(layer.getClass())) {
            Object value = component.value(layer);
            if (value != null && isPart(value)) {
                put(parts, component.name, value, layer);
            } else if (value instanceof List<?> list && areParts(list)) {
                for (int i = 0; i < list.size(); i++) {
                    put(
                            parts,
                            component.flat ? "" + i : component.name + "." + i,
                            list.get(i),
                            layer);
                }
            }
        }
        return parts;
    }

    private static void put(Map<String, Object> parts, String name, Object part, Layer layer) {
        if (parts.put(name, part) != null) {
            throw new TenonException(
                    "layer: names must differ; got two components named "
                            + name
                            + " in "
                            + kind(layer)
                            + ". Only one list may be @Flat");
        }
    }

    private static boolean isPart(Object value) {
        return value instanceof Param || value instanceof Running || value instanceof Layer;
    }

    private static boolean areParts(List<?> list) {
        return list.stream().allMatch(Components::isPart);
    }

    /// Returns what sort of layer it is: the simple name of its record.
    static String kind(Layer layer) {
        Class<?> type =
                layer instanceof Lazy lazy && lazy.isMade()
                        ? lazy.layer().getClass()
                        : layer.getClass();
        return type.isRecord() ? type.getSimpleName() : "function";
    }

    /// Returns `e`, which leaves the forward pass of `layer`, with the path as seen from there.
    @SuppressWarnings("ReferenceEquality") // this layer, not one like it
    static ShapeException locate(Layer layer, ShapeException e) {
        if (!(e.place() instanceof Layer inner)) {
            return e.seenFrom(layer, "", kind(layer));
        }
        if (inner == layer) {
            return e;
        }
        if (layer instanceof Lazy lazy && lazy.isMade() && lazy.layer() == inner) {
            return e.seenFrom(layer, e.path(), e.kind());
        }
        String way = way(layer, inner);
        if (way == null) {
            return e; // a layer that is no component, made on the way: its own path must do
        }
        return e.seenFrom(layer, e.path().isEmpty() ? way : way + "." + e.path(), e.kind());
    }

    @SuppressWarnings("ReferenceEquality") // this layer, not one like it
    private static @Nullable String way(Layer from, Layer to) {
        List<Map.Entry<String, Layer>> level = new ArrayList<>(from.children().entrySet());
        while (!level.isEmpty()) { // by level: the child called is nearly always a component itself
            List<Map.Entry<String, Layer>> below = new ArrayList<>();
            for (Map.Entry<String, Layer> entry : level) {
                if (entry.getValue() == to) {
                    return entry.getKey();
                }
                entry.getValue()
                        .children()
                        .forEach((name, child) ->
                                below.add(Map.entry(entry.getKey() + "." + name, child)));
            }
            level = below;
        }
        return null;
    }
}
