package dev.tenon.designer.settings;

import java.util.List;

/// Fields under a heading.
///
/// @param name its name in the schema, empty for fields without a heading
/// @param title what the heading says
/// @param isExpanded whether it is open at first
/// @param isVisible whether it is seen
/// @param fields the fields, in order
public record SettingsGroup(
        String name,
        String title,
        boolean isExpanded,
        boolean isVisible,
        List<SettingsField> fields) {
    /// Copies the list.
    public SettingsGroup {
        fields = List.copyOf(fields);
    }
}
