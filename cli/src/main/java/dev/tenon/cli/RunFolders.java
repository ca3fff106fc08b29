package dev.tenon.cli;

import dev.tenon.diffusion.training.DiffusionRun;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;

/// The folders under `runs/`, where results go unless `--out` names another place: a run never
/// overwrites another.
final class RunFolders {
    private static final Path RUNS = Path.of("runs");

    private RunFolders() {}

    /// Returns the first of `runs/NAME`, `runs/NAME-2`, ... that does not exist.
    static Path fresh(String name) {
        Path folder = RUNS.resolve(name);
        for (int number = 2; Files.exists(folder); number++) {
            folder = RUNS.resolve(name + "-" + number);
        }
        return folder;
    }

    /// Returns the folder whose state was saved last, if there is any.
    static Optional<Path> newest() {
        if (!Files.isDirectory(RUNS)) {
            return Optional.empty();
        }
        try (Stream<Path> folders = Files.list(RUNS)) {
            return folders.filter(folder -> Files.exists(folder.resolve(DiffusionRun.CHECKPOINT)))
                    .max(Comparator.comparing(RunFolders::saved));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static FileTime saved(Path folder) {
        try {
            return Files.getLastModifiedTime(folder.resolve(DiffusionRun.CHECKPOINT));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
