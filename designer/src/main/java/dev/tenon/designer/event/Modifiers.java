package dev.tenon.designer.event;

/// The keys that are held while another one is pressed or a pointer is used.
///
/// @param ctrl whether Control is held
/// @param shift whether Shift is held
/// @param meta whether Meta is held: Command, or the key with the windows
/// @param alt whether Alt is held, which the reference never sees (D10)
public record Modifiers(boolean ctrl, boolean shift, boolean meta, boolean alt) {
    /// No key is held.
    public static final Modifiers NONE = new Modifiers(false, false, false, false);

    /// Returns whether Control or Meta is held: the one of them that a system uses for commands.
    public boolean isCommand() {
        return ctrl || meta;
    }
}
