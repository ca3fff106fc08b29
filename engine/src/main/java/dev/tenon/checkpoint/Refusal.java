package dev.tenon.checkpoint;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// A file that is being read, and what its refusals look like: `<format>: <file>: <rule>; got
/// <values>`.
///
/// @param format the first word of each message
/// @param file the file
record Refusal(String format, Path file) {
    /// Returns the exception that says that `rule` is broken by `got`.
    CheckpointException of(String rule, String got) {
        return new CheckpointException(format + ": " + file + ": " + rule + "; got " + got);
    }

    /// Returns the exception that says so, with what brought it about.
    CheckpointException of(String rule, String got, Throwable cause) {
        return new CheckpointException(format + ": " + file + ": " + rule + "; got " + got, cause);
    }

    /// Returns the exception that says what `what` is and what it might have been.
    CheckpointException unsupported(String what, String supported) {
        return new CheckpointException(
                format + ": " + file + ": " + what + "; supported: " + supported);
    }

    /// Maps the file into memory, to be read only.
    ///
    /// @throws CheckpointException if it does not exist or cannot be read
    MemorySegment map() {
        if (!Files.isRegularFile(file)) {
            throw new CheckpointException(format + ": the file must exist; got " + file);
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), Arena.ofAuto());
        } catch (IOException e) {
            throw of("the file must be readable", AtomicFile.reason(e), e);
        }
    }
}
