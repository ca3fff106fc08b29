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
import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.json.JsonString;
import dev.tenon.designer.reactive.Effect;
import dev.tenon.designer.reactive.Reactive;
import dev.tenon.designer.reactive.Signal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// One of a field's `x-reactions`, kept going: `{dependencies, when, target, effects, fulfill:
/// {state, schema, run}, otherwise: {...}}`, or an expression that does the work, or gives such an
/// object or a function of the field that does it.
///
/// It runs at once and whenever what it read has changed. One with `effects`, and one with a
/// `target`, runs when these have happened and not else, as Formily has it; fields that come later
/// and that its target names are given what it gave the others.
///
/// Its expressions see `$deps` and `$dependencies`, and `$target`, beside what all expressions of a
/// field see, and may assign: `{{$self.title = $values.name}}`. `run` is a script of the same
/// language; it has no `await`.
final class Reaction implements Writer {
    private static final int MOST_RUNS = 50; // of one reaction after one write from outside
    private static final int MOST_PROBLEMS = 100;
    private static final long ASSIGNMENT = 100; // steps, beside those of what is assigned

    private final FormField self;
    private final Work work;
    private final String name;
    private final Json told;
    private final String path;
    private final Triggers triggers;
    private final Set<FormField> given = new HashSet<>(); // what it did since it was triggered
    private boolean isTriggered; // at least once
    private List<Problem> kept = List.of(); // of the targets in given
    private final Signal<List<Problem>> problems;
    private List<Problem> found = new ArrayList<>();
    private long round = -1;
    private int runs;
    private boolean isOver;
    private boolean isLeftOut; // in part or whole, for want of steps or room
    private Holding.Making making;

    private Reaction(FormField self, Json told, String path) {
        this.self = self;
        this.work = self.form().work();
        this.name = self.address() + path;
        this.making = work.holding().new Making();
        this.told = told;
        this.path = path;
        this.triggers = new Triggers(self);
        self.watch(triggers);
        this.problems = Signal.named(name, List.of());
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
        Effect.named(reaction.name, reaction::run);
        Reactive.onCleanup(() -> reaction.work.holding().release(reaction.name));
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
        making = work.holding().new Making();
        boolean wasLeftOut = isLeftOut;
        isLeftOut = false;
        long refusals = work.holding().refusals();
        if (work.isSpent() || work.holding().isFull()) {
            report("", work.isSpent() ? work.budget().failure() : Holding.FULL);
            work.holding().release(name);
            isLeftOut = wasLeftOut;
            work.await();
        } else {
            attempt("", () -> react(wasLeftOut)); // also when over, so as to run on the next change
            attempt("", () -> making.keepAll(name, null, found.size() + given.size()));
        }
        isLeftOut |= work.holding().refusals() > refusals;
        if (isLeftOut) {
            work.await();
        }
        problems.set(List.copyOf(found));
    }

