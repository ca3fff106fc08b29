package dev.tenon.kernel.machine;

import java.io.Serial;

/// Machine code cannot be used here: the operating system refuses executable memory, or the
/// processor lacks what is asked for.
public final class MachineException extends RuntimeException {
    @Serial private static final long serialVersionUID = 1;

    MachineException(String message) {
        super(message);
    }
}
