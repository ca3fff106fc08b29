package dev.tenon.nn;

import dev.tenon.tensor.Tensor;
import java.lang.reflect.Constructor;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Builds a layer again with other parameters, which records make easy: for gradient checks.
final class Rebuilt {
    private Rebuilt() {}

    /// Returns `layer` with a parameter over `replacements.get(p)` in place of each parameter p.
    static Layer with(Layer layer, Map<Param, Tensor> replacements) {
        if (!layer.getClass().isRecord()) {
            return layer;
        }
        RecordComponent[] components = layer.getClass().getRecordComponents();
        Class<?>[] types = new Class<?>[components.length];
        @Nullable Object[] values = new Object[components.length];
        try {
            for (int i = 0; i < components.length; i++) {
                types[i] = components[i].getType();
                components[i].getAccessor().setAccessible(true);
                values[i] = replace(components[i].getAccessor().invoke(layer), replacements);
            }
            Constructor<?> constructor = layer.getClass().getDeclaredConstructor(types);
            constructor.setAccessible(true);
            return (Layer) constructor.newInstance(values);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(layer + " cannot be built again", e);
        }
    }

    private static @Nullable Object replace(
            @Nullable Object value, Map<Param, Tensor> replacements) {
        return switch (value) {
            case Param param -> Param.of(Objects.requireNonNull(replacements.get(param)));
            case Layer child -> with(child, replacements);
            case List<?> list -> {
                List<@Nullable Object> replaced = new ArrayList<>();
                list.forEach(element -> replaced.add(replace(element, replacements)));
                yield replaced;
            }
            case null, default -> value;
        };
    }
}
