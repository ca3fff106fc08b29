package dev.tenon.diffusion.acgan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.tenon.checkpoint.Checkpoint;
import dev.tenon.checkpoint.CheckpointException;
import dev.tenon.checkpoint.Json;
import dev.tenon.checkpoint.Safetensors;
import dev.tenon.data.Digits;
import dev.tenon.data.Split;
import dev.tenon.diffusion.acgan.AcganTraining.Losses;
import dev.tenon.dtype.DType;
import dev.tenon.kernel.Parallel;
import dev.tenon.nn.Init;
import dev.tenon.tensor.Rng;
import dev.tenon.tensor.Shape;
import dev.tenon.tensor.TenonException;
import dev.tenon.tensor.Tensor;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The ACGAN against the example's numbers, and its runs: the same bytes whatever threads and
/// stops.
final class AcganRunTest {
    private static final Split DATA = few(Digits.load().resized(28, 28));
    private static final int THREADS = Parallel.threads();

    @TempDir Path folder;

    @AfterEach
    void restoreThreads() {
        Parallel.threads(THREADS);
    }

    private static Split few(Split all) {
        long[] some = new long[50];
        Arrays.setAll(some, i -> i);
        return new Split(all.train().select(some), all.test().select(some));
    }

    private static AcganSettings settings(int epochs) {
        return new AcganSettings(
                "digits", epochs, 20, 8, 0.05, 1e-3, 7); // 3 steps an epoch, the last of 10
    }

    /// Notes what a run tells.
    private static final class Notes implements AcganRun.Listener {
        final List<Losses> steps = new ArrayList<>();
        final List<String> epochs = new ArrayList<>();
        private final int stopAfter;

        Notes(int stopAfter) {
            this.stopAfter = stopAfter;
        }

        @Override
        public void step(AcganTraining training, Losses losses) {
            steps.add(losses);
        }

        @Override
        public void epoch(int epoch, Losses train, Losses test, List<String> seen) {
            epochs.add(epoch + " after " + steps.size());
        }

        @Override
        public boolean stopped() {
            return steps.size() == stopAfter;
        }
    }

    /// acgan.json, `parameter_counts`; the running statistics of the norms are not parameters.
    @Test
    void hasTheExamplesParameters() {
        AcganSettings settings = AcganSettings.of("mnist");
        Generator generator = Generator.of(settings, 10, Init.of(1));
        Discriminator discriminator = Discriminator.of(settings, 10, Init.of(2));
        long running =
                generator.running().values().stream().mapToLong(r -> r.shape().count()).sum();
        assertThat(running - 2).isEqualTo(576); // without the two counts of batches
        assertThat(generator.parameterCount() + 576).isEqualTo(2_657_897);
        assertThat(generator.dense().parameterCount()).isEqualTo(349_056);
        assertThat(generator.convT1().parameterCount()).isEqualTo(1_843_392);
        assertThat(generator.convT2().parameterCount()).isEqualTo(460_896);
        assertThat(generator.convT3().parameterCount()).isEqualTo(2401);
        assertThat(generator.embedding().parameterCount()).isEqualTo(1000);
        assertThat(discriminator.parameterCount()).isEqualTo(525_835);
        assertThat(discriminator.conv4().parameterCount()).isEqualTo(295_168);
        assertThat(discriminator.generation().parameterCount()).isEqualTo(12_545);
    }

    /// At full width the rate is the example's, narrower networks learn faster.
    @Test
    void scalesTheRateWithTheWidth() {
        assertThat(AcganSettings.of("mnist").learningRate()).isEqualTo(2e-4);
        assertThat(AcganSettings.usualRate(1)).isEqualTo(2e-4);
        assertThat(AcganSettings.usualRate(0.25)).isEqualTo(8e-4);
        assertThat(AcganSettings.usualRate(0.125)).isEqualTo(16e-4);
        assertThat(AcganSettings.usualRate(0.01)).isEqualTo(32e-4);
        assertThat(AcganSettings.usualRate(2)).isEqualTo(1e-4);
    }

