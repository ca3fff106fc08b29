package dev.tenon.diffusion.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.checkpoint.CheckpointException;
import dev.tenon.checkpoint.Safetensors;
import dev.tenon.data.Dataset;
import dev.tenon.data.Digits;
import dev.tenon.diffusion.Prediction;
import dev.tenon.diffusion.unet.UNetSettings;
import dev.tenon.kernel.Parallel;
import dev.tenon.tensor.TenonException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Settings and seed decide every byte of a run's state and model; neither threads nor stops do.
final class DiffusionRunTest {
    private static final Dataset DATA = Digits.load().train();
    private static final int THREADS = Parallel.threads();

    @TempDir Path folder;

    @AfterEach
    void restoreThreads() {
        Parallel.threads(THREADS);
    }

    private static TrainingSettings settings(int steps, long seed) {
        return settings(steps, seed, 8, Prediction.VELOCITY, new UNetSettings(1, 8, 1, 2, 16, 10));
    }

    private static TrainingSettings settings(
            int steps, long seed, int size, Prediction prediction, UNetSettings network) {
        return new TrainingSettings(
                "digits",
                size,
                seed,
                steps,
                12,
                4e-3,
                2,
                1,
                "cosine",
                20,
                prediction,
                0.3,
                0.9,
                network);
    }

    /// Runs until all is done or until `stopAfter` steps are done.
    private static void train(DiffusionRun run, int saveEvery, int stopAfter) {
        boolean finished =
                run.train(
                        saveEvery,
                        new DiffusionRun.Listener() {
                            @Override
                            public void step(DiffusionTraining training, double loss) {}

                            @Override
                            public boolean stopped() {
                                return run.training().done() >= stopAfter;
                            }
                        });
        assertThat(finished).isEqualTo(run.training().isFinished());
    }

    private Path whole(String name, TrainingSettings settings) {
        Path path = folder.resolve(name);
        train(DiffusionRun.begin(path, settings, DATA), 1000, Integer.MAX_VALUE);
        return path;
    }

    private static void assertSameBytes(Path run, Path other) {
        for (String file : new String[] {DiffusionRun.CHECKPOINT, TrainedModel.FILE}) {
            assertThat(run.resolve(file)).hasSameBinaryContentAs(other.resolve(file));
        }
    }

    @ParameterizedTest
    @CsvSource({"8, 0, VELOCITY", "8, 2, NOISE", "9, 2, VELOCITY"})
    void threadsDoNotChangeAByte(int size, int heads, Prediction prediction) {
        UNetSettings network = new UNetSettings(1, 8, 2, heads, 16, 10);
        TrainingSettings settings = settings(3, 5, size, prediction, network);
        Parallel.threads(1);
        Path one = whole("one", settings);
        Parallel.threads(2);
        Path two = whole("two", settings);
        Parallel.threads(5);
        Path five = whole("five", settings);
        assertSameBytes(two, one);
        assertSameBytes(five, one);
    }

    @Test
    void anotherSeedIsAnotherRun() throws IOException {
        byte[] one = Files.readAllBytes(whole("one", settings(2, 1)).resolve(TrainedModel.FILE));
        byte[] two = Files.readAllBytes(whole("two", settings(2, 2)).resolve(TrainedModel.FILE));
        assertThat(two).isNotEqualTo(one);
    }

