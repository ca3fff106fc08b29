package dev.tenon.designer.expression;

import dev.tenon.designer.json.Json;
import dev.tenon.designer.json.JsonArray;
import dev.tenon.designer.json.JsonObject;
import java.util.ArrayList;
import java.util.List;

/// Copies JSON into values that an expression may change.
final class Copies {
    private Copies() {}

    static Object of(Json json, Meter meter) {
        return switch (json) {
            case JsonArray array -> {
                meter.elements(array.size());
                List<Object> all = new ArrayList<>();
                array.forEach(value -> all.add(of(value, meter)));
                yield new Values.Elements(all);
            }
            case JsonObject object -> {
                meter.elements(4L * object.size());
                var copy = new Values.Members();
                object.forEach((name, value) -> copy.map.put(name, of(value, meter)));
                yield copy;
            }
            default -> Values.of(json);
        };
    }
}
