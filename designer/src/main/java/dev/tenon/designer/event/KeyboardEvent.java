package dev.tenon.designer.event;

/// A key was used.
public sealed interface KeyboardEvent extends Event {
    /// Returns the key's name as a browser's `KeyboardEvent.key` says it: `a`, `Delete`, `ArrowUp`.
    String key();

    /// Returns what is held with it, the key itself included where it is a modifier.
    Modifiers modifiers();

    /// A key went down, or repeats while it is held.
    ///
    /// @param key its name
    /// @param modifiers what is held
    record KeyDown(String key, Modifiers modifiers) implements KeyboardEvent {
        @Override
        public String type() {
            return "key:down";
        }
    }

    /// A key went up.
    ///
    /// @param key its name
    /// @param modifiers what is held still
    record KeyUp(String key, Modifiers modifiers) implements KeyboardEvent {
        @Override
        public String type() {
            return "key:up";
        }
    }
}
