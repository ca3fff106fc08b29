package dev.tenon.designer.reaction;

import dev.tenon.designer.json.Json;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// When a reaction with `effects` runs: as its field comes (`onFieldInit`, `onFieldMount`), has
/// another value (`onFieldValueChange`) or initial value (`onFieldInitialValueChange`), is given a
/// value from outside (`onFieldInputValueChange`).
final class Triggers {
    /// The effects that there are.
    static final Set<String> ALL =
            Set.of(
                    "onFieldInit",
                    "onFieldMount",
                    "onFieldValueChange",
                    "onFieldInitialValueChange",
                    "onFieldInputValueChange");

    /// Those of a reaction that tells a target and no effects, as Formily has it.
    static final List<String> OF_TARGET = List.of("onFieldInit", "onFieldValueChange");

    private final FormField self;
    private boolean isHere;
    private @Nullable Json value;
    private @Nullable Json initial;
    private int inputs;

    Triggers(FormField self) {
        this.self = self;
    }

    /// Returns whether one of `effects` has happened since the last call; the current effect runs
    /// again when one may have.
    boolean happened(List<String> effects) {
        Json valueNow = effects.contains("onFieldValueChange") ? self.exactState("value") : null;
        Json initialNow =
                effects.contains("onFieldInitialValueChange")
                        ? self.exactState("initialValue")
                        : null;
        int inputsNow = effects.contains("onFieldInputValueChange") ? self.inputs() : 0;
        boolean happened =
                isHere
                        ? !Objects.equals(value, valueNow)
                                || !Objects.equals(initial, initialNow)
                                || inputs != inputsNow
                        : effects.contains("onFieldInit") || effects.contains("onFieldMount");
        isHere = true;
        value = valueNow;
        initial = initialNow;
        inputs = inputsNow;
        return happened;
    }
}
