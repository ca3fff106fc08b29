package dev.tenon.designer.reaction;

import dev.tenon.designer.DesignException;
import dev.tenon.designer.expression.Evaluation;
import dev.tenon.designer.expression.Evaluation.Failure;
import dev.tenon.designer.expression.Expressions;
import dev.tenon.designer.expression.ScriptObject;
import dev.tenon.designer.expression.Templates;
import dev.tenon.designer.json.Json;
import dev.tenon.designer.json.JsonArray;
import dev.tenon.designer.json.JsonNull;
import dev.tenon.designer.json.JsonNumber;
import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.json.JsonString;
import dev.tenon.designer.reactive.Effect;
import dev.tenon.designer.reactive.Reactive;
import dev.tenon.designer.reactive.Signal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// One of a field's `x-reactions`, kept going: an expression, or `{dependencies, when, target,
/// fulfill: {state, schema, run}, otherwise: {...}}`.
///
/// Its expressions see `$deps` and `$dependencies`, and `$target`, beside what all expressions of a
/// field see, and may assign: `{{$self.title = $values.name}}`. `run` is a script of the same
/// language; `await`, `$props`, `$observable` and their like are not known to it, and show as a
/// problem.
final class Reaction implements Writer {
    private static final int MOST_RUNS = 50; // of one reaction after one write from outside

    private final FormField self;
    private final Json told;
    private final String path;
    private final Signal<List<Problem>> problems;
    private List<Problem> found = new ArrayList<>();
    private long round = -1;
    private int runs;
    private boolean isOver;

    private Reaction(FormField self, Json told, String path) {
        this.self = self;
        this.told = told;
        this.path = path;
        this.problems = Signal.named(self.address() + path, List.of());
    }

    /// Starts the reactions of a field, as parts of the current effect.
    static void start(FormField self) {
        Json reactions = self.node().props().get("x-reactions");
        if (reactions instanceof JsonArray array) {
            for (int i = 0; i < array.size(); i++) {
                start(self, array.get(i), "/x-reactions/" + i);
            }
        } else if (reactions != null && !(reactions instanceof JsonNull)) {
            start(self, reactions, "/x-reactions");
        }
    }

    private static void start(FormField self, Json told, String path) {
        Reaction reaction = new Reaction(self, told, path);
        self.watch(reaction.problems);
        Effect.named(self.address() + path, reaction::run);
    }

    private void run() {
        if (round != self.form().round()) {
            round = self.form().round();
            runs = 0;
        }
        isOver = ++runs > MOST_RUNS;
        found = new ArrayList<>();
        if (isOver) {
            report(
                    "",
                    "reactions must come to rest; this one is stopped after "
                            + MOST_RUNS
                            + " runs, since it changes what it or another reads");
        }
        attempt("", this::react); // also when it is over, so as to run on the next change
        problems.set(List.copyOf(found));
    }

    private void report(String below, String message) {
        found.add(self.problem(path + below, message));
    }

    private void attempt(String below, Runnable work) {
        try {
            work.run();
        } catch (DesignException e) {
            report(below, String.valueOf(e.getMessage()));
        }
    }

    // ---- what it assigns

    @Override
    public void write(FormField field, String name, @Nullable Json value) {
        if (!isOver) {
            field.assign(name, value);
        }
    }

    @Override
    public void write(Form form, String name, @Nullable Json value) {
        if (!isOver) {
            form.write(name, value);
        }
    }

    // ---- what it says

    private void react() {
        switch (told) {
            case JsonObject reaction -> react(reaction);
            case JsonString(String text) when Expressions.body(text) != null ->
                    value(
                            "",
                            Expressions.evaluate(
                                    String.valueOf(Expressions.body(text)),
                                    new FieldScope(self, this, Map.of())));
            default -> throw new DesignException("a reaction must be an object or {{...}}");
        }
    }

    private void react(JsonObject reaction) {
        ScriptObject dependencies = new Dependencies(reaction.get("dependencies"));
        String pattern = reaction.text("target");
        List<FormField> targets =
                pattern == null || pattern.isEmpty()
                        ? List.of(self)
                        : new FieldPattern(pattern).matches(self);
        if (targets.isEmpty()) {
            report("/target", "there is no field " + pattern + " for target");
        }
        for (FormField target : targets) {
            react(reaction, target, dependencies);
        }
    }

