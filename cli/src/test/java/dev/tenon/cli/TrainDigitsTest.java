package dev.tenon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.checkpoint.Json;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Tiny runs of `train digits`, and what is drawn with their models.
final class TrainDigitsTest {
    private static final List<String> FILES =
            List.of(
                    "checkpoint.safetensors",
                    "denoising.gif",
                    "model.safetensors",
                    "run.json",
                    "samples.png");

    @TempDir Path folder;

    private Tenon.Ended train(Path out, String... more) {
        String[] words = Arrays.copyOf(more, more.length + 2);
        words[more.length] = "--sampling-steps=2";
        words[more.length + 1] = "--out=" + out;
        return Tenon.run(Tenon.tiny(words));
    }

    private static byte[] bytes(Path run, String file) throws IOException {
        return Files.readAllBytes(run.resolve(file));
    }

    private static SequencedMap<String, Object> report(Path run) {
        return Json.read(run.resolve("run.json"));
    }

    @Test
    void leavesPicturesModelAndReport() throws IOException {
        Path run = folder.resolve("deep/run");
        Tenon.Ended ended = train(run, "--steps=3", "--judge-epochs=1", "--seed=7").worked();

        assertThat(Tenon.contents(run).keySet()).containsAll(FILES).hasSize(FILES.size() + 1);
        assertThat(bytes(run, "samples.png")).startsWith(0x89, 'P', 'N', 'G');
        assertThat(bytes(run, "denoising.gif")).startsWith('G', 'I', 'F', '8', '9', 'a');
        BufferedImage grid = ImageIO.read(run.resolve("samples.png").toFile());
        assertThat((double) grid.getWidth() / grid.getHeight()).isBetween(1.2, 1.3); // 10 x 8

        SequencedMap<String, Object> report = report(run);
        assertThat(report.sequencedKeySet())
                .containsExactly(
                        "settings",
                        "seed",
                        "steps",
                        "seconds",
                        "imagesPerSecond",
                        "loss",
                        "classAgreement",
                        "classifierAccuracy",
                        "imagesJudged",
                        "sampler",
                        "totalSeconds",
                        "threads",
                        "backend",
                        "parameters");
        assertThat(report).containsEntry("seed", 7L).containsEntry("steps", 3L);
        assertThat((double) report.get("loss")).isBetween(0.1, 2.0);
        assertThat((double) report.get("imagesPerSecond")).isPositive();
        assertThat((double) report.get("classAgreement")).isBetween(0.0, 1.0);
        assertThat((double) report.get("classifierAccuracy")).isBetween(0.1, 1.0);
        assertThat(report.get("settings"))
                .asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.MAP)
                .containsEntry("size", 8L)
                .containsEntry("batch", 8L);

