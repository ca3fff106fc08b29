package dev.tenon.checkpoint;

import static dev.tenon.checkpoint.HostileTorchPickleTest.allocated;
import static dev.tenon.checkpoint.PickleWriter.begin;
import static dev.tenon.checkpoint.PickleWriter.floats;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Random;
import java.util.SequencedMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// PyTorch files whose container lies, is damaged or cut off.
class DamagedTorchFileTest {
    private static final long[] ONE = {1};

    @TempDir Path folder;

    private static SequencedMap<String, byte[]> storage() {
        SequencedMap<String, byte[]> entries = new LinkedHashMap<>();
        entries.put("data/0", floats(1, 2, 3, 4, 5, 6));
        return entries;
    }

    private static byte[] zip(byte[] pickle) {
        return PickleWriter.zip(pickle, storage());
    }

    private void refuses(byte[] contents, String message) throws IOException {
        Path file = Files.write(folder.resolve("hostile.pt"), contents);
        assertThatThrownBy(() -> TorchPickle.read(file))
                .isInstanceOf(CheckpointException.class)
                .hasMessage("torch: " + file + ": " + message);
    }

    private void refusesCheaply(byte[] contents, String message) throws IOException {
        Path file = Files.write(folder.resolve("bomb.pt"), contents);
        long before = allocated();
        assertThatThrownBy(() -> TorchPickle.read(file))
                .isInstanceOf(CheckpointException.class)
                .hasMessage("torch: " + file + ": " + message);
        // most of it is not alive at one time: copies of growing lists, and what asserting takes
        assertThat(allocated() - before).isLessThan(100L * contents.length + (4 << 20));
    }

    // ---- containers

