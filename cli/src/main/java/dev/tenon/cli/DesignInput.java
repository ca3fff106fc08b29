package dev.tenon.cli;

import dev.tenon.designer.DesignException;
import dev.tenon.designer.document.DesignDocument;
import dev.tenon.designer.document.DesignFile;
import dev.tenon.designer.document.ReferenceTree;
import dev.tenon.designer.json.Json;
import dev.tenon.designer.json.JsonArray;
import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.json.JsonText;
import dev.tenon.designer.schema.Diagnostic;
import dev.tenon.designer.schema.SchemaStyle;
import dev.tenon.designer.schema.SchemaTransform;
import dev.tenon.designer.schema.Severity;
import dev.tenon.designer.schema.Transformed;
import dev.tenon.designer.tree.Ids;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// A design that a command reads, in any of the three kinds.
///
/// @param name stands for it in messages
/// @param json what was read
/// @param kind which kind it is
record DesignInput(String name, Json json, Kind kind) {
    /// What a design may come as.
    enum Kind {
        /// `{"format": "tenon-design", ...}`.
        DOCUMENT,
        /// Designable's tree: `{"componentName": ..., "children": [...]}`.
        TREE,
        /// Formily's `{"form": ..., "schema": ...}`.
        SCHEMA
    }

    /// Reads the file, or standard input for `-`.
    ///
    /// @throws DesignException if it is none of the three
    static DesignInput read(String file) {
        boolean isStandard = file.equals("-");
        String name = isStandard ? "standard input" : file;
        if (!isStandard && Files.isDirectory(Path.of(file))) {
            throw new DesignException("FILE must be a file; got the folder " + file);
        }
        Json json = isStandard ? JsonText.read(name, System.in) : DesignFile.read(Path.of(file));
        return new DesignInput(name, json, kind(name, json));
    }

    private static Kind kind(String name, Json json) {
        if (!(json instanceof JsonObject object)) {
            throw new DesignException(
                    name
                            + ": a design must be an object; got "
                            + (json instanceof JsonArray ? "an array" : JsonText.compact(json)));
        }
        if (DesignDocument.is(object)) {
            return Kind.DOCUMENT;
        }
        boolean isFormily = object.has("form") || object.has("schema");
        if (object.has("componentName") || (object.has("children") && !isFormily)) {
            return Kind.TREE;
        }
        if (isFormily || object.isEmpty()) {
            return Kind.SCHEMA;
        }
        if (object.has("properties")) {
            throw new DesignException(
                    name
                            + ": a schema must be in {\"form\": ..., \"schema\": ...}; got one alone."
                            + " Put it under \"schema\"");
        }
        throw new DesignException(
                name
                        + ": a design must have format (Tenon's), componentName (a tree) or form and"
                        + " schema (Formily's); got none of them");
    }

    /// Returns the design and what was odd in it.
    ///
    /// @param places whether nodes without an id are named by their place, so that the same text
    ///   has the same tree
    Transformed<DesignDocument> design(boolean places) {
        return switch (kind) {
            case DOCUMENT ->
                    new Transformed<>(DesignDocument.read(name, json, ids(places)), List.of());
            case TREE ->
                    new Transformed<>(
                            DesignDocument.of(
                                    ids(places).next(),
                                    ReferenceTree.read(name, json, ids(places))),
                            List.of());
            case SCHEMA -> {
                var tree =
                        places
                                ? SchemaTransform.DEFAULT.treeByPlace(json)
                                : SchemaTransform.DEFAULT.tree(json, Ids.random());
                yield new Transformed<>(
                        DesignDocument.of(ids(places).next(), tree.value()), tree.diagnostics());
            }
        };
    }

    private static Ids ids(boolean places) {
        return places ? Ids.of(new java.util.Random(0)) : Ids.random();
    }

    /// Returns the design and what was odd in it, as [#design].
    ///
    /// @throws DesignException naming the first error in it
    Transformed<DesignDocument> sound(boolean places) {
        Transformed<DesignDocument> design = design(places);
        for (Diagnostic found : design.diagnostics()) {
            if (found.severity() == Severity.ERROR) {
                throw new DesignException(
                        name
                                + ": "
                                + found.path()
                                + ": "
                                + found.message()
                                + " ["
                                + found.rule()
                                + "]");
            }
        }
        return design;
    }

    /// Returns all that is odd: in the document, and in what becomes of its tree as a schema.
    List<Diagnostic> diagnostics() {
        Transformed<DesignDocument> design = design(false);
        return kind == Kind.SCHEMA
                ? design.diagnostics()
                : SchemaTransform.DEFAULT
                        .schema(design.value().tree(), SchemaStyle.AS_WRITTEN)
                        .diagnostics();
    }
}
