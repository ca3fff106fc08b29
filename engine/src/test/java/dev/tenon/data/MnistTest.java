package dev.tenon.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.tenon.tensor.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MnistTest {
    @TempDir Path folder;

    static Path shared() {
        Path mnist =
                Path.of(System.getProperty("tenon.shared", "../../shared")).resolve("data/mnist");
        assumeThat(mnist).as("the shared data (property tenon.shared)").isDirectory();
        return mnist;
    }

    /// Writes four small files: image i is all i, its label i mod 10.
    private void writeSmall(int train, int test) throws IOException {
        for (int part = 0; part < 2; part++) {
            int count = part == 0 ? train : test;
            byte[] pixels = new byte[count * 28 * 28];
            byte[] labels = new byte[count];
            for (int i = 0; i < count; i++) {
                labels[i] = (byte) (i % 10);
                java.util.Arrays.fill(pixels, i * 784, (i + 1) * 784, (byte) i);
            }
            write(part * 2, IdxTest.idx(new int[] {count, 28, 28}, pixels));
            write(part * 2 + 1, IdxTest.gzip(IdxTest.idx(new int[] {count}, labels)));
        }
    }

    private Path write(int number, byte[] bytes) throws IOException {
        String name = FourFiles.NAMES.get(number) + (bytes[0] == 0 ? "" : ".gz");
        return Files.write(folder.resolve(name), bytes);
    }

    @Test
    void readsTheRealFiles() {
        Split mnist = Mnist.load(shared());
        assertThat(mnist.train()).hasToString("mnist: 60000 images 1x28x28, 10 classes");
        assertThat(mnist.test()).hasToString("mnist: 10000 images 1x28x28, 10 classes");
        // the first labels and the class sizes as published with the set
        assertThat(mnist.train().labels(0, 1, 2, 3, 4).toLongs()).containsExactly(5, 0, 4, 1, 9);
        assertThat(mnist.test().labels(0, 1, 2, 3, 4).toLongs()).containsExactly(7, 2, 1, 0, 4);
        long[] counts = new long[10];
        for (long label : mnist.train().labels(LongStream.range(0, 60_000).toArray()).toLongs()) {
            counts[(int) label]++;
        }
        assertThat(counts)
                .containsExactly(5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949);
        // the published mean of the training pixels, 0.1307
        double sum = 0;
        for (int from = 0; from < 60_000; from += 1000) {
            for (float x :
                    mnist.train()
                            .images(LongStream.range(from, from + 1000).toArray())
                            .toFloats()) {
                sum += (x + 1) / 2;
            }
        }
        assertThat(Math.round(sum / (60_000 * 784) * 10_000)).isEqualTo(1307);
    }

    @Test
    void readsSmallFoldersPlainAndCompressed() throws IOException {
        writeSmall(30, 12);
        for (Split split : new Split[] {Mnist.load(folder), FashionMnist.load(folder)}) {
            assertThat(split.train().count()).isEqualTo(30);
            assertThat(split.test().count()).isEqualTo(12);
            assertThat(split.test().labels(11).toLongs()).containsExactly(1);
            assertThat(split.train().images(29, 0).shape()).isEqualTo(Shape.of(2, 1, 28, 28));
            assertThat(split.train().images(29).toFloats())
                    .containsOnly((float) (2.0 * 29 / 255 - 1));
        }
        assertThat(FashionMnist.load(folder).train().name()).isEqualTo("fashion-mnist");
    }

    @Test
    void saysWhatIsWrongWithAFolder() throws IOException {
        Path missing = folder.resolve("missing");
        refuses(
                missing,
                "mnist: folder must exist; got "
                        + missing
                        + ". Give one with train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte,"
                        + " t10k-labels-idx1-ubyte, each as it is or as .gz");
        refuses(
                folder,
                "mnist: folder must hold train-images-idx3-ubyte or train-images-idx3-ubyte.gz; got "
                        + folder
                        + " without either");
        writeSmall(20, 10);
        Path labels = write(3, IdxTest.idx(new int[] {9}, new byte[9]));
        refuses(
                folder,
                "mnist: " + labels + ": must be U8 [10], one label for each image; got U8 [9]");
        write(3, IdxTest.idx(new int[] {10}, new byte[] {0, 0, 0, 10, 0, 0, 0, 0, 0, 0}));
        refuses(folder, "mnist: labels must be at most 9; got 10 in image 3");
        Path images = write(2, IdxTest.idx(new int[] {10, 27, 28}, new byte[10 * 27 * 28]));
        refuses(folder, "mnist: " + images + ": must be U8 [count, 28, 28]; got U8 [10, 27, 28]");
        write(2, IdxTest.idx(new int[] {0, 28, 28}, new byte[0]));
        refuses(folder, "mnist: " + images + ": must be U8 [count, 28, 28]; got U8 [0, 28, 28]");
        write(2, IdxTest.idx(new int[] {10, 28, 28}, new byte[7839]));
        refuses(
                folder,
                "idx: "
                        + images
                        + ": the file must hold what its header promises and no more; got [10, 28, 28], 7856 bytes, in"
                        + " a file of 7855 bytes");
    }

    private static void refuses(Path folder, String message) {
        assertThatThrownBy(() -> Mnist.load(folder))
                .isInstanceOf(DataException.class)
                .hasMessage(message);
    }
}
