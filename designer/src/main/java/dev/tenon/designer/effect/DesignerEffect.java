package dev.tenon.designer.effect;

/// Something that a designer does about events. An effect subscribes through the designer that it
/// is given ([Designer#on]), which ends its subscriptions when it is closed, so that none is left
/// behind (D21).
@FunctionalInterface
public interface DesignerEffect {
    /// Begins to work for `designer`.
    void attach(Designer designer);
}
