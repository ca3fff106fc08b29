package dev.tenon.designer.schema;

import static java.util.stream.Collectors.joining;

import dev.tenon.designer.json.JsonString;
import dev.tenon.designer.json.JsonText;
import java.util.Collection;
import java.util.Locale;

/// What is odd about a place of a document.
///
/// | rule | severity | of | meaning |
/// |---|---|---|---|
/// | `duplicate-id` | error | schema | two fields have one `x-designable-id`; the later gets another |
/// | `id` | warning | schema | `x-designable-id` is an object or an array |
/// | `type` | warning | schema | something is no object that should be one, so that it says nothing |
/// | `ref-cyclic` | error | schema | a `$ref` leads into itself; it is shown as it is, unresolved |
/// | `ref-unresolved` | warning | schema | a `$ref` leads nowhere in the document; it is shown as it is |
/// | `x-index` | warning | schema | `x-index` is no whole number from 0 |
/// | `x-index-equal` | warning | schema | siblings have equal `x-index`; both are kept, as the text has them |
/// | `name-collision` | warning | tree | two siblings have the same name; the later is written under its id |
/// | `name` | warning | tree | a name is an object or an array; the node is written under its id |
/// | `not-a-field` | warning | tree | the node is no field, and a schema has no place for it |
/// | `hidden` | warning | tree | the node is hidden from the canvas, which a schema does not say |
/// | `members` | warning | tree | the node has members that only a tree document keeps |
/// | `outside-form` | warning | tree | the node is not in the form, and a schema has no place for it |
/// | `no-form` | error | tree | no node is a form: nothing is written; a warning for a lone node |
///
/// @param severity how bad it is
/// @param path where, as a JSON pointer (RFC 6901): into the Formily document, or into the JSON of
///   the tree's root
/// @param rule the name of the rule, for programs
/// @param message what is wrong, in one line without the place
public record Diagnostic(Severity severity, String path, String rule, String message) {
    private static final int NAMED = 5; // members

    /// Returns that `who`, at `path`, has members that a schema has no place for.
    public static Diagnostic members(String path, String who, Collection<String> names) {
        String some =
                names.stream()
                        .limit(NAMED)
                        .map(name -> JsonText.compact(new JsonString(JsonText.brief(name))))
                        .collect(joining(", "));
        return new Diagnostic(
                Severity.WARNING,
                path,
                "members",
                "a schema keeps no members that are not known here; "
                        + who
                        + " loses "
                        + some
                        + (names.size() > NAMED ? " and " + (names.size() - NAMED) + " more" : ""));
    }

    /// Returns `<path>: <severity>: <message> [<rule>]`; the path of the whole is `/`.
    @Override
    public String toString() {
        return (path.isEmpty() ? "/" : path)
                + ": "
                + severity.name().toLowerCase(Locale.ROOT)
                + ": "
                + message
                + " ["
                + rule
                + "]";
    }
}
