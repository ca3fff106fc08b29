package dev.tenon.designer.reaction;

import dev.tenon.designer.DesignException;
import dev.tenon.designer.expression.Budget;
import dev.tenon.designer.expression.Evaluation;
import dev.tenon.designer.expression.Evaluation.Failure;
import dev.tenon.designer.expression.ScriptObject;
import dev.tenon.designer.expression.Templates;
import dev.tenon.designer.expression.Templates.Resolved;
import dev.tenon.designer.json.Json;
import dev.tenon.designer.reactive.Reactive;
import dev.tenon.designer.reactive.Signal;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What the expressions and reactions of a form may do after one change, in steps.
///
/// Steps are those of expressions. What a form does besides is told in steps too, so that one is 10
/// to 20 ns: a value in a document one, a character that is read eight, a state that is made anew
/// ten, one that is assigned a hundred, an element that is copied one. What finds the budget spent
/// is left out and told of; it waits for [#renew], which the next change does.
final class Work {
    /// Of one change; a form of 10,000 fields with expressions takes some 3,000,000.
    static final long MOST_STEPS = 50_000_000;

    private static final int MOST_NAMED = 3;

    private final Clock clock;
    private final Budget budget;
    private final Signal<Integer> renewals = Signal.named("form.changes", 0);
    private final Map<String, Long> costs = new HashMap<>(); // steps of each since the change
    private long within; // steps of those that the current one waited for
    private boolean isAwaited;
    private final Holding holding = new Holding(this);

    Work(Clock clock) {
        this.clock = clock;
        this.budget =
                new Budget(
                        MOST_STEPS,
                        "the expressions and reactions of a form may take "
                                + MOST_STEPS
                                + " steps together after one change; this one is left out, since"
                                + " others took them. The form's own problem names the costliest;"
                                + " the next change tries again");
    }

    /// Gives all their steps again. What was left out runs at the end of the current batch.
    void renew() {
        if (Reactive.isSettling()) {
            return; // an effect from outside writes: it is still the same change
        }
        budget.renew();
        costs.clear();
        if (isAwaited) {
            isAwaited = false;
            renewals.set(renewals.peek() + 1);
        }
    }

    /// Makes the current computed or effect run again after the next change.
    void await() {
        isAwaited = true;
        renewals.get();
    }

    Budget budget() {
        return budget;
    }

    Holding holding() {
        return holding;
    }

    boolean isSpent() {
        return budget.isSpent();
    }

    /// Takes steps, also such as are not there.
    void take(long steps) {
        budget.take(steps);
    }

    /// Takes steps.
    ///
    /// @throws DesignException if they are not there
    void need(long steps) {
        budget.take(steps);
        if (isSpent()) {
            throw new DesignException(budget.failure());
        }
    }

    /// Returns what is wrong with the form as a whole, or null.
    @Nullable String problem() {
        if (!isSpent()) {
            return null;
        }
        await();
        String costliest =
                costs.entrySet().stream()
                        .sorted(
                                Map.Entry.<String, Long>comparingByValue()
                                        .reversed()
                                        .thenComparing(Map.Entry.comparingByKey()))
                        .limit(MOST_NAMED)
                        .map(each -> Problem.brief(each.getKey()) + " (" + each.getValue() + ")")
                        .collect(Collectors.joining(", "));
        return "the expressions and reactions of a form may take "
                + MOST_STEPS
                + " steps together after one change; these need more, and some are left out. The"
                + " costliest are "
                + costliest
                + ". Make these cheaper";
    }

    // ---- evaluations; `who` names the word or the reaction

    Resolved resolve(String who, Json json, ScriptObject scope) {
        return counted(who, shared -> Templates.resolve(json, scope, clock, shared));
    }

    Evaluation evaluate(String who, String text, ScriptObject scope) {
        return counted(who, shared -> shared.expression(text).evaluate(scope, clock, shared));
    }

    Evaluation script(String who, String text, ScriptObject scope) {
        return counted(who, shared -> shared.script(text).evaluate(scope, clock, shared));
    }

    /// Returns why `text` can't be evaluated, or null where it can.
    @Nullable Failure mistake(String text) {
        return budget.expression(text).failure();
    }

    private <T> T counted(String who, Function<Budget, T> work) {
        long before = budget.taken();
        long around = within;
        within = 0;
        T result = work.apply(budget);
        long taken = budget.taken() - before;
        costs.merge(who, taken - within, Long::sum);
        within = around + taken;
        return result;
    }
}
