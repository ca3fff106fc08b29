package dev.tenon.designer.expression;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// A function that a program lends to expressions, or an expression's own that it hands out. The
/// latter must be called before the evaluation has returned.
@FunctionalInterface
public interface ScriptFunction {
    /// Returns what it gives for `arguments`: a [dev.tenon.designer.json.Json], [ScriptObject] or
    /// [ScriptFunction], null for `undefined`, as the arguments are.
    ///
    /// @throws dev.tenon.designer.DesignException if it refuses; the expression fails with its
    ///   message
    @Nullable Object call(List<? extends @Nullable Object> arguments);
}
