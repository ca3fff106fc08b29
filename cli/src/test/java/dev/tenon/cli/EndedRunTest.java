package dev.tenon.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tenon.checkpoint.Safetensors;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The real command as a process that is ended from outside: by the kill signal at any moment, by
/// Ctrl-C, by a disk that is full. Whatever happens, the run goes on from its newest state and ends
/// with the same bytes as one that was never stopped.
@Timeout(600)
final class EndedRunTest {
    private static final String CHECKPOINT = "checkpoint.safetensors";
    private static final String MODEL = "model.safetensors";

    /// Begins the line that says what the missing vector module costs.
    private static final String WARNING = "backend: scalar, ";

    /// How often the run is killed; `mvn test -Dtenon.kills=20` is the long version.
    private static final int KILLS = Integer.getInteger("tenon.kills", 3);

    private static final int STEPS = 20 + 10 * KILLS;

    /// So many that they last until a signal that is sent after the first ones arrives: fifty take
    /// a third of a second.
    private static final int MANY_STEPS = 500;

    private static final int TERMINATED = 143; // 128 and the signal's number

    @TempDir Path folder;

    private static List<String> words(Path run, int steps) {
        return Tenon.tiny(
                "--steps=" + steps,
                "--save-every=1",
                "--sampling-steps=2",
                "--judge-epochs=0",
                "--out=" + run);
    }

    private static List<String> goOn(Path run) {
        return List.of(
                "train",
                "digits",
                "--resume=" + run,
                "--save-every=1",
                "--sampling-steps=2",
                "--judge-epochs=0");
    }

    private static Process start(List<String> words) throws IOException {
        return Tenon.process(List.of(), words).start();
    }

    private Path whole(int steps) throws Exception {
        Path whole = folder.resolve("whole");
        Process process = start(words(whole, steps));
        String said = said(process);
        assertThat(process.waitFor()).as(said).isZero();
        return whole;
    }

    private static String said(Process process) throws IOException {
        try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8)) {
            return reader.lines()
                    .filter(line -> !line.startsWith(WARNING))
                    .collect(Collectors.joining("\n", "", "\n"));
        }
    }

    private static void assertSameEnd(Path run, Path whole) {
        for (String file : List.of(CHECKPOINT, MODEL, "samples.png", "denoising.gif")) {
            assertThat(run.resolve(file)).hasSameBinaryContentAs(whole.resolve(file));
        }
    }

    @Test
    void killedAtAnyMomentItGoesOn() throws Exception {
        Path whole = whole(STEPS);
        long seed = System.nanoTime();
        Random random = new Random(seed);
        Path run = folder.resolve("run");
        int done = 0;
        List<String> words = words(run, STEPS);
        for (int kill = 1; kill <= KILLS; kill++) {
            Process process = start(words);
            int steps = random.nextInt(4);
            waitForSaves(run.resolve(CHECKPOINT), steps, process);
            // any moment: with --save-every=1 it trains half the time, and saves the other half
            boolean ended = process.waitFor(random.nextInt(400), TimeUnit.MILLISECONDS);
            process.destroyForcibly().waitFor();
            String moment = "kill " + kill + " of seed " + seed;
            int now = Integer.parseInt(Safetensors.read(run.resolve(CHECKPOINT)).text("step"));
            assertThat(now).as(moment).isBetween(done, STEPS);
            done = now;
            System.out.println(moment + ": at step " + done + (ended ? ", had ended" : ""));
            words = goOn(run);
        }
        Process last = start(words);
        String said = said(last);
        assertThat(last.waitFor()).as("seed " + seed + ": " + said).isZero();
        assertSameEnd(run, whole);
        // what a killed process left half-written is gone: five files of a run in its folder
        assertThat(Tenon.contents(run)).as("seed " + seed).hasSize(1 + 5);
    }

    /// Waits until the process has saved its state, at least once, and then `more` times.
    private static void waitForSaves(Path file, int more, Process process) throws Exception {
        for (int saves = 0; saves <= more; saves++) {
            Object saved = version(file);
            while (process.isAlive() && Objects.equals(version(file), saved)) {
                process.waitFor(2, TimeUnit.MILLISECONDS);
            }
        }
    }

    /// A save replaces the file by another.
    private static Object version(Path file) throws IOException {
        return Files.exists(file) ? Files.getLastModifiedTime(file) : "none";
    }

    @Test
    void ctrlCStopsAfterTheStepAndSaysHowToGoOn() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/bin/kill")), "needs /bin/kill to send a signal");
        Path whole = whole(MANY_STEPS);
        Path run = folder.resolve("run");
        Process process = start(words(run, MANY_STEPS));
        try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8)) {
            String line = reader.readLine();
            while (line != null && !line.startsWith("training: ")) {
                line = reader.readLine();
            }
            boolean other = isInterruptIgnored();
            String signal = other ? "-TERM" : "-INT";
            new ProcessBuilder("/bin/kill", signal, Long.toString(process.pid())).start().waitFor();
            String said = reader.lines().collect(Collectors.joining("\n"));
            assertThat(process.waitFor())
                    .as(said)
                    .isEqualTo(other ? TERMINATED : TrainDigits.STOPPED);
            int done = Integer.parseInt(Safetensors.read(run.resolve(CHECKPOINT)).text("step"));
            assertThat(done).isBetween(1, MANY_STEPS - 1);
            assertThat(said)
                    .endsWith(
                            "Stopped at step "
                                    + done
                                    + " of "
                                    + MANY_STEPS
                                    + ". Go on with: ./tenon train digits --resume "
                                    + run);
        }
        assertThat(Tenon.contents(run)).containsOnlyKeys("", CHECKPOINT, "run.json");
        Process last = start(goOn(run));
        String rest = said(last);
        assertThat(last.waitFor()).as(rest).isZero();
        assertSameEnd(run, whole);
    }

    /// Says whether the test was started in a way that lets Ctrl-C pass, as a shell's background
    /// jobs are: programs that it starts inherit that, and a second signal stops them the same way.
    private static boolean isInterruptIgnored() throws IOException {
        Path status = Path.of("/proc/self/status"); // Linux
        if (!Files.isReadable(status)) {
            return false;
        }
        return Files.readAllLines(status).stream()
                .filter(line -> line.startsWith("SigIgn:"))
                .anyMatch(line -> (Long.parseUnsignedLong(line.substring(7).strip(), 16) & 2) != 0);
    }

    @Test
    void aFullDiskIsOneLineAndLeavesNothing() throws Exception {
        assumeTrue(
                Files.isExecutable(Path.of("/bin/bash")), "needs bash to limit the size of files");
        Path run = folder.resolve("deep/run");
        // no file may grow beyond 20 blocks of 1024 bytes: a write then fails as on a full disk
        List<String> limited = List.of("/bin/bash", "-c", "ulimit -f 20; exec \"$@\"", "bash");
        Process process = Tenon.process(limited, words(run, 3)).start();
        String said = said(process);
        assertThat(process.waitFor()).as(said).isEqualTo(Program.REFUSED);
        assertThat(said)
                .matches(
                        "tenon train digits: write: \\Q"
                                + run.resolve(CHECKPOINT)
                                + "\\E: the folder must take \\d+ bytes; got \\d+ bytes free \\(File too large\\)."
                                + " The file is as it was before\n");
        assertThat(folder).isEmptyDirectory();
    }
}