        assertThat(ended.out())
                .startsWith("Trained 3 steps in ")
                .contains(" of 200 drawn images.\n")
                .endsWith("Draw more: ./tenon sample --model " + run + " --class 7 --count 16\n");
        for (String file : FILES.subList(1, FILES.size())) {
            assertThat(ended.out()).contains("  " + run.resolve(file) + "\n");
        }
        assertThat(ended.err())
                .containsOnlyOnce("training: 3 of 3 steps, loss ")
                .containsOnlyOnce("drawing: 200 of 200 images, took ")
                .containsOnlyOnce("classifier: 22 of 22 steps, loss ");
    }

    @Test
    void drawsAgainWhatIsFinished() throws IOException {
        Path run = folder.resolve("run");
        train(run, "--steps=2", "--judge-epochs=0").worked();
        Map<String, byte[]> before =
                Map.of("model", bytes(run, "model.safetensors"), "png", bytes(run, "samples.png"));
        SequencedMap<String, Object> told = report(run);
        Files.delete(run.resolve("samples.png"));

        Tenon.Ended again =
                Tenon.run(
                                "train",
                                "digits",
                                "--resume=" + run,
                                "--judge-epochs=0",
                                "--sampling-steps=2")
                        .worked();
        assertThat(again.err())
                .startsWith(
                        "The run in "
                                + run
                                + " is finished after 2 steps; drawing its pictures again\n")
                .doesNotContain("training:");
        assertThat(bytes(run, "model.safetensors")).isEqualTo(before.get("model"));
        assertThat(bytes(run, "samples.png")).isEqualTo(before.get("png"));
        // no step was done: what is known of the steps stays
        for (String key : List.of("settings", "steps", "seconds", "imagesPerSecond", "loss")) {
            assertThat(report(run).get(key)).as(key).isEqualTo(told.get(key));
        }
        assertThat(report(run)).doesNotContainKeys("classAgreement", "classifierAccuracy");
    }

    @Test
    void aFinishedRunTakesMoreStepsAndNothingElse() throws IOException {
        Path run = folder.resolve("run");
        train(run, "--steps=2", "--judge-epochs=0").worked();
        byte[] state = bytes(run, "checkpoint.safetensors");
        String resume = "--resume=" + run;
        String rule = "tenon train digits: --resume: settings must be the run's; got ";
        String cure = ". Leave the option out, or begin a run without --resume";
        Tenon.run("train", "digits", resume, "--seed=5")
                .refusedWith(rule + "seed 5, and the run has 0" + cure);
        Tenon.run("train", "digits", resume, "--size=16")
                .refusedWith(rule + "size 16, and the run has 8" + cure);
        Tenon.run("train", "digits", resume, "--ema=0.5")
                .refusedWith(rule + "emaDecay 0.5, and the run has 0.995" + cure);
        Tenon.run("train", "digits", resume, "--steps=1")
                .refusedWith(
                        "tenon train digits: --resume: --steps must be at least the run's 2; got 1");
        Tenon.run("train", "digits", resume, "--data=mnist")
                .refusedWith(
                        "tenon train digits: --resume: the data must be the run's; got --data mnist, and the run has"
                                + " digits. Leave the option out");
        assertThat(bytes(run, "checkpoint.safetensors")).isEqualTo(state);

        Tenon.Ended more =
                Tenon.run(
                                "train",
                                "digits",
                                resume,
                                "--steps=4",
                                "--batch=8",
                                "--judge-epochs=0",
                                "--sampling-steps=2")
                        .worked();
        assertThat(more.err())
                .startsWith("Going on with " + run + " at step 2\n")
                .contains("training: 3 of 4 steps")
                .containsOnlyOnce("training: 4 of 4 steps");
        assertThat(report(run)).containsEntry("steps", 4L);
    }

    @Test
    void aStateThatWasTamperedWithIsRefused() throws IOException {
        Path run = folder.resolve("run");
        train(run, "--steps=2", "--judge-epochs=0").worked();
        Path state = run.resolve("checkpoint.safetensors");
        String text = Files.readString(state, java.nio.charset.StandardCharsets.ISO_8859_1);
        Files.writeString(
                state,
                text.replace("\"step\":\"2\"", "\"step\":\"x\""),
                java.nio.charset.StandardCharsets.ISO_8859_1);
        Tenon.run("train", "digits", "--resume=" + run)
                .refusedWith(
                        "tenon train digits: resume: "
                                + state
                                + ": step must be a number from 0 to 2; got x");
    }

    @Test
    void theSizeIsASetting() throws IOException {
        Path run = folder.resolve("run");
        train(run, "--steps=1", "--size=16", "--judge-epochs=0").worked();
        assertThat(
                        Tenon.run(
                                        "train",
                                        "digits",
                                        "--resume=" + run,
                                        "--judge-epochs=0",
                                        "--sampling-steps=2")
                                .worked()
                                .err())
                .contains("images of digits (16x16)");
        Path drawn = run.resolve("drawn.png");
        assertThat(
                        Tenon.run("sample", "--model=" + run, "--count=1", "--steps=1", "--class=3")
                                .worked()
                                .out())
                .isEqualTo(drawn + "\n");
        BufferedImage one = ImageIO.read(drawn.toFile());
        assertThat(one.getWidth())
                .isEqualTo(16 * 16 + 2 * 4); // 16 screen pixels a pixel, and the gaps
    }

    @Test
    void anImageDoesNotDependOnHowManyAreDrawn() throws IOException {
        Path run = folder.resolve("run");
        train(run, "--steps=1", "--judge-epochs=0").worked();
        Path few = folder.resolve("few.png");
        Path many = folder.resolve("many.png");
        Tenon.run("sample", "--model=" + run, "--count=10", "--steps=3", "--out=" + few).worked();
        Tenon.Ended ended =
                Tenon.run("sample", "--model=" + run, "--count=70", "--steps=3", "--out=" + many)
                        .worked();
        assertThat(ended.out()).isEqualTo(many + "\n");
        assertThat(ended.err()).containsOnlyOnce("drawing: 70 of 70 images, took ");
        BufferedImage ten = ImageIO.read(few.toFile());
        BufferedImage seventy = ImageIO.read(many.toFile());
        assertThat(seventy.getWidth()).isEqualTo(ten.getWidth());
        for (int y = 0; y < ten.getHeight(); y++) {
            for (int x = 0; x < ten.getWidth(); x++) {
                assertThat(seventy.getRGB(x, y)).isEqualTo(ten.getRGB(x, y));
            }
        }
    }

    @Test
    void oneClassFillsASquareAndFilesAreNeverOverwritten() throws IOException {
        Path run = folder.resolve("run");
        train(run, "--steps=1", "--judge-epochs=0").worked();
        Tenon.run("sample", "--model=" + run, "--count=9", "--steps=1", "--class=7").worked();
        byte[] first = bytes(run, "drawn.png");
        assertThat(
                        Tenon.run(
                                        "sample",
                                        "--model=" + run,
                                        "--count=9",
                                        "--steps=1",
                                        "--class=7",
                                        "--seed=2")
                                .worked()
                                .out())
                .isEqualTo(run.resolve("drawn-2.png") + "\n");
        assertThat(bytes(run, "drawn.png")).isEqualTo(first);
        BufferedImage square = ImageIO.read(run.resolve("drawn.png").toFile());
        assertThat(square.getWidth()).isEqualTo(square.getHeight());
    }
}
