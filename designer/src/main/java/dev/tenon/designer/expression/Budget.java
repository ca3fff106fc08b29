package dev.tenon.designer.expression;

import dev.tenon.designer.expression.Evaluation.Failure;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;

/// What many evaluations may take together: steps, as one evaluation alone is bounded by steps. The
/// same evaluations in the same order are ended at the same one, whatever the machine. Reading an
/// expression takes steps too, eight a character; those that come again are read once, up to
/// 500,000 characters in all.
///
/// A budget belongs to one thread at a time.
public final class Budget {
    private static final long READING = 8;
    private static final int MOST_KEPT = 500_000;

    private final long most;
    private final String failure;
    private long left;
    private long made;
    private final Map<String, Expression> expressions = new HashMap<>();
    private final Map<String, Expression> scripts = new HashMap<>();
    private int kept; // characters of both

    /// Makes a budget of `most` steps.
    ///
    /// @param failure the message of evaluations that are ended by it or come when it is spent
    public Budget(long most, String failure) {
        this.most = most;
        this.failure = failure;
        this.left = most;
    }

    /// A budget that nothing spends.
    static Budget unlimited() {
        return new Budget(Long.MAX_VALUE, "");
    }

    /// Begins anew: all steps are there again.
    public void renew() {
        left = most;
    }

    /// Takes `steps` for work that goes with the evaluations; it may take more than are left.
    public void take(long steps) {
        left -= steps;
    }

    /// Returns whether more was asked for than there was, so that something is left out.
    public boolean isSpent() {
        return left < 0;
    }

    /// Returns how many steps were taken since the beginning or [#renew].
    public long taken() {
        return most - left;
    }

    /// Returns how many bytes of values all evaluations have made, those that went at once too.
    public long made() {
        return made;
    }

    /// Returns the message of evaluations that it ends.
    public String failure() {
        return failure;
    }

    /// Returns the expression that `text` tells; where the budget is spent, one that fails so.
    public Expression expression(String text) {
        return read(text, expressions, Expressions::compile);
    }

    /// Returns the script that `text` tells; where the budget is spent, one that fails so.
    public Expression script(String text) {
        return read(text, scripts, Expressions::compileScript);
    }

    private Expression read(
            String text, Map<String, Expression> known, Function<String, Expression> reading) {
        Expression old = known.get(text);
        if (old != null) {
            return old;
        }
        int length = Math.min(text.length(), Expressions.LONGEST);
        take(1 + READING * length);
        make(2L * length); // texts in it live on in what it gives
        if (isSpent()) {
            return Expression.failed(text, new Failure(failure, 0));
        }
        Expression expression = reading.apply(text);
        if (kept + text.length() <= MOST_KEPT) {
            kept += text.length();
            known.put(text, expression);
        }
        return expression;
    }

    void make(long bytes) {
        made += bytes;
    }

    /// Takes `steps` of an evaluation.
    void charge(long steps) {
        left -= steps;
        if (left < 0) {
            throw Halt.spent(failure);
        }
    }
}
