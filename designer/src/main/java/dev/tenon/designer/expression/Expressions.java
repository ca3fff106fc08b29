package dev.tenon.designer.expression;

import java.time.Clock;
import org.jspecify.annotations.Nullable;

/// Reads the expressions of Formily's documents, `{{$self.value > 3 ? 'visible' : 'none'}}`: the
/// part of JavaScript that computes values, in a sandbox.
///
/// There are all operators, optional chaining, templates, spread, destructuring, arrow functions
/// and functions, regular expressions; in scripts also the statements; the usual methods of
/// strings, arrays, numbers and dates, `Map` and `Set`, `Math`, `JSON`, `Object`, `Array`,
/// `parseInt` and their like. There are no classes, prototypes, getters, random numbers, `eval`,
/// `this`, promises, and no way to Java: an expression reaches what its scope lends.
///
/// An evaluation takes at most 1,000,000 steps, makes at most 16 MB, nests at most 800 deep; a text
/// has at most 20,000 characters. The same expression with the same scope and clock gives the same
/// value.
public final class Expressions {
    static final int LONGEST = 20_000;

    private Expressions() {}

    /// Returns the expression that `text` tells, without braces; its mistakes show as a failure.
    public static Expression compile(String text) {
        return Expression.read(text, () -> Parser.expression(checked(text)));
    }

    /// Returns the script that `text` tells: statements, whose value is what they return.
    public static Expression compileScript(String text) {
        return Expression.read(text, () -> Parser.script(checked(text)));
    }

    private static String checked(String text) {
        if (text.length() > LONGEST) {
            throw Halt.syntax(
                    "it must have at most " + LONGEST + " characters; it has " + text.length(), 1);
        }
        return text;
    }

    /// Returns what stands between the braces where all of `text` is one `{{...}}`, else null.
    public static @Nullable String body(String text) {
        String trimmed = text.strip();
        return trimmed.length() >= 4 && trimmed.startsWith("{{") && trimmed.endsWith("}}")
                ? trimmed.substring(2, trimmed.length() - 2)
                : null;
    }

    /// Returns what `text` gives, by the system's clock in UTC.
    public static Evaluation evaluate(String text, ScriptObject scope) {
        return compile(text).evaluate(scope);
    }

    /// Returns what `text` gives.
    ///
    /// @param clock tells dates the time and their zone
    public static Evaluation evaluate(String text, ScriptObject scope, Clock clock) {
        return compile(text).evaluate(scope, clock);
    }
}
