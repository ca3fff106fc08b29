package dev.tenon.diffusion.training;

import dev.tenon.checkpoint.CheckpointException;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Makes the folder of a run, which is there with its first file or not at all.
public final class NewFolder {
    private NewFolder() {}

    /// Makes `folder` and those above it where they are missing, and saves to it.
    ///
    /// @param save writes the first file
    /// @throws CheckpointException if the folder cannot be made or written; folders that were made
    ///   are removed then
    public static void make(Path folder, Runnable save) {
        List<Path> missing = missing(folder);
        try {
            Files.createDirectories(folder);
            save.run();
        } catch (FileAlreadyExistsException e) {
            throw new CheckpointException(
                    "train: --out must be a folder; got the file " + folder, e);
        } catch (IOException e) {
            remove(missing, e);
            throw new CheckpointException(
                    "train: the folder must be writable; got " + e.getMessage(), e);
        } catch (CheckpointException e) {
            remove(missing, e);
            throw e;
        }
    }

    /// Returns `folder` and the folders above it that do not exist, the deepest first.
    private static List<Path> missing(Path folder) {
        List<Path> missing = new ArrayList<>();
        for (Path path = folder.toAbsolutePath();
                path != null && !Files.exists(path);
                path = path.getParent()) {
            missing.add(path);
        }
        return missing;
    }

    private static void remove(List<Path> folders, Exception reason) {
        try {
            for (Path path : folders) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) { // someone else has put a file there
            reason.addSuppressed(e);
        }
    }
}
