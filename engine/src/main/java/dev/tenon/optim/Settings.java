package dev.tenon.optim;

import dev.tenon.tensor.TenonException;

/// Checks settings of rules, schedules and optimizers.
final class Settings {
    private Settings() {}

    static void share(String rule, String name, double value) {
        if (!(value >= 0 && value < 1)) {
            throw new TenonException(rule + ": " + name + " must be in [0, 1); got " + value);
        }
    }

    static void upToOne(String rule, String name, double value) {
        if (!(value >= 0 && value <= 1)) {
            throw new TenonException(rule + ": " + name + " must be in [0, 1]; got " + value);
        }
    }

    static void notNegative(String rule, String name, double value) {
        if (!(value >= 0 && value < Double.POSITIVE_INFINITY)) {
            throw new TenonException(rule + ": " + name + " must be at least 0; got " + value);
        }
    }

    /// @param name as Keras spells it, whose message this is
    static void steps(String schedule, String name, double value) {
        if (!(value > 0)) {
            String number = value == Math.rint(value) ? "" + (long) value : "" + value;
            throw new TenonException(
                    schedule
                            + ": Argument `"
                            + name
                            + "` must be > 0. Received: "
                            + name
                            + "="
                            + number);
        }
    }

    static void notNegative(String rule, String name, long value) {
        if (value < 0) {
            throw new TenonException(rule + ": " + name + " must be at least 0; got " + value);
        }
    }

    /// @param name as Keras spells it
    static void factor(String name, double value) {
        if (!(value > 0 && value < Double.POSITIVE_INFINITY)) {
            throw new TenonException("optimizer: " + name + " must be more than 0; got " + value);
        }
    }
}
