package dev.tenon.designer.keyboard;

import dev.tenon.designer.engine.Engine;
import dev.tenon.designer.engine.Operation;
import dev.tenon.designer.engine.Workspace;
import dev.tenon.designer.event.Modifiers;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The keys that were pressed one after another, and what they are short for.
///
/// A key that goes down joins the sequence, before it the modifiers that are held. Then the first
/// shortcut is run that the sequence matches, else the first that the key and the modifiers alone
/// match, and the sequence ends. It ends too when a modifier goes up, and after [#PATIENCE] without
/// a key. In the reference the sequence alone counts, so that a key which means nothing keeps
/// others from their work for four seconds (D8), and Alt is no modifier (D10).
public final class Keyboard {
    /// How long a sequence waits for its next key.
    public static final Duration PATIENCE = Duration.ofSeconds(4);

    private static final Set<String> MODIFIERS = Set.of("control", "shift", "meta", "alt");

    private final List<Shortcut> shortcuts;
    private final InstantSource clock;
    private final List<String> sequence = new ArrayList<>();
    private @Nullable Instant last;

    /// Begins without keys.
    ///
    /// @param shortcuts what keys are short for; the first that matches counts
    /// @param clock the time
    public Keyboard(List<Shortcut> shortcuts, InstantSource clock) {
        this.shortcuts = List.copyOf(shortcuts);
        this.clock = clock;
    }

    /// Returns what keys are short for.
    public List<Shortcut> shortcuts() {
        return shortcuts;
    }

    /// Returns the keys since the last shortcut, as they are named.
    public List<String> sequence() {
        if (last != null && Duration.between(last, clock.instant()).compareTo(PATIENCE) > 0) {
            clear();
        }
        return List.copyOf(sequence);
    }

    /// Forgets the sequence.
    public void clear() {
        sequence.clear();
        last = null;
    }

    /// Takes in a key that goes down; returns whether it was short for something, so that the
    /// browser should not have it. Where no workspace is open, nothing is.
    public boolean down(String key, Modifiers modifiers, Engine engine) {
        Workspace workspace = engine.workbench().active();
        sequence();
        last = clock.instant();
        List<String> chord = chord(key, modifiers);
        if (sequence.isEmpty()) {
            sequence.addAll(chord);
        } else {
            List<String> fresh = new ArrayList<>(chord);
            fresh.removeIf(this::isInSequence);
            if (fresh.remove(key)) {
                sequence.add(key);
            }
            sequence.addAll(0, fresh);
        }
        if (workspace == null) {
            return false;
        }
        Operation operation = workspace.operation();
        if (run(sequence, engine, operation) || run(chord, engine, operation)) {
            clear();
            return true;
        }
        return false;
    }

    /// Takes in a key that goes up.
    public void up(String key) {
        if (MODIFIERS.contains(key.toLowerCase(Locale.ROOT))) {
            clear();
        }
    }

    private boolean run(List<String> keys, Engine engine, Operation operation) {
        for (Shortcut shortcut : shortcuts) {
            if (shortcut.matches(keys)) {
                shortcut.command().run(engine, operation);
                return true;
            }
        }
        return false;
    }

    private boolean isInSequence(String key) {
        return sequence.stream().anyMatch(key::equalsIgnoreCase);
    }

    private static List<String> chord(String key, Modifiers modifiers) {
        List<String> chord = new ArrayList<>();
        hold(modifiers.ctrl(), "Control", key, chord);
        hold(modifiers.shift(), "Shift", key, chord);
        hold(modifiers.meta(), "Meta", key, chord);
        hold(modifiers.alt(), "Alt", key, chord);
        chord.add(key);
        return chord;
    }

    private static void hold(boolean isHeld, String modifier, String key, List<String> chord) {
        if (isHeld && !modifier.equalsIgnoreCase(key)) {
            chord.add(modifier);
        }
    }
}
