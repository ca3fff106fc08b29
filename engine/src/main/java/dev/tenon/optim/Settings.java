package dev.tenon.optim;

import dev.tenon.tensor.TenonException;

/// Checks settings of update rules.
final class Settings {
    private Settings() {}

    static void share(String rule, String name, double value) {
        if (!(value >= 0 && value < 1)) {
            throw new TenonException(rule + ": " + name + " must be in [0, 1); got " + value);
        }
    }

    static void notNegative(String rule, String name, double value) {
        if (!(value >= 0 && value < Double.POSITIVE_INFINITY)) {
            throw new TenonException(rule + ": " + name + " must be at least 0; got " + value);
        }
    }
}
