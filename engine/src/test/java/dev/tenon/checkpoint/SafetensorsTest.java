package dev.tenon.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.tenon.dtype.DType;
import dev.tenon.tensor.Shape;
import dev.tenon.tensor.Tensor;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsTest {
    @TempDir Path folder;

    private static SequencedMap<String, Tensor> everyType() {
        SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
        Random random = new Random(20260101);
        for (DType type : DType.values()) {
            Tensor tensor = Tensor.empty(type, Shape.of(3, 5));
            for (int i = 0; i < tensor.count(); i++) {
                type.write(tensor.segment(), i, random.nextInt(200));
            }
            tensors.put("layer." + type, tensor);
        }
        tensors.put("scalar", Tensor.scalar(DType.I64, 42));
        tensors.put("none", Tensor.zeros(DType.F32, Shape.of(0, 7)));
        return tensors;
    }

    @Test
    void readsBackEveryTypeBitForBit() {
        Path file = folder.resolve("a.safetensors");
        Checkpoint written =
                new Checkpoint(everyType(), Map.of("step", "7", "note", "\u00e9\n\"x\""));
        Safetensors.write(file, written);
        Checkpoint read = Safetensors.read(file);
        assertThat(read.metadata()).isEqualTo(written.metadata());
        assertThat(read.tensors().keySet())
                .containsExactlyInAnyOrderElementsOf(written.tensors().keySet());
        written.tensors()
                .forEach((name, tensor) -> {
                    Tensor other = read.tensor(name);
                    assertThat(other.type()).isEqualTo(tensor.type());
                    assertThat(other.shape()).isEqualTo(tensor.shape());
                    assertThat(other.segment().mismatch(tensor.segment())).isEqualTo(-1);
                    assertThat(other.segment().isMapped()).as(name).isTrue();
                });
    }

    @Test
    void writesTheBytesOfTheFormat() throws IOException {
        SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
        tensors.put("b", Tensor.of(new float[] {1, -2}, 2, 1));
        tensors.put("u", Tensor.full(DType.U8, Shape.of(3), 255));
        tensors.put("a", Tensor.scalar(DType.F32, 0.5));
        Path file = folder.resolve("a.safetensors");
        Safetensors.write(file, new Checkpoint(tensors, Map.of("format", "tenon")));
        String header =
                "{\"__metadata__\":{\"format\":\"tenon\"},"
                        + "\"a\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0,4]},"
                        + "\"b\":{\"dtype\":\"F32\",\"shape\":[2,1],\"data_offsets\":[4,12]},"
                        + "\"u\":{\"dtype\":\"U8\",\"shape\":[3],\"data_offsets\":[12,15]}}";
        String padded = header + " ".repeat((8 - header.length() % 8) % 8);
        byte[] bytes = Files.readAllBytes(file);
        assertThat(bytes[0] & 0xff).isEqualTo(padded.length());
        assertThat(bytes).startsWith(padded.length(), 0, 0, 0, 0, 0, 0, 0);
        assertThat(new String(bytes, 8, padded.length(), StandardCharsets.UTF_8)).isEqualTo(padded);
        assertThat(java.util.Arrays.copyOfRange(bytes, 8 + padded.length(), bytes.length))
                .containsExactly(0, 0, 0, 0x3f, 0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0, 255, 255, 255);
    }

    @Test
    void writesEqualContentsAsEqualBytes() throws IOException {
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put("b", "2");
        metadata.put("a", "1");
        SequencedMap<String, Tensor> tensors = everyType();
        Safetensors.write(folder.resolve("1"), new Checkpoint(tensors, metadata));
        Safetensors.write(
                folder.resolve("2"),
                new Checkpoint(
                        new LinkedHashMap<>(everyType().reversed()), Map.of("a", "1", "b", "2")));
        assertThat(folder.resolve("2")).hasSameBinaryContentAs(folder.resolve("1"));
        assertThat(Files.readAllBytes(folder.resolve("1")).length % 8).isNotNegative();
    }

    @Test
    void writesViewsAsTheirElements() {
        Tensor grid = Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3);
        SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
        tensors.put("turned", grid.permute(1, 0));
        Path file = folder.resolve("a.safetensors");
        Safetensors.write(file, new Checkpoint(tensors));
        Tensor read = Safetensors.read(file).tensor("turned");
        assertThat(read.shape()).isEqualTo(Shape.of(3, 2));
        assertThat(read.toFloats()).containsExactly(1, 4, 2, 5, 3, 6);
    }

    @Test
    void replacesAFileWhileItsTensorsAreInUse() {
        Path file = folder.resolve("a.safetensors");
        SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
        tensors.put("w", Tensor.ones(1000));
        Safetensors.write(file, new Checkpoint(tensors));
        Tensor old = Safetensors.read(file).tensor("w");
        tensors.put("w", Tensor.zeros(10));
        Safetensors.write(file, new Checkpoint(tensors));
        assertThat(old.toFloats()).containsOnly(1);
        assertThat(Safetensors.read(file).tensor("w").toFloats()).hasSize(10).containsOnly(0);
    }

    @Test
    void copiesTensorsThatAnotherProgramDidNotAlign() throws IOException {
        String header = "{\"w\":{\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":[0,8]}}";
        for (int spaces = 0; spaces < 8; spaces++) {
            byte[] data = new byte[8];
            java.nio.ByteBuffer.wrap(data)
                    .order(java.nio.ByteOrder.LITTLE_ENDIAN)
                    .putDouble(0, Math.PI);
            Path file = write(header + " ".repeat(spaces), data);
            Tensor tensor = Safetensors.read(file).tensor("w");
            assertThat(tensor.segment().get(ValueLayout.JAVA_DOUBLE, 0)).isEqualTo(Math.PI);
        }
    }

    @Test
    void readsAFileWithoutTensors() throws IOException {
        assertThat(Safetensors.read(write("{}", new byte[0])).tensors()).isEmpty();
        assertThat(Safetensors.read(write("{\"__metadata__\":{}}   ", new byte[0])).metadata())
                .isEmpty();
    }

    @Test
    void refusesATensorWithTheNameOfTheMetadata() {
        SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
        tensors.put("__metadata__", Tensor.ones(2));
        Path file = folder.resolve("a.safetensors");
        assertThatThrownBy(() -> Safetensors.write(file, new Checkpoint(tensors)))
                .isInstanceOf(CheckpointException.class)
                .hasMessage(
                        "safetensors: "
                                + file
                                + ": no tensor may be called __metadata__; got one of [2]");
        assertThat(file).doesNotExist();
    }

    @Test
    void namesWhatACheckpointLacks() {
        SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
        for (int i = 0; i < 10; i++) {
            tensors.put("layer." + i, Tensor.ones(1));
        }
        Checkpoint checkpoint = new Checkpoint(tensors, Map.of("step", "7"));
        assertThat(checkpoint.text("step")).isEqualTo("7");
        assertThatThrownBy(() -> checkpoint.tensor("layer.10"))
                .isInstanceOf(CheckpointException.class)
                .hasMessage(
                        "checkpoint: a tensor layer.10 is needed; got [layer.0, layer.1, layer.2, layer.3, layer.4,"
                                + " layer.5, layer.6, layer.7, and 2 more]");
        assertThatThrownBy(() -> checkpoint.text("seed"))
                .isInstanceOf(CheckpointException.class)
                .hasMessage("checkpoint: metadata seed is needed; got [step]");
    }

    @Test
    void readsFilesOfOtherPrograms() {
        Path data = Path.of(System.getProperty("tenon.shared", "../../shared")).resolve("data");
        Path burn = data.resolve("mnist-cnn-burn/mnist.safetensors");
        assumeThat(burn).as("the shared data (property tenon.shared)").isRegularFile();
        Checkpoint cnn = Safetensors.read(burn);
        assertThat(cnn.tensor("conv1.weight").shape()).isEqualTo(Shape.of(8, 1, 3, 3));
        assertThat(cnn.tensor("norm1.num_batches_tracked").type()).isEqualTo(DType.I64);
        assertThat(cnn.tensor("norm1.num_batches_tracked").item()).isPositive();
        for (double weight : cnn.tensor("conv1.weight").toDoubles()) {
            assertThat(weight).isBetween(-2.0, 2.0);
        }
        Path layers =
                data.resolve(
                        "pytorch-fixtures/safetensors-tests__tests__multi_layer__multi_layer.safetensors");
        assertThat(Safetensors.read(layers).tensor("fc1.weight").shape())
                .isEqualTo(Shape.of(16, 256));
        for (String model : List.of("llama", "glm", "qwen2", "llama3-rope")) {
            Checkpoint tiny =
                    Safetensors.read(
                            data.resolve("transformers-tiny/" + model + "/model.safetensors"));
            assertThat(tiny.text("format")).isEqualTo("pt");
            assertThat(tiny.tensor("model.embed_tokens.weight").shape())
                    .isEqualTo(Shape.of(160, 64));
        }
    }

    private Path write(String header, byte[] data) throws IOException {
        return HostileSafetensorsTest.write(folder, header, data);
    }
}
