package dev.tenon.designer.reaction;

import dev.tenon.designer.expression.Evaluation.Failure;

/// What is wrong with a node of a form, for the canvas to show on it.
///
/// @param id the node
/// @param address the field that the node made: one node makes a field for each row of an array
/// @param path where, as a JSON pointer (RFC 6901) into the node's props; empty for all of it
/// @param message what is wrong, in one line
public record Problem(String id, String address, String path, String message) {
    /// Returns `<address><path>: <message>`.
    @Override
    public String toString() {
        return address + path + ": " + message;
    }

    static String escaped(String name) {
        return name.replace("~", "~0").replace("/", "~1");
    }

    static String text(Failure failure) {
        return failure.message() + " (line " + failure.line() + ")";
    }
}
