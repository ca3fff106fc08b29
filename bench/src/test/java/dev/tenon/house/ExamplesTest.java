package dev.tenon.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The examples compile against the modules as they are, and the README beside them names each.
class ExamplesTest {
    private static final Path EXAMPLES =
            Path.of(System.getProperty("tenon.root", ".."), "examples");

    @Test
    void eachCompiles(@TempDir Path out) throws IOException {
        var compiler = Objects.requireNonNull(ToolProvider.getSystemJavaCompiler());
        for (Path example : examples()) {
            StringWriter said = new StringWriter();
            var files = compiler.getStandardFileManager(null, null, null);
            boolean done =
                    compiler.getTask(
                                    said,
                                    files,
                                    null,
                                    List.of(
                                            "-d",
                                            out.toString(),
                                            "-cp",
                                            System.getProperty("java.class.path"),
                                            "-proc:none"),
                                    null,
                                    files.getJavaFileObjects(example))
                            .call();
            assertThat(done).as(example + ": " + said).isTrue();
        }
    }

    @Test
    void theReadmeNamesEach() throws IOException {
        String readme = Files.readString(EXAMPLES.resolve("README.md"));
        for (Path example : examples()) {
            assertThat(readme)
                    .contains("[" + example.getFileName() + "](" + example.getFileName() + ")");
        }
    }

    private static List<Path> examples() throws IOException {
        try (Stream<Path> files = Files.list(EXAMPLES)) {
            List<Path> examples =
                    files.filter(file -> file.toString().endsWith(".java")).sorted().toList();
            assertThat(examples).isNotEmpty();
            return examples;
        }
    }
}
