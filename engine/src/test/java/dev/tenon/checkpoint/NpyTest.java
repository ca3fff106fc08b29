package dev.tenon.checkpoint;

import static dev.tenon.checkpoint.HostileTorchPickleTest.allocated;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.Golden;
import dev.tenon.dtype.DType;
import dev.tenon.tensor.Memory;
import dev.tenon.tensor.Shape;
import dev.tenon.tensor.Tensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Random;
import java.util.SequencedMap;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class NpyTest {
    @TempDir Path folder;

    private static byte[] file(Golden golden) {
        return Base64.getDecoder().decode(golden.text());
    }

    // ---- NumPy's own files

    /// numpy.json: files that NumPy 2.2 wrote, and their contents.
    @Test
    void readsWhatNumPyWrites() throws IOException {
        for (Golden golden : Golden.resource("numpy.json").at("arrays").list()) {
            String name = golden.at("name").text();
            Tensor array = Npy.read(Files.write(folder.resolve("a.npy"), file(golden.at("file"))));
            assertThat(array.type()).as(name).hasToString(golden.at("type").text());
            assertThat(array.shape().sizes()).as(name).isEqualTo(golden.at("shape").ints());
            assertThat(array.toDoubles()).as(name).isEqualTo(golden.at("values").doubles());
        }
    }

    @Test
    void writesTheBytesThatNumPyWrites() throws IOException {
        Golden arrays = Golden.resource("numpy.json").at("arrays");
        Path file = folder.resolve("a.npy");
        for (String name :
                new String[] {
                    "<f8",
                    "<f4",
                    "<f2",
                    "<i8",
                    "<i4",
                    "<u1",
                    "<b1",
                    "three axes",
                    "scalar",
                    "empty",
                    "one axis"
                }) {
            byte[] expected = file(arrays.named(name).at("file"));
            Npy.write(file, Npy.read(Files.write(folder.resolve("in.npy"), expected)));
            assertThat(Files.readAllBytes(file)).as(name).isEqualTo(expected);
        }
        Npy.write(file, Npy.read(Files.write(folder.resolve("in.npy"), expected(arrays))));
        assertThat(Npy.read(file).toFloats()).hasSize(24).startsWith(0, 1, 2);
    }

    private static byte[] expected(Golden arrays) {
        return file(arrays.named("three axes fortran").at("file"));
    }

    @Test
    void readsNumPysArchives() throws IOException {
        for (String name : new String[] {"stored", "deflated"}) {
            Path file =
                    Files.write(
                            folder.resolve("a.npz"),
                            file(Golden.resource("numpy.json").at("archives").at(name)));
            Checkpoint all = Npz.read(file);
            assertThat(all.tensors().keySet())
                    .as(name)
                    .containsExactlyInAnyOrder("w", "bias", "layer.0/k");
            assertThat(all.tensor("w").shape()).isEqualTo(Shape.of(2, 3, 4));
            assertThat(all.tensor("w").toFloats()).startsWith(0, 1, 2).endsWith(22, 23);
            assertThat(all.tensor("bias").toDoubles()).containsExactly(1.5, -2);
            assertThat(all.tensor("layer.0/k").toFloats())
                    .containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
        }
    }

    // ---- there and back

    private static SequencedMap<String, Tensor> everyType() {
        SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
        Random random = new Random(4);
        for (DType type : DType.values()) {
            if (type != DType.BF16) {
                Tensor tensor = Tensor.empty(type, Shape.of(3, 5));
                for (int i = 0; i < 15; i++) {
                    type.write(tensor.segment(), i, random.nextInt(200) / 4.0);
                }
                tensors.put("layer." + type, tensor);
            }
        }
        tensors.put("scalar", Tensor.scalar(DType.F32, 2));
        tensors.put("view", Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3).transpose(0, 1));
        tensors.put("empty", Tensor.zeros(0, 7));
        return tensors;
    }

    @Test
    void bringsBackEveryTypeAndShape() throws IOException {
        SequencedMap<String, Tensor> tensors = everyType();
        Path archive = folder.resolve("all.npz");
        Npz.write(archive, tensors);
        Checkpoint again = Npz.read(archive);
        assertThat(again.tensors().keySet()).containsExactlyElementsOf(tensors.keySet());
        Path file = folder.resolve("one.npy");
        tensors.forEach((name, tensor) -> {
            Npy.write(file, tensor);
            for (Tensor read : new Tensor[] {Npy.read(file), again.tensor(name)}) {
                assertThat(read.type()).as(name).isEqualTo(tensor.type());
                assertThat(read.shape()).as(name).isEqualTo(tensor.shape());
                assertThat(read.toDoubles()).as(name).isEqualTo(tensor.toDoubles());
            }
        });
        byte[] bytes = Files.readAllBytes(archive);
        Npz.write(archive, again.tensors());
        assertThat(Files.readAllBytes(archive)).isEqualTo(bytes);
    }

    @Test
    void refusesToWriteWhatNumPyLacks() {
        Path file = folder.resolve("a.npy");
        Tensor tensor = Tensor.zeros(DType.BF16, Shape.of(2));
        assertThatThrownBy(() -> Npy.write(file, tensor))
                .isInstanceOf(CheckpointException.class)
                .hasMessage(
                        "npy: "
                                + file
                                + ": the tensor must have a type that NumPy has; got BF16. Convert it to F32");
        SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
        tensors.put("w", tensor);
        assertThatThrownBy(() -> Npz.write(file, tensors))
                .isInstanceOf(CheckpointException.class)
                .hasMessage(
                        "npz: "
                                + file
                                + ": tensor w must have a type that NumPy has; got BF16. Convert it to F32");
        assertThat(file).doesNotExist();
    }

    // ---- files that lie

    private static byte[] npy(String header, int dataBytes) {
        byte[] text = header.getBytes(StandardCharsets.UTF_8);
        byte[] file = new byte[10 + text.length + dataBytes];
        System.arraycopy(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0}, 0, file, 0, 8);
        file[8] = (byte) text.length;
        file[9] = (byte) (text.length >> 8);
        System.arraycopy(text, 0, file, 10, text.length);
        return file;
    }

    private static String header(String descr, String shape) {
        return "{'descr': '" + descr + "', 'fortran_order': False, 'shape': " + shape + ", }\n";
    }

    static Stream<Arguments> hostile() {
        String wrong =
                "the header of the array must be {'descr': ..., 'fortran_order': ..., 'shape': ...}; got ";
        String types =
                "; supported: f8, f4, f2, i8, i4, i2, i1, u1, b1, u2, u4, each with < or > before it";
        String bytes = "the array must have the bytes of its type and shape and no more; got ";
        String elements = "the array may have at most 2^40 elements; got ";
        return Stream.of(
                Arguments.of(npy(header("<c16", "(1,)"), 16), "the array has type <c16" + types),
                Arguments.of(npy(header("|O", "(1,)"), 16), "the array has type |O" + types),
                Arguments.of(npy(header("<u8", "(1,)"), 8), "the array has type <u8" + types),
                Arguments.of(npy(header("=f4", "(1,)"), 4), "the array has type =f4" + types),
                Arguments.of(npy(header("|f4", "(1,)"), 4), "the array has type |f4" + types),
                Arguments.of(
                        npy(
                                "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }",
                                4),
                        wrong
                                + "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }"),
                Arguments.of(
                        npy("{'descr': '<f4', 'shape': (1,), }", 4),
                        wrong + "{'descr': '<f4', 'shape': (1,), }"),
                Arguments.of(
                        npy(header("<f4", "(1,), 'more': 'x'"), 4),
                        wrong + header("<f4", "(1,), 'more': 'x'").strip()),
                Arguments.of(
                        npy(header("<f4", "(1,), 'shape': (2,)"), 4),
                        wrong + header("<f4", "(1,), 'shape': (2,)").strip()),
                Arguments.of(
                        npy(header("<f4", "(-1,)"), 4), wrong + header("<f4", "(-1,)").strip()),
                Arguments.of(
                        npy(header("<f4", "(1.0,)"), 4), wrong + header("<f4", "(1.0,)").strip()),
                Arguments.of(
                        npy(header("<f4", "(__import__('os'),)"), 4),
                        wrong + header("<f4", "(__import__('os'),)").strip()),
                Arguments.of(npy("exec()", 4), wrong + "exec()"),
                Arguments.of(
                        npy(header("<f4", "(3,)"), 8),
                        bytes + "f4 [3], 12 bytes, in 8. The file is cut off"),
                Arguments.of(npy(header("<f4", "(1,)"), 8), bytes + "f4 [1], 4 bytes, in 8"),
                Arguments.of(
                        npy(header("<f8", "(1000000, 1000000)"), 8),
                        bytes
                                + "f8 [1000000, 1000000], 8000000000000 bytes, in 8. The file is cut off"),
                Arguments.of(
                        npy(header("<f4", "(2147483648,)"), 8),
                        "the sizes of the array must be below 2^31; got 2147483648"),
                Arguments.of(
                        npy(header("<f4", "(99999999999999999,)"), 8),
                        "the sizes of the array must be below 2^31; got 99999999999999999"),
                Arguments.of(
                        npy(header("<f4", "(2147483647, 2147483647)"), 8),
                        elements + "[2147483647, 2147483647]"),
                Arguments.of(
                        npy(header("<f4", "(0, 2147483647, 2147483647)"), 0),
                        elements + "[0, 2147483647, 2147483647]"),
                Arguments.of(
                        npy(header("<f4", "(" + "1,".repeat(65) + ")"), 4),
                        "the array may have at most 64 axes; got more"),
                Arguments.of(
                        new byte[9],
                        "the array must begin with \\x93NUMPY; got 9 bytes that do not"),
                Arguments.of(
                        new byte[99],
                        "the array must begin with \\x93NUMPY; got 99 bytes that do not"),
                Arguments.of(
                        new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 4, 0, 0, 0, 0},
                        "the array has version 4.0; supported: 1.0, 2.0, 3.0"),
                Arguments.of(
                        new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 2, 0, -1, -1, -1, -1, 0},
                        "the header of the array must have at most 65536 bytes and lie in the file; got 4294967295"
                                + " bytes of 1"),
                Arguments.of(
                        new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, 9, 0, '{'},
                        "the header of the array must have at most 65536 bytes and lie in the file; got 9 bytes of 1"));
    }

    @ParameterizedTest
    @MethodSource("hostile")
    void saysWhatIsWrong(byte[] contents, String message) throws IOException {
        Path file = Files.write(folder.resolve("hostile.npy"), contents);
        long before = Memory.reserved();
        assertThatThrownBy(() -> Npy.read(file))
                .isInstanceOf(CheckpointException.class)
                .hasMessage("npy: " + file + ": " + message);
        assertThat(Memory.reserved()).isEqualTo(before);
    }

    private void refuses(byte[] archive, String message) throws IOException {
        Path file = Files.write(folder.resolve("hostile.npz"), archive);
        assertThatThrownBy(() -> Npz.read(file))
                .isInstanceOf(CheckpointException.class)
                .hasMessage("npz: " + file + ": " + message);
    }

    private static byte[] deflated(String name, byte[] contents) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(out)) {
            zip.putNextEntry(new ZipEntry(name));
            zip.write(contents);
            zip.closeEntry();
        }
        return out.toByteArray();
    }

    /// Returns the place of the directory's first entry.
    private static int directory(byte[] zip) {
        for (int at = zip.length - 46; at >= 0; at--) {
            if (zip[at] == 'P' && zip[at + 1] == 'K' && zip[at + 2] == 1 && zip[at + 3] == 2) {
                return at;
            }
        }
        throw new IllegalArgumentException("no directory");
    }

    @Test
    void refusesArchivesThatLie() throws IOException {
        refuses(
                new byte[100],
                "a zip file must end with its directory; got 100 bytes without one. The file is cut off");
        refuses(
                deflated("readme.txt", new byte[3]),
                "entries must be called *.npy; got readme.txt");
        byte[] bomb = deflated("a.npy", new byte[300_000_000]);
        assertThat(bomb.length).isLessThan(400_000);
        String hold =
                "the file must be able to hold what its entries promise, at most 256 MiB or 32 times its size; got ";
        int compressed = bomb.length - 30 - 16 - 46 - 22 - 2 * 5;
        refuses(bomb, hold + "a.npy of 300000000 bytes in " + compressed);

        byte[] small = deflated("a.npy", npy(header("<f4", "(3,)"), 12));
        int directory = directory(small);
        int size = small[directory + 24] & 0xff;
        int packed = small[directory + 20] & 0xff;
        byte[] larger = small.clone();
        larger[directory + 24]++;
        String unpack = "a deflated entry must unpack to the size that it says; got a.npy of ";
        refuses(larger, unpack + (size + 1) + " bytes and " + size);
        byte[] smaller = small.clone();
        smaller[directory + 24]--;
        refuses(smaller, unpack + (size - 1) + " bytes and more");
        byte[] huge = small.clone();
        huge[directory + 26] = 100;
        refuses(huge, hold + "a.npy of " + (size + (100 << 16)) + " bytes in " + packed);
        byte[] sum = small.clone();
        sum[directory + 16] ^= 1;
        assertThatThrownBy(() -> Npz.read(Files.write(folder.resolve("sum.npz"), sum)))
                .isInstanceOf(CheckpointException.class)
                .hasMessageStartingWith(
                        "npz: "
                                + folder.resolve("sum.npz")
                                + ": an entry must have the checksum that the file says; got a.npy with ");
        byte[] method = small.clone();
        method[directory + 10] = 12;
        refuses(method, "a.npy has compression method 12; supported: 0 (stored), 8 (deflated)");
        refuses(
                deflated("w.npy", npy(header("|O", "()"), 0)),
                "array w has type |O; supported: f8, f4, f2, i8, i4, i2, i1, u1, b1, u2, u4, each with < or > before"
                        + " it");
    }

    @Test
    void readsOrRefusesButNeverFailsOtherwise() throws IOException {
        Path whole = folder.resolve("whole");
        Npz.write(whole, everyType());
        byte[] stored = Files.readAllBytes(whole);
        byte[] deflated = file(Golden.resource("numpy.json").at("archives").at("deflated"));
        Npy.write(whole, Tensor.ones(4, 4));
        byte[] array = Files.readAllBytes(whole);
        long seed = 20260204;
        Random random = new Random(seed);
        int refused = 0;
        for (byte[] good : new byte[][] {stored, deflated, array}) {
            boolean archive = good[0] == 'P';
            for (int round = 0; round < 1000; round++) {
                byte[] copy = good.clone();
                for (int change = random.nextInt(3); change >= 0; change--) {
                    copy[random.nextInt(copy.length)] = (byte) random.nextInt(256);
                }
                refused += reads(copy, archive, "seed " + seed + ", round " + round) ? 0 : 1;
            }
            int cut = archive ? 7 : 1;
            for (int length = 0; length < good.length; length += cut) {
                String what = "cut to " + length + " of " + good.length;
                assertThat(reads(Arrays.copyOf(good, length), archive, what)).as(what).isFalse();
            }
        }
        assertThat(refused).as("seed %d", seed).isBetween(1000, 2990);
    }

    private boolean reads(byte[] contents, boolean archive, String what) throws IOException {
        Path file = Files.write(folder.resolve("damaged"), contents);
        long before = allocated();
        boolean read = true;
        try {
            if (archive) {
                Npz.read(file).tensors().values().forEach(Tensor::toDoubles);
            } else {
                Npy.read(file).toDoubles();
            }
        } catch (CheckpointException e) {
            read = false;
            assertThat(e.getMessage())
                    .as(what)
                    .startsWith((archive ? "npz: " : "npy: ") + file + ": ")
                    .doesNotContain("\n");
        }
        assertThat(allocated() - before).as(what).isLessThan(4 << 20);
        return read;
    }
}
