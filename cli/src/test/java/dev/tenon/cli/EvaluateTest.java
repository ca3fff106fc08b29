package dev.tenon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.data.Dataset;
import dev.tenon.data.Digits;
import dev.tenon.data.Split;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `tenon evaluate` with networks of others, and with an ACGAN trained here.
final class EvaluateTest {
    @TempDir Path folder;

    private static String shared(String name) {
        Path file =
                Path.of(System.getProperty("tenon.shared", "../../shared")).resolve("data/" + name);
        Assumptions.assumeTrue(
                Files.exists(file),
                () -> "skipped: " + file + " is missing; set -Dtenon.shared to the shared folder");
        return file.toString();
    }

    private static void says(String line, String... words) {
        assertThat(Tenon.run(words).worked().out()).isEqualTo(line + "\n");
    }

    @Test
    void countsWhatNetworksOfOthersGetRight() {
        String mnist = shared("mnist");
        String burn = shared("mnist-cnn-burn/mnist.pt");
        says(
                "9915/10000 right, 99.15 %",
                "evaluate",
                "mnist-cnn-burn",
                "--weights",
                burn,
                "--data",
                "mnist",
                "--path",
                mnist);
        String keras = shared("keras-fixtures/nharish-mnist.h5");
        says(
                "9920/10000 right, 99.20 %",
                "evaluate", "keras", "--weights", keras, "--path", mnist, "--batch=500");
        String digits = shared("keras-fixtures/kzarama-mnist.keras");
        says("360/360 right, 100.00 %", "evaluate", "keras", "--weights", digits, "--data=digits");
        Tenon.run("evaluate", "keras", "--weights", digits, "--path", mnist)
                .refusedWith(
                        "tenon evaluate keras: keras: the model takes [8, 8, 1]; got images of [28, 28, 1]"
                                + " of mnist");
    }

    /// Writes the UCI digits as MNIST's four files.
    private static void writeIdx(Path folder) throws IOException {
        Split digits = Digits.load().resized(28, 28);
        write(folder, "train", digits.train(), 60);
        write(folder, "t10k", digits.test(), 30);
    }

    private static void write(Path folder, String name, Dataset images, int count)
            throws IOException {
        try (DataOutputStream pixels = open(folder.resolve(name + "-images-idx3-ubyte"));
                DataOutputStream labels = open(folder.resolve(name + "-labels-idx1-ubyte"))) {
            for (int number : new int[] {0x803, count, 28, 28}) {
                pixels.writeInt(number);
            }
            labels.writeInt(0x801);
            labels.writeInt(count);
            for (int i = 0; i < count; i++) {
                for (float x : images.images(i).toFloats()) {
                    pixels.writeByte(Math.round((x + 1) / 2 * 255));
                }
                labels.writeByte((int) images.labels(i).toLongs()[0]);
            }
        }
    }

    private static DataOutputStream open(Path file) throws IOException {
        return new DataOutputStream(Files.newOutputStream(file));
    }

    /// The judge is trained once and stays in the run's folder; one of other images is refused.
    @Test
    void judgesWhatAnAcganDraws() throws IOException {
        writeIdx(folder);
        String path = "--path=" + folder;
        Path run = folder.resolve("run");
        Tenon.Ended trained =
                Tenon.run(
                        "train",
                        "acgan",
                        path,
                        "--width=0.05",
                        "--batch=20",
                        "--epochs=1",
                        "--judge-images=0",
                        "--out=" + run);
        assertThat(trained.worked().err()).contains("learning rate 0.0032, seed 1337");
        assertThat(trained.out()).doesNotContain("asked for");
        Path judge = run.resolve("classifier.safetensors");
        Tenon.run("train", "classifier", "--data=mnist", path, "--epochs=1", "--out=" + judge)
                .worked();
        String said =
                Tenon.run("evaluate", "acgan", "--weights=" + run, path, "--images=40")
                        .worked()
                        .out();
        assertThat(said)
                .matches(
                        "\\d+/40 drawn images of the class asked for, \\d+\\.\\d\\d %, by a classifier that"
                                + " gets \\d+\\.\\d\\d % of 30 unseen real ones right\n");
        says(
                said.strip(),
                "evaluate",
                "acgan",
                "--weights=" + run.resolve("params_generator_epoch_001.safetensors"),
                path,
                "--images=40");
        assertThat(Tenon.run("train", "acgan", "--resume=" + run, path, "--judge-images=40").out())
                .startsWith(said);
        Tenon.run("evaluate", "acgan", "--weights=" + run, path, "--data=digits")
                .refusedWith(
                        "tenon evaluate acgan: --data must be the run's; got digits, and the run has mnist."
                                + " Leave the option out");
        Tenon.run("train", "classifier", "--epochs=1", "--out=" + judge).worked();
        Tenon.run("evaluate", "acgan", "--weights=" + run, path)
                .refusedWith(
                        "tenon evaluate acgan: classifier: "
                                + judge
                                + ": the classifier must be of mnist; got one of digits");
    }
}
