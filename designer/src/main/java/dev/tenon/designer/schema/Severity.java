package dev.tenon.designer.schema;

/// How bad a [Diagnostic] is.
public enum Severity {
    /// The document says what can't be: it must be mended before others can use it.
    ERROR,

    /// The document is odd, and the reference would lose or change a part of it.
    WARNING
}
