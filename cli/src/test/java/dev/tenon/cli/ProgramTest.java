package dev.tenon.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.tensor.TenonException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// One way to end for each kind of trouble.
final class ProgramTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void versionAndHelpGoToStandardOutput() {
        assertThat(tenon("--version")).isZero();
        assertThat(out.toString()).startsWith("tenon ").contains(" on Java 25").hasLineCount(1);
        assertThat(tenon("--help")).isZero();
        assertThat(out.toString()).contains("Usage: tenon");
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void withoutAWordTheUsageIsShown() {
        assertThat(tenon()).isZero();
        assertThat(out.toString()).contains("Usage: tenon");
    }

    @Test
    void unknownFlagIsOneLineAndCodeTwo() {
        assertThat(tenon("--frobnicate")).isEqualTo(2);
        assertThat(err.toString())
                .isEqualTo("tenon: Unknown option: '--frobnicate' (see tenon --help)\n");
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void almostKnownFlagIsSuggested() {
        assertThat(tenon("--verbos")).isEqualTo(2);
        assertThat(err.toString())
                .isEqualTo(
                        "tenon: Unknown option: '--verbos'; did you mean --version or --verbose? (see tenon --help)\n");
    }

    @Test
    void wrongValueNamesTheCommandItWasGivenTo() {
        assertThat(run(() -> 0, "--count", "many")).isEqualTo(2);
        assertThat(err.toString())
                .isEqualTo(
                        "task: Invalid value for option '--count': 'many' is not a whole number (see task --help)\n");
    }

    @Test
    void whatTenonRefusesIsOneLineAndCodeTwo() {
        assertThat(
                        run(() -> {
                            throw new TenonException("read: sizes must agree; got 3\n  and 4");
                        }))
                .isEqualTo(2);
        assertThat(err.toString()).isEqualTo("task: read: sizes must agree; got 3 and 4\n");
    }

    @Test
    void aFileThatIsNotThereIsOneLineAndCodeTwo() {
        assertThat(
                        run(() -> {
                            throw new UncheckedIOException(new NoSuchFileException("data/a.gz"));
                        }))
                .isEqualTo(2);
        assertThat(err.toString()).isEqualTo("task: no such file: data/a.gz\n");
    }

    @Test
    void aFullDiskIsOneLineAndCodeTwo() {
        assertThat(
                        run(() -> {
                            throw new IOException("No space left on device");
                        }))
                .isEqualTo(2);
        assertThat(err.toString()).isEqualTo("task: No space left on device\n");
    }

    @Test
    void aNameThatTheLocaleCannotWriteIsOneLineAndCodeTwo() {
        assertThat(
                        run(() -> {
                            throw new InvalidPathException("\uFFFD.json", "unmappable characters");
                        }))
                .isEqualTo(2);
        assertThat(err.toString())
                .isEqualTo(
                        "task: a file's name must have only characters that the locale knows; got"
                                + " \uFFFD.json. Set LC_ALL=C.UTF-8\n");
    }

    @Test
    void standardOutputRemembersWhyItFailed() throws IOException {
        var bytes = new ByteArrayOutputStream();
        var whole = new StandardOutput(bytes);
        whole.write('a');
        whole.write("bc".getBytes(StandardCharsets.UTF_8));
        assertThat(bytes).hasToString("abc");
        assertThat(whole.failure()).isNull();
        for (String reason : List.of("No space left on device", "Broken pipe")) {
            var output = new StandardOutput(failing(reason));
            assertThatThrownBy(() -> output.write(1)).hasMessage(reason);
            if (reason.equals("Broken pipe")) {
                assertThat(output.failure()).isNull();
            } else {
                assertThat(output.failure()).hasMessage(reason);
            }
        }
    }

    private static OutputStream failing(String reason) {
        return new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException(reason);
            }
        };
    }

    @Test
    void aBugShowsItsTraceAndCodeOne() {
        assertThat(
                        run(() -> {
                            throw new IllegalStateException("never");
                        }))
                .isEqualTo(1);
        assertThat(err.toString())
                .startsWith(
                        "task: stopped by a bug in Tenon; please report it with the lines below\n")
                .contains("java.lang.IllegalStateException: never\n\tat dev.tenon.cli.ProgramTest");
    }

    private int tenon(String... words) {
        return captured(new Main()).execute(words);
    }

    private int run(Callable<Integer> body, String... words) {
        return captured(new Task(body)).execute(words);
    }

    private CommandLine captured(Object command) {
        return Program.commandLine(command)
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true));
    }

    /// A command that does what the test says.
    @Command(name = "task")
    static final class Task implements Callable<Integer> {
        private final Callable<Integer> body;

        @Option(names = "--count")
        int count;

        Task(Callable<Integer> body) {
            this.body = body;
        }

        @Override
        public Integer call() throws Exception {
            return body.call();
        }
    }
}
