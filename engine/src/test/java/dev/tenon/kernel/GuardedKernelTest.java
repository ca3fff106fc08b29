package dev.tenon.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// No kernel reads or writes a byte beyond its operands, at either end.
///
/// A byte too far ends the process, so another process does the work: with this one's class path,
/// flags and `tenon.` properties, so that each backend and width is tested that these tests run on.
class GuardedKernelTest {
    private record Outcome(int status, String lastCall, String end) {}

    @BeforeEach
    void needsGuardPages() {
        assumeTrue(GuardPages.isSupported(), "guard pages are made on Linux and macOS only");
    }

    @Test
    void kernelsStayInsideTheirOperands() throws IOException, InterruptedException {
        Outcome outcome = run(System.getProperty("tenon.guard", "20"));
        assertThat(outcome.status)
                .as("the process ended at: %s%n%s", outcome.lastCall, outcome.end)
                .isZero();
        assertThat(outcome.lastCall).startsWith("done: ").endsWith("wrong: 0");
    }

    /// The test of the test.
    @ParameterizedTest
    @ValueSource(strings = {"overrun", "underrun"})
    void aByteTooFarEndsTheProcess(String crime) throws IOException, InterruptedException {
        Outcome outcome = run(crime);
        assertThat(outcome.status).isNotZero();
        assertThat(outcome.lastCall).endsWith("misbehaves");
    }

    private static Outcome run(String argument) throws IOException, InterruptedException {
        Process process = start(argument);
        String lastCall = "";
        StringBuilder end = new StringBuilder();
        try (BufferedReader lines =
                new BufferedReader(
                        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith("END ")
                        || line.startsWith("START ")
                        || line.startsWith("done: ")) {
                    lastCall = line;
                    end.setLength(0);
                } else if (end.length() < 5000) {
                    end.append(line).append('\n');
                }
            }
        }
        return new Outcome(process.waitFor(), lastCall, end.toString());
    }

    private static Process start(String argument) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        for (String flag : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
            if (!flag.startsWith("-javaagent") && !flag.startsWith("-Dtenon.")) {
                command.add(flag);
            }
        }
        System.getProperties()
                .forEach((name, value) -> {
                    if (name.toString().startsWith("tenon.")) {
                        command.add("-D" + name + "=" + value);
                    }
                });
        command.add("-XX:-CreateCoredumpOnCrash");
        command.add("-XX:+SuppressFatalErrorMessage"); // no report in a file; the last line says it
        command.add("-XX:TieredStopAtLevel=1");
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add(GuardedKernels.class.getName());
        command.add(argument);
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }
}
