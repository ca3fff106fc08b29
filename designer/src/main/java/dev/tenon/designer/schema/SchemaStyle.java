package dev.tenon.designer.schema;

/// How a tree is written as a schema.
public enum SchemaStyle {
    /// What was read from a schema is written as it stood there, to the order of its words, and
    /// only what changed in the tree is changed: schema -> tree -> schema is the identity. What no
    /// schema told about (a node that was dropped in, a tree that the reference made) is written as
    /// the reference writes it. The usual choice.
    AS_WRITTEN,

    /// Every field is written as the reference writes it: with its `x-designable-id`, its place as
    /// `x-index`, its `name`; `$ref` is resolved. Words that the reference loses (those of the
    /// root, `patternProperties`, tuples, ...) are kept.
    NORMAL
}
