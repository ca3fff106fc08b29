package dev.tenon.cli;

import dev.tenon.tensor.TenonException;
import java.nio.file.Files;
import java.nio.file.Path;

/// A file that a command is to write at its end.
public final class OutputFile {
    private OutputFile() {}

    /// Refuses a file that cannot be written, before the work whose result it is to take.
    ///
    /// @param option the option that named it
    /// @throws TenonException if it is a folder, a device or a pipe, or its folder is missing or
    ///   cannot be written to
    public static void check(String option, Path file) {
        Path folder = file.toAbsolutePath().getParent();
        if (folder == null || Files.isDirectory(file)) {
            throw new TenonException(option + " must be a file; got the folder " + file);
        }
        if (isStream(file)) {
            throw new TenonException(option + " must be a file; got the device or pipe " + file);
        }
        if (!Files.isDirectory(folder)) {
            throw new TenonException(option + ": the folder must exist; got " + file);
        }
        if (!Files.isWritable(folder)) {
            throw new TenonException(option + ": the folder must be writable; got " + file);
        }
    }

    /// Whether a path leads to something that takes bytes and is no file: a device, a pipe.
    static boolean isStream(Path file) {
        return Files.exists(file) && !Files.isRegularFile(file) && !Files.isDirectory(file);
    }
}