    private void report(String below, String message) {
        if (found.size() < MOST_PROBLEMS) {
            found.add(self.problem(path + below, message));
        }
        isLeftOut |= work.isSpent();
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
            work.need(ASSIGNMENT);
            Json merged = field.merged(name, value);
            making.keep(field.held(name), merged);
            field.assign(name, merged);
        }
    }

    @Override
    public void write(Form form, String name, @Nullable Json value) {
        if (!isOver) {
            work.need(ASSIGNMENT);
            making.keep(Form.HELD + name, value);
            form.write(name, value);
        }
    }

    @Override
    public void write(RowMoves rows) {
        if (!isOver) {
            making.keep(rows.array().held("value"), rows.value());
            rows.apply();
        }
    }

    // ---- what it says

    private void react(boolean wasLeftOut) {
        JsonObject reaction = reaction();
        if (reaction == null) {
            return;
        }
        List<String> effects = effects(reaction);
        boolean isMoved = triggers.isMoved(); // to a field that its row has just come to
        if (effects == null) {
            self.beginnings();
            react(reaction, targets(reaction));
            return;
        }
        if (triggers.happened(effects) || (isTriggered && wasLeftOut)) {
            isTriggered = true;
            given.clear();
            kept = List.of();
        }
        List<FormField> targets = targets(reaction);
        given.retainAll(targets);
        if (isMoved) {
            isTriggered = true;
            given.addAll(targets);
        }
        if (!isTriggered) {
            return;
        }
        int mark = found.size();
        List<FormField> others = targets.stream().filter(given::add).toList();
        if (targets.isEmpty() || !others.isEmpty()) {
            Reactive.untracked(() -> {
                attempt("", () -> react(reaction, others));
                return others;
            });
        }
        if (!targets.isEmpty()) {
            found.addAll(mark, kept);
        }
        kept = List.copyOf(found.subList(mark, found.size()));
    }

    /// Returns the reaction as an object; null where it is an expression that has done its work.
    private @Nullable JsonObject reaction() {
        return switch (told) {
            case JsonObject reaction -> reaction;
            case JsonString(String text) when Expressions.body(text) != null ->
                    made(String.valueOf(Expressions.body(text)));
            default -> throw new DesignException("a reaction must be an object or {{...}}");
        };
    }

    /// Evaluates a reaction that is an expression: what it gives is called with the field where it
    /// is a function, and is a reaction where it is an object that tells one.
    private @Nullable JsonObject made(String body) {
        Failure failure = work.mistake(body);
        Evaluation result =
                failure != null
                        ? failure
                        : work.evaluate(
                                name,
                                "(made => typeof made === 'function' ? made($self) : made)(("
                                        + body
                                        + "\n))",
                                new FieldScope(self, this, Map.of()));
        value("", result);
        return result instanceof Evaluation.Value(JsonObject made)
                        && (made.has("fulfill") || made.has("otherwise"))
                ? made
                : null;
    }

    /// Returns what triggers the reaction; null where it runs whenever what it reads has changed.
    private @Nullable List<String> effects(JsonObject reaction) {
        boolean isAimed = !target(reaction).isEmpty();
        if (!(reaction.get("effects") instanceof JsonArray array)
                || (isAimed && array.size() == 0)) {
            return isAimed ? Triggers.OF_TARGET : null;
        }
        List<String> effects = new ArrayList<>();
        for (int i = 0; i < array.size(); i++) {
            if (array.get(i) instanceof JsonString(String name) && Triggers.ALL.contains(name)) {
                effects.add(name);
            } else {
                report(
                        "/effects/" + i,
                        "an effect must be one of "
                                + String.join(", ", new TreeSet<>(Triggers.ALL))
                                + "; got "
                                + array.get(i));
            }
        }
        return effects;
    }

    private static String target(JsonObject reaction) {
        String target = reaction.text("target");
        return target == null ? "" : target;
    }

    private List<FormField> targets(JsonObject reaction) {
        String pattern = target(reaction);
        if (pattern.isEmpty()) {
            return List.of(self);
        }
        try {
            List<FormField> targets = new FieldPattern(pattern).matches(self);
            if (targets.isEmpty()) {
                report("/target", "there is no field " + pattern + " for target");
            }
            return targets;
        } catch (DesignException e) {
            report("/target", String.valueOf(e.getMessage()));
            return List.of();
        }
    }

    private void react(JsonObject reaction, List<FormField> targets) {
        ScriptObject dependencies =
                new Dependencies(self, reaction.get("dependencies"), this::report);
        for (FormField target : targets) {
            if (work.isSpent()) {
                report("", work.budget().failure());
                return;
            }
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
            value("/" + branch + "/run", work.script(name, body == null ? script : body, scope));
        }
    }

    /// Whether `when` holds; null where that is not known, since it failed. As in Formily only an
    /// expression can say no: a plain `false` or 0 is no condition.
    private @Nullable Boolean holds(@Nullable Json when, ScriptObject scope) {
        if (when == null || !when.isTruthy()) {
            return true;
        }
        Templates.Resolved resolved = work.resolve(name, when, scope);
        report("/when", resolved);
        Json value = resolved.json();
        return resolved.failures().isEmpty() ? (Boolean) (value != null && value.isTruthy()) : null;
    }

    private @Nullable Json resolved(Json json, ScriptObject scope, String below) {
        Templates.Resolved resolved = work.resolve(name, json, scope);
        report(below, resolved);
        return resolved.json();
    }

    private void report(String below, Templates.Resolved resolved) {
        resolved.failures()
                .forEach(each -> report(below + each.path(), Problem.text(each.failure())));
    }

    private void value(String below, Evaluation result) {
        if (result instanceof Failure failure) {
            report(below, Problem.text(failure));
        }
    }

    /// Gives `target` a state, or a member of one: `componentProps.size`. Objects are merged into
    /// what is there; nothing is assigned where an expression gives nothing.
    private void assign(FormField target, String state, @Nullable Json value, String below) {
        if (value != null) {
            attempt(below, () -> assign(target, state, value));
        }
    }

    private void assign(FormField target, String state, Json value) {
        String[] names = FieldPattern.names(state);
        Json whole = value;
        for (int i = names.length - 1; i > 0; i--) {
            whole = JsonObject.of(names[i], whole);
        }
        String first = names[0];
        Json given =
                first.equals("value") && whole instanceof JsonObject
                        ? Merging.merged(
                                Reactive.untracked(() -> Optional.ofNullable(target.value()))
                                        .orElse(null),
                                whole)
                        : whole;
        write(target, first, given);
    }
}
