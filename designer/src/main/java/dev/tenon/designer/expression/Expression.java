package dev.tenon.designer.expression;

import dev.tenon.designer.expression.Evaluation.Failure;
import dev.tenon.designer.expression.Evaluation.Value;
import java.time.Clock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// An expression or script, read and ready. It keeps nothing from one evaluation to the next, and
/// several threads may evaluate it.
public final class Expression {
    private final String text;
    private final @Nullable Node node;
    private final @Nullable Failure failure;

    private Expression(String text, @Nullable Node node, @Nullable Failure failure) {
        this.text = text;
        this.node = node;
        this.failure = failure;
    }

    static Expression read(String text, Supplier<Node> reading) {
        try {
            return new Expression(text, reading.get(), null);
        } catch (Halt e) {
            return new Expression(text, null, new Failure(e.message(), e.line()));
        }
    }

    static Expression failed(String text, Failure failure) {
        return new Expression(text, null, failure);
    }

    /// Returns the text that it was read from.
    public String text() {
        return text;
    }

    /// Returns why it can't be evaluated, or null where it can.
    public @Nullable Failure failure() {
        return failure;
    }

    /// Returns what it gives, with the names of `scope` and those of the language; its dates are
    /// those of the system's clock in UTC.
    public Evaluation evaluate(ScriptObject scope) {
        return evaluate(scope, Clock.systemUTC());
    }

    /// Returns what it gives, with the names of `scope` and those of the language.
    ///
    /// @param clock tells dates the time and their zone
    public Evaluation evaluate(ScriptObject scope, Clock clock) {
        return evaluate(scope, clock, Budget.unlimited());
    }

    /// Returns what it gives, with the names of `scope` and those of the language.
    ///
    /// @param clock tells dates the time and their zone
    /// @param budget what it shares with others, of which its steps are taken
    public Evaluation evaluate(ScriptObject scope, Clock clock, Budget budget) {
        return evaluate(scope, clock, new Meter(budget));
    }

    Evaluation evaluate(ScriptObject scope, Clock clock, Meter meter) {
        if (node == null) {
            return failure == null ? new Failure("it was not read", 1) : failure;
        }
        var evaluator = new Evaluator(scope, clock, meter);
        try {
            return new Value(Values.json(evaluator.run(node), evaluator.meter()));
        } catch (Halt e) {
            return new Failure(e.message(), e.line());
        } catch (StackOverflowError e) { // the caller had used most of its stack; all is unwound
            return new Failure("it calls or nests deeper than the thread allows", 1);
        }
    }

    @Override
    public String toString() {
        return text;
    }
}
