package dev.tenon.designer.reaction;

import dev.tenon.designer.DesignException;
import dev.tenon.designer.expression.Evaluation.Failure;
import dev.tenon.designer.expression.ScriptObject;
import dev.tenon.designer.expression.Templates;
import dev.tenon.designer.expression.Templates.Resolved;
import dev.tenon.designer.json.Json;
import dev.tenon.designer.reactive.Computed;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What a node's words say of its field's states, their expressions evaluated.
final class FieldWords {
    private final FormField field;
    private final Map<String, Computed<Resolved>> words = new LinkedHashMap<>();

    FieldWords(FormField field) {
        this.field = field;
        ScriptObject scope = new FieldScope(field);
        for (String word : Keywords.STATES.keySet()) {
            Json told = field.node().props().get(word);
            if (told != null) {
                String name = name(word);
                words.put(word, Computed.named(name, () -> resolve(name, told, scope)));
            }
        }
    }

    private String name(String word) {
        return field.address() + "/" + word;
    }

    private Resolved resolve(String name, Json told, ScriptObject scope) {
        Work work = field.form().work();
        if (work.holding().isFull()) {
            work.holding().release(name);
            return leftOut(Holding.FULL);
        }
        Holding.Making making = work.holding().new Making();
        Resolved resolved = work.resolve(name, told, scope);
        if (!resolved.failures().isEmpty() && work.isSpent()) {
            work.await();
            return resolved;
        }
        try {
            making.keepAll(name, resolved.json(), resolved.failures().size());
            return resolved;
        } catch (DesignException e) {
            return leftOut(String.valueOf(e.getMessage()));
        }
    }

    private Resolved leftOut(String message) {
        field.form().work().await();
        return new Resolved(null, List.of(new Templates.Problem("", new Failure(message, 0))));
    }

    /// Returns what is said of a state; of several words the last that says something.
    Optional<Json> told(String state) {
        Optional<Json> told = Optional.empty();
        for (String word : Keywords.words(state)) {
            Computed<Resolved> resolved = words.get(word);
            if (resolved != null) {
                Json json = resolved.get().json();
                told = json == null ? told : Optional.of(Keywords.state(word, json));
            }
        }
        return told;
    }

    /// Returns what is wrong with the expressions.
    List<Problem> problems() {
        List<Problem> problems = new ArrayList<>();
        words.forEach((word, resolved) -> {
            for (Templates.Problem each : resolved.get().failures()) {
                problems.add(field.problem("/" + word + each.path(), Problem.text(each.failure())));
            }
        });
        return problems;
    }

    /// Forgets what they gave: the field is gone.
    void release() {
        words.keySet().forEach(word -> field.form().work().holding().release(name(word)));
    }
}
