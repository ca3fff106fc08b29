package dev.tenon.designer.schema;

import dev.tenon.designer.DesignException;
import dev.tenon.designer.json.Json;
import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.json.JsonString;
import dev.tenon.designer.json.JsonText;
import dev.tenon.designer.tree.Tree;
import java.util.LinkedHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Resolves `$ref`: the words that it leads to come in its place, and words beside it stand over
/// those that come before them, as in the reference. Differences: the target may come after its
/// use, and a `$ref` into itself ends.
final class References {
    /// How many words all references together may bring in: a few kilobytes of references to
    /// references would otherwise become any number.
    private static final int MOST_WORDS = 1_000_000;

    private final JsonObject root;
    private final List<Diagnostic> diagnostics;
    private final Places places;
    private int words;

    References(JsonObject root, List<Diagnostic> diagnostics, Places places) {
        this.root = root;
        this.diagnostics = diagnostics;
        this.places = places;
    }

    /// The targets that a place is inside of, the nearest first.
    record Within(JsonObject target, int depth, @Nullable Within outer) {
        @SuppressWarnings("ReferenceEquality") // an equal schema elsewhere is another place
        static boolean has(@Nullable Within within, JsonObject target) {
            for (Within at = within; at != null; at = at.outer) {
                if (at.target == target) { // the same place of the document, however it is spelled
                    return true;
                }
            }
            return false;
        }
    }

    /// The words of a schema.
    ///
    /// @param words in order, none for a schema that is no object
    /// @param within what fields below are inside of
    /// @param isReferred whether some of the words came from elsewhere
    record Keywords(JsonObject words, @Nullable Within within, boolean isReferred) {}

    Keywords keywords(Json schema, @Nullable Within within, Place place) {
        if (!(schema instanceof JsonObject object)) {
            return new Keywords(JsonObject.EMPTY, within, false);
        }
        if (!(object.get("$ref") instanceof JsonString(String reference))) {
            return new Keywords(object, within, false);
        }
        if (!(Pointers.find(root, reference) instanceof JsonObject target)) {
            report(Severity.WARNING, place, "ref-unresolved", reference, "an object in the schema");
            return new Keywords(object, within, false);
        }
        if (Within.has(within, target)) {
            report(Severity.ERROR, place, "ref-cyclic", reference, "no schema that it is in");
            return new Keywords(object, within, false);
        }
        int depth = within == null ? 1 : within.depth + 1;
        if (depth > Tree.DEEPEST) {
            throw new DesignException(
                    "schema: "
                            + place
                            + ": $ref must lead through at most "
                            + Tree.DEEPEST
                            + " others; \""
                            + JsonText.brief(reference)
                            + "\" leads through more");
        }
        Keywords brought = keywords(target, new Within(target, depth, within), place);
        words += brought.words.size() + object.size();
        if (words > MOST_WORDS) {
            throw new DesignException(
                    "schema: $ref must bring in at most "
                            + MOST_WORDS
                            + " words in all; "
                            + place
                            + " brings in more");
        }
        var all = new LinkedHashMap<String, Json>();
        object.forEach((name, value) -> {
            if (name.equals("$ref")) {
                brought.words.forEach(all::put);
            } else {
                all.put(name, value);
            }
        });
        return new Keywords(JsonObject.of(all), brought.within, true);
    }

    private void report(
            Severity severity, Place place, String rule, String reference, String wanted) {
        diagnostics.add(
                new Diagnostic(
                        severity,
                        places.of(place),
                        rule,
                        "$ref must lead to "
                                + wanted
                                + "; got \""
                                + JsonText.brief(reference)
                                + "\""));
    }
}
