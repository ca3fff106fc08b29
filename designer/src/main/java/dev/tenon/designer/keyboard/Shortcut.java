package dev.tenon.designer.keyboard;

import dev.tenon.designer.engine.Engine;
import dev.tenon.designer.engine.Operation;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/// A command and the keys for it.
///
/// @param name the token of its name, `shortcuts.undo`, by which a palette of commands lists it
/// @param chords the keys, each set of them another way to give the command; keys are named as a
///   browser does, in lower case; none for a command without keys
/// @param command what to do
public record Shortcut(String name, List<Set<String>> chords, Command command) {
    /// What a shortcut does.
    @FunctionalInterface
    public interface Command {
        /// Does nothing: the keys are kept from the browser.
        Command NOTHING = (_, _) -> {};

        /// Does it.
        ///
        /// @param engine the designer
        /// @param operation what is edited in the active workspace
        void run(Engine engine, Operation operation);
    }

    /// Copies the list.
    public Shortcut {
        chords = chords.stream().map(Set::copyOf).toList();
    }

    /// Returns a shortcut whose chords are written with `+`: `Meta+Shift+Z`, `Control++`, `Delete`.
    /// `Ctrl` stands for `Control`. The reference takes a list of keys for alternatives, so that
    /// its Shift+S is Shift or S (D9).
    ///
    /// @throws IllegalArgumentException if a chord has no key or a key twice
    public static Shortcut of(String name, Command command, String... chords) {
        return new Shortcut(name, Arrays.stream(chords).map(Shortcut::chord).toList(), command);
    }

    private static Set<String> chord(String written) {
        boolean isPlus = written.equals("+") || written.endsWith("++");
        String others = isPlus ? written.substring(0, Math.max(0, written.length() - 2)) : written;
        String[] keys = written.equals("+") ? new String[0] : others.split("\\+", -1);
        Set<String> chord = new TreeSet<>(isPlus ? Set.of("+") : Set.of());
        for (String key : keys) {
            String name = key.toLowerCase(Locale.ROOT);
            if (key.isEmpty() || !chord.add(name.equals("ctrl") ? "control" : name)) {
                throw new IllegalArgumentException(
                        "shortcut: a chord must be different keys with + between; got \""
                                + written
                                + "\"");
            }
        }
        return chord;
    }

    /// Returns whether `keys` are one of the chords, in any order and case.
    public boolean matches(List<String> keys) {
        Set<String> pressed = new TreeSet<>();
        keys.forEach(key -> pressed.add(key.toLowerCase(Locale.ROOT)));
        return pressed.size() == keys.size() && chords.contains(pressed);
    }
}
