package dev.tenon.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.SequencedMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Files that lie: each gets one line that says what is wrong.
class HostileSafetensorsTest {
    private static final String ONE =
            "{\"w\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}";
    private static final String NUMBERS =
            " must hold whole numbers of at least 0 and below 2^63; got ";

    @TempDir Path folder;

    static Path write(Path folder, String header, byte[] data) throws IOException {
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        ByteBuffer file =
                ByteBuffer.allocate(8 + json.length + data.length).order(ByteOrder.LITTLE_ENDIAN);
        file.putLong(json.length).put(json).put(data);
        return Files.write(folder.resolve("hostile.safetensors"), file.array());
    }

    private static Arguments hostile(String header, int dataBytes, String message) {
        return Arguments.of(header, dataBytes, message);
    }

    private static String tensor(String dtype, String shape, String offsets) {
        return "{\"w\":{\"dtype\":\""
                + dtype
                + "\",\"shape\":"
                + shape
                + ",\"data_offsets\":"
                + offsets
                + "}}";
    }

    private static String two(String first, String second) {
        return "{\"a\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":"
                + first
                + "},\"b\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":"
                + second
                + "}}";
    }

    static Stream<Arguments> headers() {
        String follow = "tensors must follow one another without gap or overlap; got ";
        String object = "the header must be a JSON object; got ";
        return Stream.of(
                hostile(
                        tensor("F8_E4M3", "[8]", "[0,8]"),
                        8,
                        "tensor w has type F8_E4M3; supported: F64, F32, F16, BF16, I64, I32, U8, BOOL"),
                hostile(
                        tensor("f32\\nx", "[8]", "[0,8]"),
                        8,
                        "tensor w has type f32?x; supported: F64, F32, F16, BF16, I64, I32, U8, BOOL"),
                hostile(
                        tensor("F32", "[3]", "[0,8]"),
                        8,
                        "tensor w must have the bytes of its type and shape; got F32 [3] (12 bytes) in data_offsets"
                                + " [0, 8] (8 bytes)"),
                hostile(
                        tensor("F32", "[2]", "[8,0]"),
                        8,
                        "tensor w must have as data_offsets a begin and an end not before it; got [8, 0]"),
                hostile(
                        tensor("F32", "[2]", "[0,8,16]"),
                        8,
                        "tensor w must have as data_offsets a begin and an end not before it; got [0, 8, 16]"),
                hostile(
                        tensor("F32", "[2]", "[-8,0]"),
                        8,
                        "data_offsets of tensor w" + NUMBERS + "-8"),
                hostile(
                        tensor("F32", "[2]", "[0,99999999999999999999]"),
                        8,
                        "data_offsets of tensor w" + NUMBERS + "99999999999999999999"),
                hostile(tensor("F32", "[-2]", "[0,8]"), 8, "shape of tensor w" + NUMBERS + "-2"),
                hostile(tensor("F32", "[2.5]", "[0,8]"), 8, "shape of tensor w" + NUMBERS + "2.5"),
                hostile(tensor("F32", "[\"2\"]", "[0,8]"), 8, "shape of tensor w" + NUMBERS + "2"),
                hostile(tensor("F32", "[[2]]", "[0,8]"), 8, "shape of tensor w" + NUMBERS + "["),
                hostile(
                        tensor("F32", "[NaN]", "[0,8]"),
                        8,
                        object
                                + "Non-standard token 'NaN': enable"
                                + " `JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS` to allow (line 1, column 33)"),
                hostile(
                        tensor("F32", "[3000000000]", "[0,8]"),
                        8,
                        "tensor w may have at most 2^40 elements; got shape [3000000000]"),
                hostile(
                        tensor("F32", "[2147483647,2147483647,2147483647,4]", "[0,8]"),
                        8,
                        "tensor w may have at most 2^40 elements; got shape [2147483647, 2147483647, 2147483647, 4]"),
                hostile(
                        tensor("F32", "[0,2147483647,2147483647]", "[0,0]"),
                        0,
                        "tensor w may have at most 2^40 elements; got shape [0, 2147483647, 2147483647]"),
                hostile(
                        tensor("U8", Arrays.toString(new int[65]), "[0,0]"),
                        0,
                        "shape of tensor w must have at most 64 numbers; got more than 64"),
                hostile(
                        tensor("F32", "2", "[0,8]"),
                        8,
                        "shape of tensor w must be an array; got a number"),
                hostile(
                        "{\"w\":{\"dtype\":7}}",
                        0,
                        "dtype of tensor w must be a string; got a number"),
                hostile("{\"w\":3}", 0, "tensor w must be an object; got a number"),
                hostile(
                        "{\"w\":{\"dtype\":\"F32\",\"shape\":[2]}}",
                        8,
                        "tensor w must have dtype, shape and data_offsets; got only [dtype, shape]"),
                hostile(
                        "{\"w\":{\"dtype\":\"F32\",\"dtype\":\"F64\"}}",
                        8,
                        "fields must be unique; got dtype more than once in tensor w"),
                hostile(
                        "{\"w\":{\"shape\":[],\"dtype\":\"U8\",\"data_offsets\":[0,1]},\"w\":{}}",
                        1,
                        "names must be unique; got w more than once"),
                hostile(two("[0,4]", "[2,6]"), 8, follow + "b from 2 to 6 after the end of a at 4"),
                hostile(two("[0,4]", "[0,4]"), 4, follow + "b from 0 to 4 after the end of a at 4"),
                hostile(two("[0,4]", "[5,9]"), 9, follow + "b from 5 to 9 after the end of a at 4"),
                hostile(
                        two("[4,8]", "[8,12]"),
                        12,
                        follow + "a from 4 to 8 after the beginning at 0"),
                hostile(
                        two("[9223372036854775803,9223372036854775807]", "[0,4]"),
                        8,
                        follow
                                + "a from 9223372036854775803 to 9223372036854775807 after the end of b at 4"),
                hostile(
                        ONE,
                        7,
                        "the data must end with the last tensor; got 7 bytes of data and tensors of 8 bytes. The file"
                                + " is cut off"),
                hostile(
                        ONE,
                        9,
                        "the data must end with the last tensor; got 9 bytes of data and tensors of 8 bytes"),
                hostile(
                        "{\"__metadata__\":{\"a\":1}}",
                        0,
                        "__metadata__ a must be a string; got a number"),
                hostile(
                        "{\"__metadata__\":{\"a\":\"1\",\"a\":\"2\"}}",
                        0,
                        "keys must be unique; got __metadata__ a more than once"),
                hostile("{\"__metadata__\":[]}", 0, "__metadata__ must be an object; got an array"),
                hostile("", 0, object + "an empty header"),
                hostile("PK\u0003\u0004", 0, object + "one that begins with byte 80"),
                hostile(" {}", 0, object + "one that begins with byte 32"),
                hostile(
                        "{} {}",
                        0,
                        "only spaces may follow the header's JSON object; got START_OBJECT"),
                hostile(
                        "{\"w\":" + "[".repeat(100_000),
                        0,
                        "tensor w must be an object; got an array"),
                hostile(
                        "{\"w\":{\"more\":" + "[".repeat(100_000),
                        0,
                        object
                                + "Document nesting depth (501) exceeds the maximum allowed"
                                + " (500, from `StreamReadConstraints.getMaxNestingDepth()`)"));
    }

