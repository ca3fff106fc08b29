package dev.tenon.designer.reaction;

import dev.tenon.designer.json.Json;
import org.jspecify.annotations.Nullable;

/// Takes what the expressions of a reaction assign.
interface Writer {
    /// Assigns the state `name` of `field`.
    void write(FormField field, String name, @Nullable Json value);

    /// Assigns the member `name` of the form's values.
    void write(Form form, String name, @Nullable Json value);

    /// Gives an array its rows anew.
    void write(RowMoves rows);
}
