package dev.tenon.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.tenon.Golden;
import dev.tenon.tensor.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class Cifar10Test {
    private static final int RECORD = 3073;

    @TempDir Path folder;

    /// Returns records whose red, green and blue are `3i`, `3i + 1`, `3i + 2`, labelled i mod 10.
    private static byte[] records(int from, int count) {
        byte[] bytes = new byte[count * RECORD];
        for (int i = 0; i < count; i++) {
            int at = i * RECORD;
            bytes[at] = (byte) ((from + i) % 10);
            for (int channel = 0; channel < 3; channel++) {
                int first = at + 1 + channel * 1024;
                Arrays.fill(bytes, first, first + 1024, (byte) (3 * (from + i) + channel));
            }
        }
        return bytes;
    }

    private void writeAll() throws IOException {
        for (int batch = 1; batch <= 5; batch++) {
            Files.write(
                    folder.resolve("data_batch_" + batch + ".bin"), records(2 * (batch - 1), 2));
        }
        Files.write(folder.resolve("test_batch.bin"), records(20, 3));
    }

    @Test
    void readsTheFirstFourThousandImages() {
        Path file = Golden.sharedFile("data/cifar10/cifar10-lossless-4000.bin");
        Dataset images = Cifar10.read(file);
        assertThat(images).hasToString("cifar10: 4000 images 3x32x32, 10 classes");
        // the first labels of data_batch_1 as published with the set
        assertThat(images.labels(LongStream.range(0, 10).toArray()).toLongs())
                .containsExactly(6, 9, 9, 4, 1, 1, 2, 7, 8, 3);
        // the published means of the training images' channels, here of a part of them
        double[] published = {0.4914, 0.4822, 0.4465};
        double[] sums = new double[3];
        for (int from = 0; from < 4000; from += 500) {
            float[] x = images.images(LongStream.range(from, from + 500).toArray()).toFloats();
            for (int i = 0; i < x.length; i++) {
                sums[i / 1024 % 3] += (x[i] + 1) / 2;
            }
        }
        for (int channel = 0; channel < 3; channel++) {
            assertThat(sums[channel] / (4000 * 1024)).isCloseTo(published[channel], within(0.01));
        }
    }

    @Test
    void readsAFolder() throws IOException {
        writeAll();
        Split split = Cifar10.load(folder);
        assertThat(split.train()).hasToString("cifar10: 10 images 3x32x32, 10 classes");
        assertThat(split.test()).hasToString("cifar10: 3 images 3x32x32, 10 classes");
        assertThat(split.train().labels(0, 5, 9).toLongs()).containsExactly(0, 5, 9);
        assertThat(split.test().labels(2).toLongs()).containsExactly(2);
        assertThat(split.train().images(7).shape()).isEqualTo(Shape.of(1, 3, 32, 32));
        float[] pixels = split.train().images(7).toFloats();
        for (int channel = 0; channel < 3; channel++) {
            assertThat(Arrays.copyOfRange(pixels, channel * 1024, (channel + 1) * 1024))
                    .containsOnly((float) (2.0 * (21 + channel) / 255 - 1));
        }
    }

    @Test
    void saysWhatIsWrongWithAFolder() throws IOException {
        Path missing = folder.resolve("missing");
        refuses(
                missing,
                "cifar10: folder must exist; got "
                        + missing
                        + ". Give one with data_batch_1.bin to data_batch_5.bin and test_batch.bin");
        refuses(folder, "cifar10: the file must exist; got " + folder.resolve("data_batch_1.bin"));
        writeAll();
        Path test = folder.resolve("test_batch.bin");
        Files.delete(test);
        refuses(folder, "cifar10: the file must exist; got " + test);
        String records =
                ": the file must be records of 3073 bytes, a label and 3x32x32 pixels; got ";
        Files.write(test, new byte[0]);
        refuses(folder, "cifar10: " + test + records + "0 bytes, 0 records and 0 bytes");
        Files.write(test, new byte[2 * RECORD + 5]);
        refuses(folder, "cifar10: " + test + records + "6151 bytes, 2 records and 5 bytes");
        byte[] labels = records(0, 3);
        labels[RECORD] = 10;
        Files.write(test, labels);
        refuses(folder, "cifar10: labels must be at most 9; got 10 in image 1");
    }

    private static void refuses(Path folder, String message) {
        assertThatThrownBy(() -> Cifar10.load(folder))
                .isInstanceOf(DataException.class)
                .hasMessage(message);
    }
}
