package dev.tenon.designer.expression;

import java.util.List;

/// A function of the language.
interface Callable {
    /// Returns what it gives for `arguments` when called upon `self`.
    Object call(Evaluator evaluator, Object self, List<Object> arguments);
}
