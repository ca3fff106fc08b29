package dev.tenon.designer.reaction;

import dev.tenon.designer.DesignException;
import dev.tenon.designer.expression.ScriptFunction;
import dev.tenon.designer.expression.ScriptObject;
import dev.tenon.designer.json.Json;
import dev.tenon.designer.json.JsonArray;
import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.json.JsonString;
import dev.tenon.designer.reactive.Effect;
import dev.tenon.designer.reactive.Reactive;
import dev.tenon.designer.reactive.SignalMap;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A form in preview, made from a Formily schema: fields by address and by path, their states, and
/// their reactions, which run when what they read changes.
///
/// The items of arrays are not fields: their number follows the value, which a canvas draws.
/// Effects end with [#close]. A form belongs to one thread at a time.
public final class Form implements ScriptObject, AutoCloseable {
    private static final int DEEPEST = 200;
    private static final List<Map.Entry<String, String>> KEYWORDS =
            List.of(
                    Map.entry("title", "title"),
                    Map.entry("description", "description"),
                    Map.entry("default", "initialValue"),
                    Map.entry("enum", "dataSource"),
                    Map.entry("required", "required"),
                    Map.entry("x-display", "display"),
                    Map.entry("x-visible", "visible"),
                    Map.entry("x-hidden", "hidden"),
                    Map.entry("x-pattern", "pattern"),
                    Map.entry("x-value", "value"),
                    Map.entry("x-content", "content"),
                    Map.entry("x-data", "data"),
                    Map.entry("x-component-props", "componentProps"),
                    Map.entry("x-decorator-props", "decoratorProps"));

    private final Map<String, FormField> byAddress = new LinkedHashMap<>();
    private final Map<String, FormField> byPath = new LinkedHashMap<>();
    private final SignalMap<String, Problem> problems = SignalMap.named("problems");
    private final Map<Effect, Problem> effects = new LinkedHashMap<>(); // and where they are
    private final JsonObject settings;

    private Form(JsonObject settings) {
        this.settings = settings;
    }

    /// Returns the form of a schema. Whatever is wrong in it shows among [#problems].
    ///
    /// @param settings the form's own properties, as `{form, schema}` documents have them
    /// @param schema the schema of the whole
    /// @throws DesignException if the schema is nested deeper than 200
    public static Form of(JsonObject settings, JsonObject schema) {
        Form form = new Form(settings);
        List<Runnable> starts = new ArrayList<>();
        form.add(schema.object("properties"), "", "", starts, 0);
        form.settle(() -> starts.forEach(Runnable::run)); // when all fields are there
        return form;
    }

    private void add(
            JsonObject properties, String address, String path, List<Runnable> starts, int depth) {
        if (depth > DEEPEST) {
            throw new DesignException(
                    "form: a schema may be nested " + DEEPEST + " deep; got more at " + address);
        }
        properties.forEach((name, json) -> {
            if (!(json instanceof JsonObject schema)) {
                return;
            }
            boolean isVoid = "void".equals(schema.text("type"));
            String itsAddress = address.isEmpty() ? name : address + "." + name;
            String itsPath = isVoid ? path : path.isEmpty() ? name : path + "." + name;
            FormField field = new FormField(itsAddress, isVoid ? itsAddress : itsPath);
            byAddress.put(itsAddress, field);
            if (!isVoid) {
                byPath.putIfAbsent(itsPath, field);
            }
            starts.add(() -> start(field, schema));
            add(schema.object("properties"), itsAddress, itsPath, starts, depth + 1);
        });
    }

    private void start(FormField field, JsonObject schema) {
        for (Map.Entry<String, String> entry : KEYWORDS) {
            String where = entry.getKey();
            Json value = schema.get(where);
            if (value != null) {
                Map<String, Json> state = Map.of(entry.getValue(), value);
                follow(field, where, () -> Reaction.apply(this, field, field, state, where));
            }
        }
        if (schema.get("default") != null && field.get("value") == null) {
            field.set("value", field.get("initialValue"));
        }
        Json reactions = schema.get("x-reactions");
        List<Json> all =
                reactions instanceof JsonArray array
                        ? array.values()
                        : reactions == null ? List.of() : List.of(reactions);
        for (int i = 0; i < all.size(); i++) {
            String where = "x-reactions[" + i + "]";
            Json reaction = all.get(i);
            follow(field, where, () -> Reaction.run(this, field, reaction, where));
        }
    }

    /// Does `work` whenever what it reads changes; what it throws shows at the field.
    private void follow(FormField field, String where, Runnable work) {
        Effect effect =
                Effect.named(
                        field.address() + " " + where,
                        () -> {
                            forget(field, where);
                            try {
                                work.run();
                            } catch (DesignException e) {
                                report(field, where, String.valueOf(e.getMessage()));
                            }
                        });
        effects.put(effect, new Problem(field.address(), where, ""));
    }

