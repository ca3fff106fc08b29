package dev.tenon.designer.schema;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/// A place in a document, told as a JSON pointer (RFC 6901) when it is asked for: a text for each
/// of many deep nodes would be longer than the document.
///
/// @param parent the place that it is in, or null for the whole
/// @param name its name there
record Place(@Nullable Place parent, String name) {
    static final Place ROOT = new Place(null, "");

    /// Returns the place `name` in this one.
    Place in(String name) {
        return new Place(this, name);
    }

    /// Returns the place of a child of the node that is here.
    Place child(int index) {
        return in("children").in(Integer.toString(index));
    }

    @Override
    public String toString() {
        Deque<String> names = new ArrayDeque<>();
        for (Place at = this; at.parent != null; at = at.parent) {
            names.push(at.name);
        }
        var pointer = new StringBuilder();
        names.forEach(
                step -> pointer.append('/').append(step.replace("~", "~0").replace("/", "~1")));
        return pointer.toString();
    }
}
