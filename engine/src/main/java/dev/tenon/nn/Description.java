package dev.tenon.nn;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Prints a tree of layers.
final class Description {
    private Description() {}

    /// Returns one line a layer: its name, kind and settings, the shapes of its own parameters and
    /// statistics, and the number of parameters in it and below.
    static String of(Layer layer) {
        StringBuilder text = new StringBuilder();
        append(text, "", "", layer);
        return text.toString();
    }

    private static void append(StringBuilder text, String indent, String name, Layer layer) {
        text.append(indent);
        if (!name.isEmpty()) {
            text.append(name).append(": ");
        }
        text.append(Components.kind(layer));
        List<String> settings = new ArrayList<>();
        Components.settings(layer).forEach((setting, value) -> settings.add(setting + "=" + value));
        if (!settings.isEmpty()) {
            text.append(
                    settings.stream().collect(java.util.stream.Collectors.joining(", ", "(", ")")));
        }
        Components.own(layer, Param.class)
                .forEach((own, param) -> text.append(' ').append(own).append(param.shape()));
        Components.own(layer, Running.class)
                .forEach((own, running) -> text.append(' ').append(own).append(running.shape()));
        long count = layer.parameterCount();
        if (count > 0) {
            text.append(String.format(Locale.ROOT, " = %,d", count));
        }
        text.append('\n');
        layer.children().forEach((child, below) -> append(text, indent + "  ", child, below));
    }
}
