package dev.tenon.designer.reaction;

import dev.tenon.designer.DesignException;
import dev.tenon.designer.expression.ScriptObject;
import dev.tenon.designer.json.Json;
import dev.tenon.designer.json.JsonArray;
import dev.tenon.designer.json.JsonNull;
import dev.tenon.designer.json.JsonNumber;
import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.json.JsonString;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/// What `$deps` is: what a reaction's `dependencies` give. Of an array, texts are numbered among
/// themselves, as Formily numbers them; an object goes by its `name`, and by its place where that
/// is not a text's number.
final class Dependencies implements ScriptObject {
    private final FormField self;
    private final BiConsumer<String, String> problems;
    private final SequencedMap<String, Json> values = new LinkedHashMap<>();
    private final boolean isArray;
    private final int length;

    /// Reads the dependencies that `told` tells; `problems` takes where in the reaction one is
    /// wrong, and what.
    Dependencies(FormField self, @Nullable Json told, BiConsumer<String, String> problems) {
        this.self = self;
        this.problems = problems;
        this.isArray = !(told instanceof JsonObject);
        switch (told) {
            case JsonArray array -> {
                length = array.size();
                add(array);
            }
            case JsonObject named -> {
                length = named.size();
                named.forEach((name, source) ->
                        add(
                                "/dependencies/" + Problem.escaped(name),
                                source instanceof JsonString(String text) ? text : null,
                                null,
                                List.of(name)));
            }
            case null -> length = 0;
            default -> {
                length = 0;
                problems.accept("/dependencies", "dependencies must be an array or an object");
            }
        }
    }

    private void add(JsonArray array) {
        int texts = 0;
        for (Json each : array) {
            texts += each instanceof JsonString ? 1 : 0;
        }
        int next = 0;
        for (int i = 0; i < array.size(); i++) {
            String below = "/dependencies/" + i;
            switch (array.get(i)) {
                case JsonString(String source) ->
                        add(below, source, null, List.of(String.valueOf(next++)));
                case JsonObject one -> {
                    List<String> names = new ArrayList<>();
                    if (i >= texts) {
                        names.add(String.valueOf(i));
                    }
                    String name = one.text("name");
                    if (name != null) {
                        names.add(name);
                    }
                    add(below, one.text("source"), one.text("property"), names);
                }
                default -> problems.accept(below, "a dependency must be text or an object");
            }
        }
    }

    private void add(
            String below, @Nullable String source, @Nullable String property, List<String> names) {
        String text = source == null ? "" : source;
        int mark = text.indexOf('#');
        String at = (mark < 0 ? text : text.substring(0, mark)).strip();
        if (at.isEmpty()) {
            String message =
                    text.isEmpty()
                            ? "a dependency must name a field as its source"
                            : "there is no field  to depend upon";
            problems.accept(below, message);
            return;
        }
        FormField field;
        try {
            field = new FieldPattern(at).first(self);
        } catch (DesignException e) {
            problems.accept(below, String.valueOf(e.getMessage()));
            return;
        }
        if (field == null) {
            problems.accept(below, "there is no field " + at + " to depend upon");
            return;
        }
        String of = mark >= 0 ? text.substring(mark + 1).strip() : property;
        List<String> steps = List.of(FieldPattern.names(of == null || of.isEmpty() ? "value" : of));
        Json state = field.exactState(steps.getFirst());
        Json value = Keywords.at(state, steps.subList(1, steps.size()));
        if (value != null) {
            names.forEach(name -> values.put(name, value));
        }
    }

    @Override
    public @Nullable Object get(String name) {
        return name.equals("length") && isArray ? JsonNumber.of(length) : values.get(name);
    }

    @Override
    public boolean isArray() {
        return isArray;
    }

    @Override
    public Json json() {
        if (!isArray) {
            return JsonObject.of(values);
        }
        List<Json> all = new ArrayList<>();
        for (int i = 0; i < length; i++) {
            all.add(values.getOrDefault(String.valueOf(i), JsonNull.NULL));
        }
        return new JsonArray(all);
    }
}