    @Test
    void refusesZipFilesThatAreNotPyTorchs() throws IOException {
        ByteArrayOutputStream bomb = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bomb)) {
            zip.putNextEntry(new ZipEntry("archive/data.pkl"));
            zip.write(new byte[50_000_000]);
            zip.closeEntry();
        }
        refusesCheaply(
                bomb.toByteArray(),
                "the zip file's entries must be stored (0); got method 8 for archive/data.pkl");
        ByteArrayOutputStream other = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(other)) {
            PickleWriter.store(zip, "word/document.xml", new byte[9]);
        }
        refuses(
                other.toByteArray(),
                "the zip file must hold one folder with data.pkl; got 0 in 1 entries");
        ByteArrayOutputStream two = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(two)) {
            PickleWriter.store(zip, "a/data.pkl", new byte[9]);
            PickleWriter.store(zip, "b/data.pkl", new byte[9]);
        }
        refuses(
                two.toByteArray(),
                "the zip file must hold one folder with data.pkl; got 2 in 2 entries");
        SequencedMap<String, byte[]> entries = storage();
        entries.put("byteorder", "middle".getBytes(StandardCharsets.US_ASCII));
        refuses(
                PickleWriter.zip(begin().op("}").end(), entries),
                "byteorder must be little or big; got middle");
    }

    @Test
    void refusesAZipDirectoryThatLies() throws IOException {
        byte[] good = zip(begin().tensor("FloatStorage", "0", 6, 0, ONE, ONE).end());
        int end = good.length - 22;
        byte[] many = good.clone();
        Arrays.fill(many, end + 8, end + 12, (byte) 0xff);
        int directory = (good[end + 12] & 0xff) + ((good[end + 13] & 0xff) << 8);
        int begin = (good[end + 16] & 0xff) + ((good[end + 17] & 0xff) << 8);
        refuses(
                many,
                "the zip file's directory must lie in the file; got 65535 entries in "
                        + directory
                        + " bytes at byte "
                        + begin);
        byte[] outside = good.clone();
        Arrays.fill(outside, begin + 42, begin + 45, (byte) 0x7f);
        refuses(
                outside,
                "zip entries must lie in the file, apart from each other; got archive/data.pkl of "
                        + ((good[begin + 20] & 0xff) + ((good[begin + 21] & 0xff) << 8))
                        + " bytes at byte 8355711");
        byte[] encrypted = good.clone();
        encrypted[begin + 8] |= 1;
        refuses(encrypted, "zip entries must not be encrypted; got archive/data.pkl");
    }

    @Test
    void refusesLegacyFilesThatLie() throws IOException {
        byte[] pickle = begin().tensor("FloatStorage", "k", 2, 0, ONE, ONE).end();
        String[] keys = {"k"};
        byte[][] data = {floats(1, 2)};
        String inFile = "storage k must lie in the file; got ";
        String cut = " bytes left. The file is cut off or damaged";
        for (long count : new long[] {3, Long.MAX_VALUE, -1}) {
            refusesCheaply(
                    PickleWriter.legacy(pickle, keys, data, new long[] {count}),
                    inFile + count + " elements of 4 bytes and 8" + cut);
        }
        refuses(
                PickleWriter.legacy(pickle, keys, data, new long[] {1}),
                "storage k must have the elements it is said to; got 2 from 0 on, of 1");
        refuses(
                PickleWriter.legacy(pickle, new String[] {"other"}, data, new long[] {2}),
                "each storage must be named in the pickle; got other is not");
        refuses(
                PickleWriter.legacy(
                        pickle,
                        new String[] {"k", "k"},
                        new byte[][] {floats(1, 2), floats(1, 2)},
                        new long[] {2, 2}),
                "storages must have different keys; got k again");
        refuses(
                begin().global("os", "system").op(".").bytes(),
                "the pickle may name only the classes of a state_dict; got os.system. Save model.state_dict(), not the"
                        + " model");
        refuses(
                begin().op("N.").bytes(),
                "the file must be a zip file, a tar file, or begin with PyTorch's magic number; got none of these");
    }

    @Test
    void refusesAHugePickleInAHugeFile() throws IOException {
        Path file = folder.resolve("sparse.pt");
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(begin().op("X").u32(3_000_000_000L).bytes()), 0);
            channel.write(ByteBuffer.allocate(1), 1L << 32); // a hole, which takes no room
        }
        long before = allocated();
        assertThatThrownBy(() -> TorchPickle.read(file))
                .isInstanceOf(CheckpointException.class)
                .hasMessage(
                        "torch: "
                                + file
                                + ": the pickle may have at most 67108864 bytes; got more");
        assertThat(allocated() - before).isLessThan(4 << 20);
    }

    @Test
    void refusesTarFilesThatLie() throws IOException {
        byte[] pickle = begin().tensor("FloatStorage", "k", 2, 0, ONE, ONE).end();
        byte[] good = PickleWriter.tarStorage("FloatStorage", "k", 2, floats(1, 2));
        Path file = Files.write(folder.resolve("good.tar"), PickleWriter.tar(pickle, good));
        assertThat(TorchPickle.read(file).tensor("tensor").toFloats()).containsExactly(1);
        refuses(
                PickleWriter.tar(
                        pickle, PickleWriter.tarStorage("FloatStorage", "k", 9, floats(1, 2))),
                "storage k must lie in the file; got 9 elements of 4 bytes and 8 bytes left. The file is cut off or"
                        + " damaged");
        ByteArrayOutputStream large = new ByteArrayOutputStream();
        PickleWriter.addToTar(large, "pickle", pickle, 07777777777L);
        refuses(
                large.toByteArray(),
                "tar entries must lie in the file; got pickle of 1073741823 bytes at byte 512");
        ByteArrayOutputStream other = new ByteArrayOutputStream();
        PickleWriter.addToTar(other, "notes.txt", pickle, pickle.length);
        refuses(
                other.toByteArray(),
                "the tar file must hold pickle and storages; got 1 other entries");
    }

    // ---- damage by chance

    private static List<byte[]> goodFiles() {
        byte[] pickle =
                begin().op("}(")
                        .text("w")
                        .tensor("FloatStorage", "0", 6, 0, new long[] {3, 2}, new long[] {1, 3})
                        .text("epoch")
                        .number(3)
                        .text("list")
                        .op("](")
                        .tensor("FloatStorage", "0", 6, 1, new long[] {2}, ONE)
                        .op("Neu")
                        .end();
        byte[] data = floats(1, 2, 3, 4, 5, 6);
        return List.of(
                zip(pickle),
                PickleWriter.legacy(
                        pickle, new String[] {"0"}, new byte[][] {data}, new long[] {6}),
                PickleWriter.tar(pickle, PickleWriter.tarStorage("FloatStorage", "0", 6, data)));
    }

    private boolean reads(byte[] contents, String what) throws IOException {
        Path file = Files.write(folder.resolve("damaged.pt"), contents);
        long before = allocated();
        boolean read = true;
        try {
            TorchPickle.read(file).tensors().values().forEach(tensor -> tensor.toDoubles());
        } catch (CheckpointException e) {
            read = false;
            assertThat(e.getMessage())
                    .as(what)
                    .startsWith("torch: " + file + ": ")
                    .doesNotContain("\n");
        }
        assertThat(allocated() - before).as(what).isLessThan(4 << 20);
        return read;
    }

    @Test
    void refusesAFileCutOffAnywhere() throws IOException {
        for (byte[] good : goodFiles()) {
            int whole = good.length - (good.length > 3000 ? 1024 : 0); // a tar file's end is empty
            for (int length = 0; length < whole; length++) {
                String what = "cut to " + length + " of " + good.length;
                boolean read = reads(Arrays.copyOf(good, length), what);
                if (good.length < 3000) {
                    assertThat(read).as(what).isFalse();
                }
            }
        }
    }

    @Test
    void readsOrRefusesButNeverFailsOtherwise() throws IOException {
        long seed = 20260203;
        Random random = new Random(seed);
        int refused = 0;
        for (byte[] good : goodFiles()) {
            for (int round = 0; round < 2000; round++) {
                byte[] copy = mutated(good, random);
                refused += reads(copy, "seed " + seed + ", round " + round) ? 0 : 1;
            }
        }
        assertThat(refused).as("seed %d", seed).isBetween(2000, 5900);
    }

    private static byte[] mutated(byte[] good, Random random) {
        byte[] copy = good.clone();
        for (int change = random.nextInt(3); change >= 0; change--) {
            int at = random.nextInt(copy.length);
            switch (random.nextInt(4)) {
                case 0 -> copy[at] = (byte) random.nextInt(256);
                case 1 -> copy[at] ^= (byte) (1 << random.nextInt(8));
                case 2 -> { // a run moves over another place
                    int length = Math.min(random.nextInt(16), copy.length - at);
                    int to = random.nextInt(copy.length - length + 1);
                    System.arraycopy(copy, at, copy, to, length);
                }
                default -> { // a byte less, the rest moves up
                    System.arraycopy(copy, at + 1, copy, at, copy.length - at - 1);
                }
            }
        }
        return copy;
    }
}
