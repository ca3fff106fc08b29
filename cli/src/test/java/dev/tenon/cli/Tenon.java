package dev.tenon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/// The command `tenon` in this process, or as a process of its own.
final class Tenon {
    /// A run that takes a second or two.
    static final List<String> TINY =
            List.of(
                    "train",
                    "digits",
                    "--batch=8",
                    "--width=4",
                    "--levels=1",
                    "--heads=0",
                    "--noise-steps=20");

    private Tenon() {}

    /// What a command came to.
    ///
    /// @param code exit code
    /// @param out standard output
    /// @param err standard error
    record Ended(int code, String out, String err) {
        /// Asserts that the command ended with code 2 and said one line, and only on standard
        /// error.
        void refusedWith(String line) {
            assertThat(this).isEqualTo(new Ended(Program.REFUSED, "", line + "\n"));
        }

        /// Asserts that the command did what it was asked to.
        Ended worked() {
            assertThat(code).as(err).isZero();
            return this;
        }
    }

    /// Runs a command in this process.
    static Ended run(List<String> words) {
        PrintStream realOut = System.out;
        PrintStream realErr = System.err;
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        try {
            System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
            System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
            int code =
                    Program.commandLine(new Main())
                            .setOut(writer(out))
                            .setErr(writer(err))
                            .execute(words.toArray(String[]::new));
            return new Ended(code, text(out), text(err));
        } finally {
            System.setOut(realOut);
            System.setErr(realErr);
        }
    }

    private static PrintWriter writer(ByteArrayOutputStream bytes) {
        return new PrintWriter(bytes, true, StandardCharsets.UTF_8);
    }

    static Ended run(String... words) {
        return run(List.of(words));
    }

    private static String text(ByteArrayOutputStream bytes) {
        return bytes.toString(StandardCharsets.UTF_8).replace(System.lineSeparator(), "\n");
    }

    /// Returns the tiny run's words with others after them.
    static List<String> tiny(String... more) {
        return Stream.concat(TINY.stream(), Stream.of(more)).toList();
    }

    /// Starts a command as a process of its own; both its outputs come from
    /// [Process#getInputStream].
    ///
    /// @param before words to put before the one that starts Java, such as a shell's
    static ProcessBuilder process(List<String> before, List<String> words) {
        List<String> command = new ArrayList<>(before);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-XX:+UseSerialGC");
        command.add("-XX:TieredStopAtLevel=1"); // a short life
        command.add("--enable-native-access=ALL-UNNAMED");
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add(Main.class.getName());
        command.addAll(words);
        return new ProcessBuilder(command).redirectErrorStream(true);
    }

    /// Returns every file below `folder` with its size and time, to see that nothing changed.
    static Map<String, String> contents(Path folder) {
        Map<String, String> contents = new TreeMap<>();
        try (Stream<Path> paths = Files.walk(folder)) {
            for (Path path : paths.toList()) {
                contents.put(
                        folder.relativize(path).toString(),
                        Files.isDirectory(path)
                                ? "folder"
                                : Files.size(path)
                                        + " bytes of "
                                        + Files.getLastModifiedTime(path));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return contents;
    }
}
