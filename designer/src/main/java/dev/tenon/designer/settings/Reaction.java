package dev.tenon.designer.settings;

import dev.tenon.designer.json.Json;
import dev.tenon.designer.json.JsonArray;
import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.json.JsonString;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One reaction of a field's `x-reactions`, `{dependencies, fulfill: {state, run}}`, as the setter
/// shows it. Members that the setter does not show are kept.
///
/// @param dependencies on what it depends
/// @param state an expression for each property of the field, as `visible`
/// @param run code that is run, or null
/// @param told the whole reaction as the document tells it
public record Reaction(
        List<Dependency> dependencies, JsonObject state, @Nullable String run, JsonObject told) {
    /// The properties of a field that a setter offers.
    public static final List<String> PROPERTIES =
            List.of(
                    "visible",
                    "hidden",
                    "display",
                    "pattern",
                    "title",
                    "description",
                    "value",
                    "initialValue",
                    "required",
                    "dataSource",
                    "componentProps",
                    "decoratorProps");

    /// Copies the list.
    public Reaction {
        dependencies = List.copyOf(dependencies);
    }

    /// A property of another field, known in expressions as `$deps.name`.
    ///
    /// @param source the field, or null where none is chosen yet
    /// @param property which of its properties; `value` where that is null
    /// @param name its name in expressions, or null
    /// @param type the type of its value, or null
    public record Dependency(
            @Nullable String source,
            @Nullable String property,
            @Nullable String name,
            @Nullable String type) {}

    /// Returns the reactions that `reactions` tells, alone or in a list; null where one is no
    /// object or a part of it is of another form, which is edited as text.
    public static @Nullable List<Reaction> read(@Nullable Json reactions) {
        JsonArray array =
                switch (reactions) {
                    case null -> JsonArray.EMPTY;
                    case JsonArray list -> list;
                    default -> JsonArray.of(reactions);
                };
        List<Reaction> all = new ArrayList<>();
        for (Json each : array) {
            Reaction reaction = each instanceof JsonObject object ? one(object) : null;
            if (reaction == null) {
                return null;
            }
            all.add(reaction);
        }
        return all;
    }

    private static @Nullable Reaction one(JsonObject told) {
        List<Dependency> dependencies = new ArrayList<>();
        Json listed = told.get("dependencies");
        if (listed != null && !(listed instanceof JsonArray)) {
            return null;
        }
        for (Json each : listed instanceof JsonArray array ? array : JsonArray.EMPTY) {
            switch (each) {
                case JsonObject object -> dependencies.add(dependency(object));
                default -> {
                    return null;
                }
            }
        }
        JsonObject fulfill = told.object("fulfill");
        boolean isPlain =
                told.has("fulfill") == (told.get("fulfill") instanceof JsonObject)
                        && fulfill.has("state") == (fulfill.get("state") instanceof JsonObject)
                        && fulfill.has("run") == (fulfill.text("run") != null);
        if (!isPlain) {
            return null;
        }
        return new Reaction(dependencies, fulfill.object("state"), fulfill.text("run"), told);
    }

    /// Returns the reaction as JSON: as it was told, with the changes.
    public JsonObject write() {
        JsonObject fulfill = told.object("fulfill");
        fulfill = state.isEmpty() && !fulfill.has("state") ? fulfill : fulfill.with("state", state);
        fulfill = run == null ? fulfill.without("run") : fulfill.with("run", new JsonString(run));
        JsonObject written =
                fulfill.isEmpty() && !told.has("fulfill") ? told : told.with("fulfill", fulfill);
        if (dependencies.isEmpty() && !told.has("dependencies")) {
            return written;
        }
        JsonArray before =
                told.get("dependencies") instanceof JsonArray array ? array : JsonArray.EMPTY;
        List<JsonObject> olds = new ArrayList<>();
        for (Json each : before) {
            olds.add(each instanceof JsonObject object ? object : JsonObject.EMPTY);
        }
        List<Json> all = new ArrayList<>();
        for (int i = 0; i < dependencies.size(); i++) {
            all.add(write(dependencies.get(i), old(i, olds)));
        }
        return written.with("dependencies", new JsonArray(all));
    }

    /// The object that a dependency was told as: the one that says the same, as others may have
    /// been taken away before it, else the one in its place, if that says what no dependency says
    /// now.
    private JsonObject old(int index, List<JsonObject> olds) {
        Dependency dependency = dependencies.get(index);
        JsonObject here = index < olds.size() ? olds.get(index) : JsonObject.EMPTY;
        if (dependency(here).equals(dependency)) {
            return here;
        }
        for (JsonObject old : olds) {
            if (dependency(old).equals(dependency)) {
                return old;
            }
        }
        return dependencies.contains(dependency(here)) ? JsonObject.EMPTY : here;
    }

    private static Dependency dependency(JsonObject told) {
        return new Dependency(
                told.text("source"), told.text("property"), told.text("name"), told.text("type"));
    }

    private static JsonObject write(Dependency dependency, JsonObject old) {
        JsonObject written = with(old, "source", dependency.source());
        written = with(written, "property", dependency.property());
        written = with(written, "name", dependency.name());
        return with(written, "type", dependency.type());
    }

    private static JsonObject with(JsonObject object, String name, @Nullable String text) {
        if (text != null) {
            return object.with(name, new JsonString(text));
        }
        return object.text(name) == null ? object : object.without(name);
    }

    /// Returns this reaction with `expression` for `property` of the field, or without it where
    /// that is null.
    public Reaction with(String property, @Nullable Json expression) {
        JsonObject changed =
                expression == null ? state.without(property) : state.with(property, expression);
        return new Reaction(dependencies, changed, run, told);
    }
}