    @ParameterizedTest
    @MethodSource("headers")
    void saysWhatIsWrong(String header, int dataBytes, String message) throws IOException {
        Path file = write(folder, header, new byte[dataBytes]);
        assertThatThrownBy(() -> Safetensors.read(file))
                .isInstanceOf(CheckpointException.class)
                .hasMessage("safetensors: " + file + ": " + message);
    }

    @Test
    void refusesAHeaderLengthThatTheFileDoesNotHave() throws IOException {
        Path file = folder.resolve("a.safetensors");
        for (long length : new long[] {3, 100, 100_000_001, Long.MAX_VALUE, -1, Long.MIN_VALUE}) {
            byte[] bytes = new byte[10];
            ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(length);
            Files.write(file, bytes);
            assertThatThrownBy(() -> Safetensors.read(file))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessage(
                            "safetensors: "
                                    + file
                                    + ": the header's length must be at most 100000000 and the rest of the file; got"
                                    + " length "
                                    + Long.toUnsignedString(length)
                                    + " and 2 bytes after it. The file is cut off or not safetensors");
        }
    }

    @Test
    void refusesAHugeHeaderInAHugeFile() throws IOException {
        Path file = folder.resolve("sparse.safetensors");
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            ByteBuffer length = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
            channel.write(length.putLong(0, 1L << 32), 0);
            channel.write(ByteBuffer.allocate(1), 1L << 33); // a hole, which takes no room
        }
        assertThatThrownBy(() -> Safetensors.read(file))
                .isInstanceOf(CheckpointException.class)
                .hasMessage(
                        "safetensors: "
                                + file
                                + ": the header's length must be at most 100000000 and the rest of the file; got"
                                + " length 4294967296 and 8589934585 bytes after it. The file is cut off or not"
                                + " safetensors");
    }

    @Test
    void refusesWhatIsNoFile() {
        Path missing = folder.resolve("missing.safetensors");
        assertThatThrownBy(() -> Safetensors.read(missing))
                .isInstanceOf(CheckpointException.class)
                .hasMessage("safetensors: the file must exist; got " + missing);
        assertThatThrownBy(() -> Safetensors.read(folder))
                .isInstanceOf(CheckpointException.class)
                .hasMessage("safetensors: the file must exist; got " + folder);
    }

    @Test
    void refusesAFileCutOffAnywhere() throws IOException {
        SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
        tensors.put("w", Tensor.ones(3));
        tensors.put("b", Tensor.of(new long[] {1, 2}, 2));
        Path whole = folder.resolve("whole.safetensors");
        Safetensors.write(whole, new Checkpoint(tensors, Map.of("step", "1")));
        byte[] bytes = Files.readAllBytes(whole);
        Path cut = folder.resolve("cut.safetensors");
        for (int length = 0; length < bytes.length; length++) {
            Files.write(cut, Arrays.copyOf(bytes, length));
            assertThatThrownBy(() -> Safetensors.read(cut))
                    .as("cut to %d of %d bytes", length, bytes.length)
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageStartingWith("safetensors: " + cut + ": ");
        }
    }

    @Test
    void readsOrRefusesButNeverFailsOtherwise() throws IOException {
        SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
        tensors.put("w", Tensor.ones(3));
        tensors.put("b", Tensor.of(new long[] {1, 2}, 2));
        Path whole = folder.resolve("whole.safetensors");
        Safetensors.write(whole, new Checkpoint(tensors, Map.of("step", "1")));
        byte[] bytes = Files.readAllBytes(whole);
        Path damaged = folder.resolve("damaged.safetensors");
        long seed = 20260102;
        Random random = new Random(seed);
        int refused = 0;
        for (int round = 0; round < 1000; round++) {
            byte[] copy = bytes.clone();
            for (int change = random.nextInt(3); change >= 0; change--) {
                copy[random.nextInt(copy.length - 28)] = (byte) random.nextInt(256);
            }
            Files.write(damaged, copy);
            try {
                Safetensors.read(damaged).tensors().values().forEach(Tensor::toDoubles);
            } catch (CheckpointException e) {
                refused++;
                assertThat(e.getMessage())
                        .as("seed %d, round %d", seed, round)
                        .startsWith("safetensors: " + damaged + ": ")
                        .doesNotContain("\n");
            }
        }
        assertThat(refused).as("seed %d", seed).isGreaterThan(500);
    }
}