    @Test
    void writesTheExamplesFiles() throws IOException {
        Notes notes = new Notes(-1);
        AcganRun run = AcganRun.begin(folder.resolve("run"), settings(2), DATA);
        assertThat(run.train(notes)).isTrue();
        assertThat(notes.epochs).containsExactly("1 after 3", "2 after 6");
        try (var files = Files.list(run.folder())) {
            assertThat(files.map(f -> f.getFileName().toString()).sorted())
                    .containsExactly(
                            "acgan-history.json",
                            "acgan-losses.png",
                            "acgan.safetensors",
                            "params_discriminator_epoch_001.safetensors",
                            "params_discriminator_epoch_002.safetensors",
                            "params_generator_epoch_001.safetensors",
                            "params_generator_epoch_002.safetensors",
                            "plot_epoch_001_generated.png",
                            "plot_epoch_002_generated.png");
        }
        BufferedImage picture =
                ImageIO.read(run.folder().resolve("plot_epoch_002_generated.png").toFile());
        assertThat(picture.getWidth()).isEqualTo(21 * 28);
        assertThat(picture.getHeight()).isEqualTo(40 * 28);
        assertThat(picture.getRGB(10 * 28 + 5, 100)).isEqualTo(0xFFFFFFFF);
        Map<String, Object> history = Json.read(run.folder().resolve("acgan-history.json"));
        assertThat(history.keySet()).containsExactly("train", "test");
        double mean = 0;
        for (Losses losses : notes.steps.subList(3, 6)) {
            mean += losses.generator().auxiliary() / 3;
        }
        assertThat(run.history().train().get(1).generator().auxiliary())
                .isCloseTo(mean, within(1e-12));
        Checkpoint weights =
                Safetensors.read(run.folder().resolve("params_generator_epoch_002.safetensors"));
        assertThat(weights.tensors().keySet())
                .containsExactlyInAnyOrderElementsOf(run.training().generator().state().keySet());
    }

    @Test
    void neitherStopsNorThreadsChangeAByte() throws IOException {
        AcganRun whole = AcganRun.begin(folder.resolve("whole"), settings(2), DATA);
        whole.train(new Notes(-1));
        Parallel.threads(1);
        Path parts = folder.resolve("parts");
        assertThat(AcganRun.begin(parts, settings(1), DATA).train(new Notes(2))).isFalse();
        Parallel.threads(3);
        assertThat(AcganRun.settings(parts)).isEqualTo(settings(1));
        assertThat(AcganRun.resume(parts, DATA, 2).train(new Notes(2))).isFalse();
        assertThat(AcganRun.resume(parts, DATA, 0).train(new Notes(-1))).isTrue();
        for (String file :
                new String[] {
                    "acgan.safetensors",
                    "acgan-history.json",
                    "params_generator_epoch_001.safetensors",
                    "plot_epoch_002_generated.png"
                }) {
            assertThat(Files.mismatch(whole.folder().resolve(file), parts.resolve(file)))
                    .as(file)
                    .isEqualTo(-1);
        }
    }

    /// In a step of the generator the discriminator's weights stay, and the other way round.
    @Test
    void aFrozenDiscriminatorIsThawedAgain() {
        AcganTraining training = new AcganTraining(settings(1), DATA.train());
        float[] before = training.discriminator().conv1().weight().value().toFloats();
        training.step();
        assertThat(training.discriminator().params().values()).noneMatch(p -> p.isFrozen());
        assertThat(training.discriminator().conv1().weight().value().toFloats())
                .isNotEqualTo(before);
        assertThat(training.discriminatorOptimizer().steps()).isEqualTo(1);
        assertThat(training.generatorOptimizer().steps()).isEqualTo(1);
    }

