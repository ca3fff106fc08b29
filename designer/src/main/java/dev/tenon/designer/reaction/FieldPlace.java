package dev.tenon.designer.reaction;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Where a field is: among all fields, and where its value is among the values. A void field has no
/// value, and what is in it belongs to what the void field is in. A void row of an array lends its
/// index to the first field with a value that is in it.
///
/// @param parent the field that it is in, or null for the form
/// @param names those from the form down, the address
/// @param isVoid whether it has no value
/// @param container the field whose value holds its value, or null for the form
/// @param key its name in that value
/// @param several what `key` tells of several members, or null where it is one name
/// @param keys the names from the form down to its value; for a void field, to where it would be
/// @param slot of a void field the index of the row that it is or is alone in, or null
/// @param row the innermost row that it is or is in, or null
/// @param depth how many fields are above it
/// @param arrays how many arrays are above it
record FieldPlace(
        @Nullable FormField parent,
        List<String> names,
        boolean isVoid,
        @Nullable FormField container,
        String key,
        @Nullable Destructuring several,
        List<String> keys,
        @Nullable String slot,
        @Nullable Row row,
        int depth,
        int arrays) {
    /// A row of an array.
    record Row(FormField array, int index) {}

    static FieldPlace of(@Nullable FormField parent, String name, boolean isVoid, int row) {
        if (parent == null) {
            List<String> all = List.of(name);
            return new FieldPlace(
                    null, all, isVoid, null, name, Destructuring.of(name), all, null, null, 0, 0);
        }
        FieldPlace above = parent.place();
        FormField container = above.isVoid ? above.container : parent;
        String slot = above.isVoid ? above.slot : null;
        String key = slot == null ? name : slot;
        boolean isRow = row >= 0;
        return new FieldPlace(
                parent,
                joined(above.names, name),
                isVoid,
                container,
                key,
                Destructuring.of(key),
                joined(container == null ? List.of() : container.place().keys, key),
                !isVoid ? null : isRow ? name : slot,
                isRow ? new Row(parent, row) : above.row,
                above.depth + 1,
                above.arrays + (isRow ? 1 : 0));
    }

    private static List<String> joined(List<String> above, String name) {
        List<String> all = new ArrayList<>(above);
        all.add(name);
        return List.copyOf(all);
    }
}
