package dev.tenon.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.tenon.Golden;
import dev.tenon.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.Random;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// keras-h5.json: three small files that h5py wrote, and what h5py reads from them and the
/// fixtures.
class KerasH5Test {
    private static final Golden GOLDEN = Golden.resource("keras-h5.json");

    @TempDir Path folder;

    private static byte[] small() {
        return Base64.getDecoder().decode(GOLDEN.at("small").text());
    }

    private static void compare(Checkpoint checkpoint, String name) {
        Golden golden = GOLDEN.at("files").at(name);
        assertThat(checkpoint.tensors().keySet())
                .as(name)
                .containsExactlyInAnyOrderElementsOf(golden.names());
        for (String path : golden.names()) {
            Golden expected = golden.at(path);
            Tensor tensor = checkpoint.tensor(path);
            assertThat(tensor.type()).as(path).hasToString(expected.at("type").text());
            assertThat(tensor.shape().sizes()).as(path).isEqualTo(expected.at("shape").ints());
            double[] values = tensor.toDoubles();
            if (expected.has("values")) {
                assertThat(values).as(path).isEqualTo(expected.at("values").doubles());
                continue;
            }
            double squares = Arrays.stream(values).map(v -> v * v).sum();
            assertThat(Arrays.copyOf(values, 4)).as(path).isEqualTo(expected.at("first").doubles());
            // the sums were added in another order
            assertThat(Arrays.stream(values).sum())
                    .as(path)
                    .isCloseTo(expected.at("sum").number(), within(1e-9 * (1 + squares)));
            assertThat(squares)
                    .as(path)
                    .isCloseTo(expected.at("squares").number(), within(1e-9 * (1 + squares)));
        }
    }

    @Test
    void readsEveryTypeGroupsAndWords() throws IOException {
        Checkpoint small = KerasH5.read(Files.write(folder.resolve("small.h5"), small()));
        compare(small, "small");
        assertThat(small.metadata())
                .containsOnly(Map.entry("keras_version", "x.y"), Map.entry("backend", "none"));
    }

    @Test
    void readsKerasFilesOfThreeVersions() {
        Path fixtures = Golden.sharedFile("data/keras-fixtures");
        for (String name : GOLDEN.at("files").names()) {
            if (!name.equals("small")) {
                compare(KerasH5.read(fixtures.resolve(name)), name);
            }
        }
        assertThat(KerasH5.read(fixtures.resolve("nharish-mnist.h5")).text("model_config"))
                .startsWith("{\"class_name\":");
        assertThat(KerasH5.read(fixtures.resolve("kzarama-mnist.keras")).text("config.json"))
                .startsWith("{");
    }

    @Test
    void readsZipFiles() throws IOException {
        Path file = folder.resolve("model.keras");
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
            PickleWriter.store(zip, "config.json", "{}".getBytes(StandardCharsets.US_ASCII));
            PickleWriter.store(zip, "model.weights.h5", small());
        }
        Checkpoint keras = KerasH5.read(file);
        compare(keras, "small");
        assertThat(keras.text("config.json")).isEqualTo("{}");
    }

    private void refuses(byte[] contents, String message) throws IOException {
        Path file = Files.write(folder.resolve("hostile.h5"), contents);
        assertThatThrownBy(() -> KerasH5.read(file))
                .isInstanceOf(CheckpointException.class)
                .hasMessage("keras: " + file + ": " + message);
    }

    @Test
    void saysWhatIsWrong() throws IOException {
        Path missing = folder.resolve("missing.h5");
        assertThatThrownBy(() -> KerasH5.read(missing))
                .isInstanceOf(CheckpointException.class)
                .hasMessage("keras: the file must exist; got " + missing);
        refuses(
                new byte[2000],
                "the file must be whole and correct HDF5; got No valid HDF5 signature found");
        refuses(
                Base64.getDecoder().decode(GOLDEN.at("text").text()),
                "text has type String; supported: float16, float32, float64, int8 to int64, uint8 to uint32");
        refuses(
                Base64.getDecoder().decode(GOLDEN.at("packed").text()),
                "packed must lie in one piece, as Keras writes it; got chunks");
        refuses(
                Base64.getDecoder().decode(GOLDEN.at("unwritten").text()),
                "x must have its elements in the file; got [3] without");
        refuses( // ten groups, each linked 8 times from the next, would have 8^9 paths
                Base64.getDecoder().decode(GOLDEN.at("linked").text()),
                "a group must lie in one place; got a second one, b");
        Path zip = folder.resolve("other.zip");
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(zip))) {
            PickleWriter.store(out, "a.txt", new byte[1]);
        }
        refuses(
                Files.readAllBytes(zip),
                "a .keras file must hold model.weights.h5; got 1 other entries");
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(zip))) {
            out.putNextEntry(new ZipEntry("model.weights.h5"));
            out.write(new byte[100_000]);
            out.closeEntry();
        }
        refuses(
                Files.readAllBytes(zip),
                "the zip file's entries must be stored (0); got method 8 for model.weights.h5");
    }

    @Test
    void refusesAHugeFile() throws IOException {
        Path file = folder.resolve("sparse.h5");
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(small()), 0);
            channel.write(ByteBuffer.allocate(1), 1L << 32); // a hole, which takes no room
        }
        assertThatThrownBy(() -> KerasH5.read(file))
                .isInstanceOf(CheckpointException.class)
                .hasMessage(
                        "keras: "
                                + file
                                + ": HDF5 data may have at most 2147483639 bytes; got 4294967297");
    }

    @Test
    void refusesATreeThatContainsItself() throws IOException {
        byte[] file = small();
        int tree = indexOf(file, "TREE");
        file[tree + 5] = 1; // not a leaf: its children are trees
        ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).putLong(tree + 32, tree);
        refuses(file, "the file's trees must end; got one that goes on and on");
    }

    private static int indexOf(byte[] file, String word) {
        return new String(file, StandardCharsets.ISO_8859_1).indexOf(word);
    }

    @Test
    void readsOrRefusesButNeverFailsOtherwise() throws IOException {
        long seed = 20260205;
        Random random = new Random(seed);
        byte[] good = small();
        int refused = 0;
        for (int round = 0; round < 2000; round++) {
            byte[] copy = good.clone();
            for (int change = random.nextInt(3); change >= 0; change--) {
                int at = random.nextInt(copy.length - 8);
                if (random.nextBoolean()) {
                    copy[at] = (byte) random.nextInt(256);
                } else { // addresses lie at multiples of 8
                    ByteBuffer.wrap(copy)
                            .order(ByteOrder.LITTLE_ENDIAN)
                            .putLong(at & ~7, random.nextInt(copy.length) & ~7);
                }
            }
            refused += reads(copy, "seed " + seed + ", round " + round) ? 0 : 1;
        }
        assertThat(refused).as("seed %d", seed).isBetween(100, 1900);
        for (int length = 0; length < good.length; length += 97) {
            reads(Arrays.copyOf(good, length), "cut to " + length);
        }
    }

    private boolean reads(byte[] contents, String what) throws IOException {
        Path file = Files.write(folder.resolve("damaged.h5"), contents);
        long before = HostileTorchPickleTest.allocated();
        boolean read = true;
        try {
            KerasH5.read(file).tensors().values().forEach(Tensor::toDoubles);
        } catch (CheckpointException e) {
            read = false;
            assertThat(e.getMessage())
                    .as(what)
                    .startsWith("keras: " + file + ": ")
                    .doesNotContain("\n");
        }
        assertThat(HostileTorchPickleTest.allocated() - before).as(what).isLessThan(16 << 20);
        return read;
    }
}
