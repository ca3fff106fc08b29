package dev.tenon.designer.settings;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// Edits of one field without a longer pause: one step of the history, as `History.Entry.gesture`
/// takes it. The reference waits as long before it writes an entry, and mixes the edits of all
/// fields in it.
///
/// @param name names the gesture; no other one has it
/// @param about which nodes and field
/// @param last when the last edit was
public record Gesture(String name, String about, Instant last) {
    /// The pause that ends a gesture.
    public static final Duration PAUSE = Duration.ofSeconds(1);

    /// Returns the gesture of an edit at `now` of the field at `path`: the one `before`, or null,
    /// goes on, or a new one begins. A field that is left ends a gesture: give null then.
    public static Gesture of(
            @Nullable Gesture before, SettingsForm form, SettingPath path, Instant now) {
        String about = "settings " + String.join(",", form.ids()) + " " + path;
        if (before != null
                && before.about.equals(about)
                && Duration.between(before.last, now).compareTo(PAUSE) <= 0) {
            return new Gesture(before.name, about, now);
        }
        return new Gesture(about + " " + now, about, now);
    }
}
