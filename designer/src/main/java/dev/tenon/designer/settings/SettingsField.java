package dev.tenon.designer.settings;

import dev.tenon.designer.json.Json;
import dev.tenon.designer.json.JsonObject;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One field of a settings form.
///
/// @param path where its value is
/// @param label what it is called
/// @param tooltip what is said about it, or null
/// @param placeholder what stands in it while it is empty, or null
/// @param setter with what it is edited
/// @param component the setter's name in the schema
/// @param setterProps the setter's own settings
/// @param choices what it may be, where it is a choice
/// @param value the value, or null where there is none; of several nodes the one that all have
/// @param isMixed whether several nodes have different values
/// @param shown what is shown where there is no value, or null; it is in no node
/// @param isVisible whether it is seen
/// @param parts the fields that the setter edits, where it edits several; then this one has no
///   value of its own
public record SettingsField(
        SettingPath path,
        String label,
        @Nullable String tooltip,
        @Nullable String placeholder,
        Setter setter,
        String component,
        JsonObject setterProps,
        List<Choice> choices,
        @Nullable Json value,
        boolean isMixed,
        @Nullable Json shown,
        boolean isVisible,
        List<SettingsField> parts) {
    /// Copies the lists.
    public SettingsField {
        choices = List.copyOf(choices);
        parts = List.copyOf(parts);
    }

    /// Something that a field may be.
    ///
    /// @param value the value
    /// @param label what it is called
    public record Choice(Json value, String label) {}
}