    private void react(JsonObject reaction, FormField target, ScriptObject dependencies) {
        Map<String, ScriptObject> names = new HashMap<>();
        names.put("$deps", dependencies);
        names.put("$dependencies", dependencies);
        names.put("$target", new FieldView(target, this));
        ScriptObject scope = new FieldScope(self, this, names);
        Boolean holds = holds(reaction.get("when"), scope);
        if (holds == null) {
            return;
        }
        String branch = holds ? "fulfill" : "otherwise";
        JsonObject change = reaction.object(branch);
        change.object("state")
                .forEach((state, value) -> {
                    String below = "/" + branch + "/state/" + Problem.escaped(state);
                    assign(target, state, resolved(value, scope, below), below);
                });
        change.object("schema")
                .forEach((word, value) -> {
                    String below = "/" + branch + "/schema/" + Problem.escaped(word);
                    String state = Keywords.STATES.get(word);
                    if (state == null) {
                        report(below, "the word " + word + " gives no state");
                        return;
                    }
                    Json resolved = resolved(value, scope, below);
                    assign(
                            target,
                            state,
                            resolved == null ? null : Keywords.state(word, resolved),
                            below);
                });
        String script = change.text("run");
        if (script != null) {
            String body = Expressions.body(script);
            value(
                    "/" + branch + "/run",
                    Expressions.compileScript(body == null ? script : body).evaluate(scope));
        }
    }

    /// Whether `when` holds; null where that is not known, since it failed.
    private @Nullable Boolean holds(@Nullable Json when, ScriptObject scope) {
        if (when == null || when instanceof JsonNull || when.equals(new JsonString(""))) {
            return true;
        }
        int before = found.size();
        Json value = resolved(when, scope, "/when");
        return found.size() > before ? null : (Boolean) (value != null && value.isTruthy());
    }

    private @Nullable Json resolved(Json json, ScriptObject scope, String below) {
        Templates.Resolved resolved = Templates.resolve(json, scope);
        resolved.failures()
                .forEach(each -> report(below + each.path(), Problem.text(each.failure())));
        return resolved.json();
    }

    private void value(String below, Evaluation result) {
        if (result instanceof Failure failure) {
            report(below, Problem.text(failure));
        }
    }

    /// Gives `target` a state, or a member of one: `componentProps.size`. Objects are merged into
    /// what is there; nothing is assigned where an expression gives nothing.
    private void assign(FormField target, String state, @Nullable Json value, String below) {
        if (value == null) {
            return;
        }
        String[] names = state.split("\\.", -1);
        Json whole = value;
        for (int i = names.length - 1; i > 0; i--) {
            whole = JsonObject.of(names[i], whole);
        }
        String name = names[0];
        Json given =
                name.equals("value") && whole instanceof JsonObject
                        ? Merging.merged(
                                Reactive.untracked(() -> Optional.ofNullable(target.value()))
                                        .orElse(null),
                                whole)
                        : whole;
        attempt(below, () -> write(target, name, given));
    }

    /// What `$deps` is: a dependency by its index and by its name.
    private final class Dependencies implements ScriptObject {
        private final Map<String, Json> values = new HashMap<>();
        private final int length;

        Dependencies(@Nullable Json told) {
            switch (told) {
                case JsonArray array -> {
                    length = array.size();
                    for (int i = 0; i < array.size(); i++) {
                        String below = "/dependencies/" + i;
                        switch (array.get(i)) {
                            case JsonString(String source) ->
                                    add(below, source, null, List.of(String.valueOf(i)));
                            case JsonObject one -> {
                                String name = one.text("name");
                                String index = String.valueOf(i);
                                add(
                                        below,
                                        one.text("source"),
                                        one.text("property"),
                                        name == null ? List.of(index) : List.of(index, name));
                            }
                            default -> report(below, "a dependency must be text or an object");
                        }
                    }
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
                    report("/dependencies", "dependencies must be an array or an object");
                }
            }
        }

        private void add(
                String below,
                @Nullable String source,
                @Nullable String property,
                List<String> names) {
            int mark = source == null ? -1 : source.indexOf('#');
            String at = source == null || mark < 0 ? source : source.substring(0, mark).strip();
            FormField field;
            try {
                field = at == null || at.isEmpty() ? null : new FieldPattern(at).first(self);
            } catch (DesignException e) {
                report(below, String.valueOf(e.getMessage()));
                return;
            }
            if (source == null || field == null) {
                report(
                        below,
                        source == null || source.isEmpty()
                                ? "a dependency must name a field as its source"
                                : "there is no field " + at + " to depend upon");
                return;
            }
            String of = mark >= 0 ? source.substring(mark + 1).strip() : property;
            List<String> steps =
                    List.of((of == null || of.isEmpty() ? "value" : of).split("\\.", -1));
            Json state = field.exactState(steps.getFirst());
            Json value = Keywords.at(state, steps.subList(1, steps.size()));
            if (value != null) {
                names.forEach(name -> values.put(name, value));
            }
        }

        @Override
        public @Nullable Object get(String name) {
            return name.equals("length") ? JsonNumber.of(length) : values.get(name);
        }
    }
}
