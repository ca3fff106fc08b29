package dev.tenon.designer.expression;

import dev.tenon.designer.json.Json;
import org.jspecify.annotations.Nullable;

/// What came of an expression: a value or the reason why there is none. Nothing is thrown, so that
/// a mistake shows where it is made and hinders nothing else.
public sealed interface Evaluation {
    /// A value.
    ///
    /// @param json the value, or null for `undefined` and functions, which JSON does not have
    record Value(@Nullable Json json) implements Evaluation {}

    /// A mistake.
    ///
    /// @param message what is wrong, in one line
    /// @param line where, from 1; 0 where a shared [Budget] was spent
    record Failure(String message, int line) implements Evaluation {}
}
