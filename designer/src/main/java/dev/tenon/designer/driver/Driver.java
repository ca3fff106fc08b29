package dev.tenon.designer.driver;

import dev.tenon.designer.engine.Engine;

/// Makes events of what a user did. A driver keeps what it needs from one input to the next, so a
/// page has its own.
@FunctionalInterface
public interface Driver {
    /// Takes in `input` and tells `engine` what it means; returns whether the browser should leave
    /// it alone.
    boolean take(Input input, Engine engine);
}
