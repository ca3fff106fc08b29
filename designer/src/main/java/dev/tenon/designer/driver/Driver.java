package dev.tenon.designer.driver;

import dev.tenon.designer.engine.Engine;

/// Makes events of what a user did. A driver keeps what it needs from one input to the next, so a
/// page has its own.
@FunctionalInterface
public interface Driver {
    /// Takes in `input` and tells `engine` what it means; returns whether that is all it means, so
    /// that neither the drivers after this one nor the browser should do anything about it.
    boolean take(Input input, Engine engine);
}
