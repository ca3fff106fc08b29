package dev.tenon.designer.document;

import dev.tenon.designer.json.JsonObject;

/// One step between two versions of the format, both ways. Steps work on JSON, not on trees: the
/// tree is of the newest version only.
public interface Migration {
    /// The lower version; the step leads to the next.
    int from();

    /// Returns a document of version [#from] as one of the next version, but for its `version`.
    JsonObject up(JsonObject document);

    /// Returns a document of the next version as one of version [#from], but for its `version`.
    /// What that version has no word for stays as it is: readers keep what they do not know.
    JsonObject down(JsonObject document);
}
