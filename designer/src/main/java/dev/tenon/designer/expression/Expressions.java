package dev.tenon.designer.expression;

import dev.tenon.designer.expression.Evaluation.Failure;
import org.jspecify.annotations.Nullable;

/// Reads the expressions of Formily's documents, `{{$self.value > 3 ? 'visible' : 'none'}}`: the
/// part of JavaScript that computes values, in a sandbox.
///
/// There are all operators but `new` and `instanceof`, optional chaining, templates, spread,
/// destructuring, arrow functions and functions, regular expressions; in scripts also the
/// statements but `switch` and labels; the usual methods of strings, arrays and numbers, `Math`,
/// `JSON`, `Object`, `Array`, `parseInt` and their like. There are no classes, prototypes, getters,
/// dates, random numbers, `eval`, `this`, promises, and no way to Java: an expression reaches what
/// its scope lends.
///
/// An evaluation takes at most 1,000,000 steps, makes at most 16 MB, nests at most 800 deep; a text
/// has at most 20,000 characters. The same expression with the same scope gives the same value.
public final class Expressions {
    private static final int LONGEST = 20_000;

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

    /// Returns what `text` gives.
    public static Evaluation evaluate(String text, ScriptObject scope) {
        Expression expression = compile(text);
        Failure failure = expression.failure();
        return failure == null ? expression.evaluate(scope) : failure;
    }
}
