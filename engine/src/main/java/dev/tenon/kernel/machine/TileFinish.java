package dev.tenon.kernel.machine;

import dev.tenon.kernel.UnaryOp;
import org.jspecify.annotations.Nullable;

/// What a tile does with its sums, `d` added to them, before it stores them: `activation(sum + beta
/// * c)`.
///
/// @param scaled whether `beta * c` is added; else `c` is not read
/// @param activation an op without settings, applied at the end; or null
record TileFinish(boolean scaled, @Nullable UnaryOp activation) {
    /// Says whether it does nothing: sums are stored as they are.
    boolean isNone() {
        return !scaled && activation == null;
    }

    /// Returns the formula of an activation.
    static Node activation(Pass pass, UnaryOp op, Node x) {
        Node none = pass.constant(0f); // for settings, which an activation does not have
        return new UnaryFormula(pass, none, none).value(op, x);
    }
}
