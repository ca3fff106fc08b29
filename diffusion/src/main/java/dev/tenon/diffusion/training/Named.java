package dev.tenon.diffusion.training;

import dev.tenon.checkpoint.CheckpointException;
import dev.tenon.tensor.TenonException;
import java.nio.file.Path;
import java.util.function.Supplier;

/// Puts the name of a file before what is wrong with its contents.
public final class Named {
    private Named() {}

    /// Returns what `body` makes of the contents of `file`.
    ///
    /// @param op what is done with the file, the first word of the message
    /// @throws CheckpointException `<op>: <file>: <message>` if the body refuses the contents
    public static <T> T in(String op, Path file, Supplier<T> body) {
        try {
            return body.get();
        } catch (TenonException e) {
            throw new CheckpointException(op + ": " + file + ": " + e.getMessage(), e);
        }
    }
}