    @Test
    void stoppedAtARandomStepItEndsAsIfNeverStopped() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        System.out.println("stops of seed " + seed);
        int steps = 10;
        TrainingSettings settings = settings(steps, seed);
        Path whole = whole("whole", settings);
        Path stopped = folder.resolve("stopped");
        int done = 1 + random.nextInt(steps - 1);
        train(DiffusionRun.begin(stopped, settings, DATA), 1 + random.nextInt(steps), done);
        while (done < steps) {
            DiffusionRun run = DiffusionRun.resume(stopped, DATA, 0);
            assertThat(run.training().done()).as("seed " + seed).isEqualTo(done);
            done += 1 + random.nextInt(steps - done);
            train(run, 1 + random.nextInt(steps), done);
        }
        assertSameBytes(stopped, whole);
    }

    @Test
    void theLossIsSavedWithTheState() {
        Path run = folder.resolve("run");
        DiffusionRun first = DiffusionRun.begin(run, settings(6, 3), DATA);
        assertThat(first.training().loss()).isZero();
        train(first, 100, 4);
        DiffusionRun second = DiffusionRun.resume(run, DATA, 0);
        assertThat(second.training().loss()).isPositive().isEqualTo(first.training().loss());
    }

    @Test
    void savedNumbersAreThoseOfTheRunAndNothingElse() {
        Path run = whole("run", settings(2, 3));
        Map<String, String> words =
                Safetensors.read(run.resolve(DiffusionRun.CHECKPOINT)).metadata();
        assertThat(words).containsOnlyKeys("format", "settings", "step", "loss");
        assertThat(Safetensors.read(run.resolve(TrainedModel.FILE)).metadata())
                .containsOnlyKeys("format", "settings");
        assertThat(TrainedModel.read(run).settings()).isEqualTo(settings(2, 3));
    }

    @Test
    void aFinishedRunIsResumedWithoutAStep() throws IOException {
        Path run = whole("run", settings(2, 3));
        byte[] state = Files.readAllBytes(run.resolve(DiffusionRun.CHECKPOINT));
        DiffusionRun again = DiffusionRun.resume(run, DATA, 0);
        assertThat(again.training().isFinished()).isTrue();
        train(again, 1, 0);
        assertThat(Files.readAllBytes(run.resolve(DiffusionRun.CHECKPOINT))).isEqualTo(state);
    }

    @Test
    void moreStepsAreGivenAndFewerRefused() {
        Path run = whole("run", settings(2, 3));
        DiffusionRun more = DiffusionRun.resume(run, DATA, 4);
        train(more, 1, Integer.MAX_VALUE);
        assertThat(more.training().done()).isEqualTo(4);
        assertThat(DiffusionRun.settings(run)).isEqualTo(settings(4, 3));
        assertThatThrownBy(() -> DiffusionRun.resume(run, DATA, 3))
                .isInstanceOf(CheckpointException.class)
                .hasMessage(
                        "resume: "
                                + run.resolve(DiffusionRun.CHECKPOINT)
                                + ": step must be a number from 0 to 3; got 4");
    }

    @Test
    void aStateOfAnotherNetworkIsRefusedWithItsName() throws IOException {
        Path run = whole("run", settings(2, 3));
        Path state = run.resolve(DiffusionRun.CHECKPOINT);
        var read = Safetensors.read(state);
        String settings = read.text("settings").replace("\"width\" : 8", "\"width\" : 16");
        Safetensors.write(
                state,
                new dev.tenon.checkpoint.Checkpoint(
                        read.tensors(),
                        Map.of(
                                "format",
                                read.text("format"),
                                "settings",
                                settings,
                                "step",
                                "2",
                                "loss",
                                "1")));
        assertThatThrownBy(() -> DiffusionRun.resume(run, DATA, 0))
                .isInstanceOf(CheckpointException.class)
                .hasMessageStartingWith(
                        "resume: "
                                + state
                                + ": load: names and shapes must be those of the layer; got shape"
                                + " inc.double_conv.0.weight [8, 1, 3, 3] for [16, 1, 3, 3], ")
                .hasMessageNotContaining("\n");
    }

    @Test
    void aRunThatCannotBeginLeavesNoFolder() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "");
        assertThatThrownBy(() -> DiffusionRun.begin(file.resolve("a/b"), settings(2, 3), DATA))
                .isInstanceOf(CheckpointException.class)
                .hasMessage(
                        "train: the folder must be writable; got "
                                + file.resolve("a")
                                + ": Not a directory");
        assertThat(folder).isDirectoryNotContaining(path -> !path.equals(file));
    }

    @Test
    void imagesHaveTheSizeOfTheSettings() {
        for (int size : new int[] {8, 16, 28, 32}) {
            UNetSettings network = new UNetSettings(1, 4, 2, 0, 8, 10);
            TrainingSettings settings = settings(1, 1, size, Prediction.VELOCITY, network);
            Path run = whole("of" + size, settings);
            TrainedModel model = TrainedModel.read(run);
            assertThat(model.shape()).isEqualTo(dev.tenon.tensor.Shape.of(1, size, size));
        }
    }

    @Test
    void settingsOutsideTheirRangeAreRefused() {
        UNetSettings network = new UNetSettings(1, 4, 4, 0, 8, 10);
        assertThatThrownBy(() -> settings(1, 1, 8, Prediction.NOISE, network))
                .isInstanceOf(TenonException.class)
                .hasMessage("train: size must be 16 to 256 for 4 levels; got 8");
        assertThatThrownBy(() -> settings(0, 1))
                .hasMessage("train: steps must be at least 1; got 0");
        assertThatThrownBy(() -> TrainingSettings.fromJson("{\"data\": \"digits\", \"size\": 8.5}"))
                .hasMessage("settings: size must be a whole number; got 8.5");
    }

    @Test
    void settingsSurviveJson() {
        TrainingSettings settings = settings(7, Long.MIN_VALUE);
        assertThat(TrainingSettings.fromJson(settings.toJson())).isEqualTo(settings);
    }
}
