package dev.tenon.house;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// The checked-out repository that the tests of this package read.
final class Repository {
    private static final List<String> MODULES =
            List.of("engine", "diffusion", "designer", "cli", "bench", "peers");

    private Repository() {}

    /// The folder that holds the modules: the system property `tenon.root`, else the nearest one
    /// upwards that does.
    static Path root() {
        String given = System.getProperty("tenon.root");
        if (given != null) {
            return Path.of(given);
        }
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.isDirectory(folder.resolve(".mvn"))) {
            folder = Optional.ofNullable(folder.getParent()).orElseThrow();
        }
        return folder;
    }

    /// Every file under the modules' source folders and under examples/, in a fixed order.
    static List<Path> sources() {
        return Stream.concat(
                        MODULES.stream().map(module -> root().resolve(module).resolve("src")),
                        Stream.of(root().resolve("examples")))
                .filter(Files::isDirectory)
                .flatMap(Repository::files)
                .sorted()
                .toList();
    }

    /// The Java files among [#sources()].
    static List<Path> javaFiles() {
        return sources().stream().filter(file -> file.toString().endsWith(".java")).toList();
    }

    /// A path as a reader of the repository writes it.
    static String name(Path file) {
        return root().relativize(file).toString().replace('\\', '/');
    }

    static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Stream<Path> files(Path folder) {
        try (Stream<Path> walk = Files.walk(folder)) {
            return walk.filter(Files::isRegularFile).toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
