package dev.tenon.optim;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/// Names optimizers as Keras does where its user gives no name: the class in snake case, then the
/// same with a number: `adam`, `adam_1`, `adam_w`.
///
/// Keras counts within a process until `clear_session`, so that a name depends on what else ran.
/// Here who wants such names holds the count: equal programs give equal names.
///
/// Source: Keras 3, `keras/src/utils/naming.py`.
public final class KerasNames {
    private final Map<String, Integer> given = new HashMap<>();

    /// Begins with no name given.
    public KerasNames() {}

    /// Returns the next name for an optimizer of the class `className`: `AdamW`, `SGD`.
    public String next(String className) {
        String name = snakeCase(className);
        int before = given.merge(name, 1, Integer::sum) - 1;
        return before == 0 ? name : name + "_" + before;
    }

    private static String snakeCase(String className) {
        return className
                .replaceAll("\\W+", "")
                .replaceAll("(.)([A-Z][a-z]+)", "$1_$2")
                .replaceAll("([a-z])([A-Z])", "$1_$2")
                .toLowerCase(Locale.ROOT);
    }
}
