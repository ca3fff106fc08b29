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
    private int beginnings;
    private List<String> effects = List.of(); // that were asked for last

    Triggers(FormField self) {
        this.self = self;
    }

    /// Returns whether one of `effects` has happened since the last call; the current effect runs
    /// again when one may have.
    boolean happened(List<String> effects) {
        this.effects = effects;
        int beginningsNow = self.beginnings();
        boolean begins = !isHere || beginnings != beginningsNow;
        Json valueBefore = value;
        Json initialBefore = initial;
        int inputsBefore = inputs;
        boolean isMoved = isMoved();
        look();
        isHere = true;
        beginnings = beginningsNow;
        if (begins) {
            return !isMoved
                    && (effects.contains("onFieldInit") || effects.contains("onFieldMount"));
        }
        return !Objects.equals(valueBefore, value)
                || !Objects.equals(initialBefore, initial)
                || inputsBefore != inputs;
    }

    private void look() {
        value = effects.contains("onFieldValueChange") ? self.exactState("value") : null;
        initial =
                effects.contains("onFieldInitialValueChange")
                        ? self.exactState("initialValue")
                        : null;
        inputs = effects.contains("onFieldInputValueChange") ? self.inputs() : 0;
    }

    /// Whether the field has just come for a row that was there before.
    boolean isMoved() {
        return !isHere && self.isMoved();
    }

    /// Takes what is there for what was: another row has come to the field.
    void forgive() {
        if (isHere) {
            look();
        }
    }
}