    /// Does `work` and what follows from it; reactions that keep each other running are stopped,
    /// and it shows where.
    private void settle(Runnable work) {
        boolean[] done = new boolean[1];
        try {
            Reactive.batch(() -> {
                work.run();
                done[0] = true;
            });
        } catch (DesignException e) {
            if (!done[0]) {
                throw e;
            }
            effects.forEach((effect, at) -> {
                if (effect.isStopped()) {
                    problems.put(
                            at.address() + " " + at.where(),
                            new Problem(at.address(), at.where(), String.valueOf(e.getMessage())));
                }
            });
        }
    }

    /// Returns the property of a field's state that a keyword of its schema tells, or null.
    static @Nullable String property(String keyword) {
        return KEYWORDS.stream()
                .filter(entry -> entry.getKey().equals(keyword))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(null);
    }

    private void forget(FormField field, String where) {
        Reactive.untracked(() -> {
            List.copyOf(problems.values().values()).stream()
                    .filter(problem -> problem.address().equals(field.address()))
                    .filter(problem -> problem.where().startsWith(where))
                    .forEach(problem -> problems.remove(key(field, problem.where())));
            return field;
        });
    }

    void report(FormField field, String where, String message) {
        problems.put(key(field, where), new Problem(field.address(), where, message));
    }

    private static String key(FormField field, String where) {
        return field.address() + " " + where;
    }

    /// Returns the fields, in the order of the schema.
    public List<FormField> fields() {
        return List.copyOf(byAddress.values());
    }

    /// Returns the field with this address or path, or null.
    public @Nullable FormField field(String addressOrPath) {
        FormField field = byAddress.get(addressOrPath);
        return field == null ? byPath.get(addressOrPath) : field;
    }

    /// Returns the field that `pattern` names as `field` sees it: `.x` is its sibling, `..x` its
    /// parent's, others go from the root. Null where there is none.
    @Nullable FormField field(FormField from, String pattern) {
        int dots = 0;
        while (dots < pattern.length() && pattern.charAt(dots) == '.') {
            dots++;
        }
        if (dots == 0) {
            return field(pattern);
        }
        String name = pattern.substring(dots);
        for (String start : List.of(from.address(), from.path())) {
            String base = start;
            for (int i = 0; i < dots; i++) {
                int end = base.lastIndexOf('.');
                base = end < 0 ? "" : base.substring(0, end);
            }
            FormField found = field(base.isEmpty() ? name : base + "." + name);
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    /// Gives a field a property of its state, as a user or program does, and runs what follows.
    /// What fails shows among [#problems].
    ///
    /// @throws DesignException if there is no such field or property
    public void set(String addressOrPath, String property, @Nullable Json value) {
        FormField field = field(addressOrPath);
        if (field == null) {
            throw new DesignException("form: there is no field " + addressOrPath);
        }
        settle(() -> field.set(property, value));
    }

    /// Returns the values of all fields that are not `none`, by path.
    public JsonObject values() {
        JsonObject all = JsonObject.EMPTY;
        for (Map.Entry<String, FormField> entry : byPath.entrySet()) {
            Json value = entry.getValue().get("value");
            if (value != null && !entry.getValue().display().equals("none")) {
                all = with(all, List.of(entry.getKey().split("\\.")), value);
            }
        }
        return all;
    }

    private static JsonObject with(JsonObject object, List<String> path, Json value) {
        String name = path.getFirst();
        return object.with(
                name,
                path.size() == 1
                        ? value
                        : with(object.object(name), path.subList(1, path.size()), value));
    }

    /// Returns what is wrong, in the order in which it came up.
    public List<Problem> problems() {
        return List.copyOf(problems.values().values());
    }

    /// Returns what an expression sees as `$form.name`: `values`, `getFieldState(path)`,
    /// `setFieldState(path, state)`, and the form's own settings.
    @Override
    public @Nullable Object get(String name) {
        return switch (name) {
            case "values" -> values();
            case "getFieldState" ->
                    (ScriptFunction)
                            all ->
                                    all.getFirst() instanceof JsonString(String at)
                                            ? field(at)
                                            : null;
            case "setFieldState" -> (ScriptFunction) this::setFieldState;
            default -> settings.get(name);
        };
    }

    private @Nullable Object setFieldState(List<? extends @Nullable Object> all) {
        FormField field = all.getFirst() instanceof JsonString(String at) ? field(at) : null;
        if (field == null || all.size() < 2) {
            throw new DesignException("setFieldState: there is no field " + all.getFirst());
        }
        if (all.get(1) instanceof ScriptFunction change) {
            change.call(List.of(field));
        } else if (all.get(1) instanceof JsonObject state) {
            state.forEach(field::set);
        }
        return null;
    }

    /// Ends all reactions.
    @Override
    public void close() {
        effects.keySet().forEach(Effect::dispose);
        effects.clear();
    }
}
