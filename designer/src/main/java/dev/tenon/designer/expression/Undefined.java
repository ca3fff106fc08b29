package dev.tenon.designer.expression;

/// JavaScript's `undefined`, within the package; outside of it, it is null.
enum Undefined {
    UNDEFINED
}