    @Test
    void seesACollapse() {
        AcganTraining training = new AcganTraining(settings(1), DATA.train());
        Losses fine = new Losses(new AcganLoss(1, 0), new AcganLoss(0.6, 0));
        Losses lost = new Losses(new AcganLoss(6.5, 0), new AcganLoss(0.01, 0));
        Tensor weight = training.generator().convT3().weight().value();
        weight.assign(Tensor.zeros(weight.shape().sizes()));
        assertThat(new AcganShow(training, DATA.train()).collapse(fine))
                .containsExactly(
                        "drawn images of a class are alike: a pixel deviates by 0.0000 on average");
        assertThat(new AcganShow(training, DATA.train()).collapse(lost).getFirst())
                .isEqualTo(
                        "no drawn image passes for real: generation loss 6.50 of the generator, 0.010 of"
                                + " the discriminator");
        Objects.requireNonNull(training.generator().convT3().bias())
                .value()
                .assign(Tensor.full(DType.F32, Shape.of(1), -5));
        assertThat(new AcganShow(training, DATA.train()).collapse(fine).getFirst())
                .isEqualTo(
                        "drawn images are black: their brightest pixel is -1.00 on average, of -1 to 1");
        AcganTraining begun = new AcganTraining(AcganSettings.of("digits"), DATA.train());
        Tensor two = begun.draw(begun.noise(2, Rng.of(3)), Tensor.of(new long[] {4, 4}));
        assertThat(two.shape().sizes()).containsExactly(2, 1, 28, 28);
    }

    @Test
    void saysWhatIsWrong() {
        assertThatThrownBy(() -> new AcganSettings("mnist", 0, 100, 100, 1, 2e-4, 1))
                .isInstanceOf(TenonException.class)
                .hasMessage("acgan: epochs must be 1 to 10000; got 0");
        assertThatThrownBy(() -> new AcganSettings("mnist", 1, 1, 100, 1, 2e-4, 1))
                .hasMessage("acgan: batch must be 2 to 4096; got 1");
        assertThatThrownBy(() -> new AcganSettings("mnist", 1, 2, 100, Double.NaN, 2e-4, 1))
                .hasMessage("acgan: width must be in (0, 4]; got NaN");
        assertThatThrownBy(() -> new AcganSettings("mnist", 1, 2, 100, 1, 0.5, 1))
                .hasMessage("acgan: the learning rate must be in (0, 0.1]; got 0.5");
        assertThatThrownBy(() -> new AcganTraining(settings(1), Digits.load().train()))
                .hasMessage(
                        "acgan: images must be 28 x 28 with one channel; got 8 x 8 with 1 of digits. Use"
                                + " --data mnist or --data fashion-mnist");
        assertThatThrownBy(() -> AcganRun.resume(folder, DATA, 0))
                .isInstanceOf(CheckpointException.class)
                .hasMessage(
                        "resume: the folder must hold an acgan.safetensors; got "
                                + folder
                                + " without one. Leave out --resume to begin a run");
        AcganRun run = AcganRun.begin(folder.resolve("run"), settings(2), DATA);
        run.train(new Notes(4));
        assertThatThrownBy(() -> AcganRun.begin(run.folder(), settings(2), DATA))
                .hasMessage(
                        "train: the folder must not hold a run; got "
                                + run.folder()
                                + ". Continue that run with --resume, or name another folder with --out");
        Path file = run.folder().resolve(AcganRun.CHECKPOINT);
        assertThatThrownBy(() -> AcganRun.resume(run.folder(), DATA, 1))
                .hasMessage(
                        "resume: "
                                + file
                                + ": acgan: the steps done must be at most those of 1 epochs, 3; got 4. Ask"
                                + " for more: --epochs N");
        Checkpoint good = Safetensors.read(file);
        Map<String, String> texts = new LinkedHashMap<>(good.metadata());
        texts.put("settings", "{\"data\": \"digits\", \"epochs\": \"two\"}");
        Safetensors.write(file, new Checkpoint(good.tensors(), texts));
        assertThatThrownBy(() -> AcganRun.settings(run.folder()))
                .hasMessage(
                        "resume: " + file + ": acgan: setting epochs must be a number; got two");
        texts.putAll(good.metadata());
        texts.put("history", "{\"train\": 3}");
        Safetensors.write(file, new Checkpoint(good.tensors(), texts));
        assertThatThrownBy(() -> AcganRun.resume(run.folder(), DATA, 0))
                .hasMessage(
                        "resume: "
                                + file
                                + ": acgan: the history must have three losses for each network and epoch;"
                                + " got something else");
        texts.put("format", "another");
        Safetensors.write(file, new Checkpoint(good.tensors(), texts));
        assertThatThrownBy(() -> AcganRun.settings(run.folder()))
                .hasMessage(
                        "resume: "
                                + file
                                + ": the file must hold an ACGAN run, format tenon-acgan-1; got format another");
    }
}
