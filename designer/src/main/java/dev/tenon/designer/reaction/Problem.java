package dev.tenon.designer.reaction;

import dev.tenon.designer.expression.Evaluation.Failure;

/// What is wrong with a node of a form, for the canvas to show on it.
///
/// @param id the node
/// @param address the field that the node made: one node makes a field for each row of an array
/// @param path where, as a JSON pointer (RFC 6901) into the node's props; empty for all of it
/// @param message what is wrong, in one line
public record Problem(String id, String address, String path, String message) {
    private static final int LONGEST = 1000;

    /// Returns `<address><path>: <message>`.
    @Override
    public String toString() {
        return address + path + ": " + message;
    }

    static String escaped(String name) {
        return name.replace("~", "~0").replace("/", "~1");
    }

    /// Returns what a failure says; the line too where it is the expression's own.
    static String text(Failure failure) {
        return failure.line() == 0
                ? failure.message()
                : failure.message() + " (line " + failure.line() + ")";
    }

    /// Returns `text`, cut in the middle where it is long: a document may have names of megabytes.
    static String brief(String text) {
        return text.length() <= LONGEST
                ? text
                : text.substring(0, LONGEST / 2)
                        + "..."
                        + text.substring(text.length() - LONGEST / 2);
    }

    /// Returns the pointer, or where it is long, that to something around.
    static String around(String pointer) {
        return pointer.length() <= LONGEST
                ? pointer
                : pointer.substring(0, Math.max(0, pointer.lastIndexOf('/', LONGEST)));
    }
}
