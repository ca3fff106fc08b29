package dev.tenon.designer.schema;

import java.util.List;

/// What a transform made, and what it found odd on the way.
///
/// @param value what it made
/// @param diagnostics what was odd, in the order of the document; none of it made the transform
///   lose anything, unless its rule says so
public record Transformed<T>(T value, List<Diagnostic> diagnostics) {
    /// Copies the list.
    public Transformed {
        diagnostics = List.copyOf(diagnostics);
    }

    /// Returns whether a diagnostic is an error.
    public boolean hasErrors() {
        return diagnostics.stream().anyMatch(found -> found.severity() == Severity.ERROR);
    }
}
