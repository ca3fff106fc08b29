package dev.tenon.designer.schema;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/// A place in a document, told as a JSON pointer (RFC 6901) when it is asked for: a text for each
/// of many deep nodes would be longer than the document.
///
/// @param parent the place that it is in, or null for the whole
/// @param name its name there
/// @param length how long the pointer is, about
record Place(@Nullable Place parent, String name, int length) {
    static final Place ROOT = new Place(null, "", 0);

    /// How long the pointer of a field may be.
    static final int LONGEST = 20_000;

    /// Returns the place `name` in this one.
    Place in(String name) {
        return new Place(this, name, length + 1 + name.length());
    }

    /// Returns the place of a child of the node that is here.
    Place child(int index) {
        return in("children").in(Integer.toString(index));
    }

    @Override
    public String toString() {
        return within(Integer.MAX_VALUE);
    }

    /// Returns the pointer, or that of the nearest place around whose pointer is not longer than
    /// `longest`.
    String within(int longest) {
        Deque<String> names = new ArrayDeque<>();
        for (Place at = this; at.parent != null; at = at.parent) {
            names.push(at.name);
        }
        var pointer = new StringBuilder();
        for (String name : names) {
            if (pointer.length() + 1L + name.length() > longest) {
                break;
            }
            pointer.append('/').append(name.replace("~", "~0").replace("/", "~1"));
        }
        return pointer.toString();
    }
}
