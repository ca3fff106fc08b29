package dev.tenon.checkpoint;

import static dev.tenon.checkpoint.PickleWriter.floats;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.tenon.Golden;
import dev.tenon.dtype.DType;
import dev.tenon.tensor.Shape;
import dev.tenon.tensor.Tensor;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TorchPickleTest {
    private static final long[] ONE = {1};

    @TempDir Path folder;

    private Checkpoint read(byte[] file) throws IOException {
        return TorchPickle.read(Files.write(folder.resolve("model.pt"), file));
    }

    private static SequencedMap<String, byte[]> entries(Object... namesAndBytes) {
        SequencedMap<String, byte[]> entries = new LinkedHashMap<>();
        for (int i = 0; i < namesAndBytes.length; i += 2) {
            entries.put((String) namesAndBytes[i], (byte[]) namesAndBytes[i + 1]);
        }
        return entries;
    }

    // ---- files of PyTorch's

    /// torch-pickle.json: what torch 2.13 reads from each file, the tar files by Python's own
    /// pickle.
    private static void compare(Path file) {
        Golden golden = Golden.resource("torch-pickle.json").at(String.valueOf(file.getFileName()));
        Checkpoint checkpoint = TorchPickle.read(file);
        Golden tensors = golden.at("tensors");
        assertThat(checkpoint.tensors().keySet())
                .as("names in %s", file)
                .containsExactlyElementsOf(tensors.names());
        for (String name : tensors.names()) {
            compare(file + " " + name, checkpoint.tensor(name), tensors.at(name));
        }
        Map<String, String> metadata = new LinkedHashMap<>();
        for (String key : golden.at("metadata").names()) {
            metadata.put(key, golden.at("metadata").at(key).text());
        }
        assertThat(checkpoint.metadata()).as("metadata of %s", file).isEqualTo(metadata);
    }

    private static void compare(String what, Tensor tensor, Golden golden) {
        assertThat(tensor.type()).as(what).hasToString(golden.at("type").text());
        assertThat(tensor.shape().sizes()).as(what).isEqualTo(golden.at("shape").ints());
        double[] values = tensor.toDoubles();
        if (golden.has("values")) {
            double[] expected =
                    golden.at("values").list().stream()
                            .mapToDouble(v -> Double.parseDouble(String.valueOf(v.value())))
                            .toArray();
            assertThat(values).as(what).isEqualTo(expected);
            return;
        }
        assertThat(Arrays.copyOf(values, 8)).as(what).isEqualTo(golden.at("first").doubles());
        double squares = Arrays.stream(values).map(v -> v * v).sum();
        // the sums were added in another order
        assertThat(Arrays.stream(values).sum())
                .as(what)
                .isCloseTo(golden.at("sum").number(), within(1e-9 * (1 + squares)));
        assertThat(squares)
                .as(what)
                .isCloseTo(golden.at("squares").number(), within(1e-9 * (1 + squares)));
    }

    @Test
    void readsEveryFixtureOfTheSharedFolder() throws IOException {
        Path fixtures = Golden.sharedFile("data/pytorch-fixtures");
        List<Path> files;
        try (Stream<Path> all = Files.list(fixtures)) {
            files =
                    all.filter(file -> file.toString().matches(".*\\.(pt|tar)"))
                            .filter(file -> !file.toString().endsWith("broken.pt"))
                            .sorted()
                            .toList();
        }
        assertThat(files).hasSizeGreaterThan(40);
        files.forEach(TorchPickleTest::compare);
    }

    @Test
    void refusesTheBrokenFixture() {
        Path broken =
                Golden.sharedFile(
                        "data/pytorch-fixtures/src__pytorch__tests__reader__test_data__broken.pt");
        assertThatThrownBy(() -> TorchPickle.read(broken))
                .isInstanceOf(CheckpointException.class)
                .hasMessage(
                        "torch: "
                                + broken
                                + ": the file must be a zip file, a tar file, or begin with PyTorch's magic number;"
                                + " got none of these");
    }

    @Test
    void readsTheLegacyResNetBelowItsWrapper() {
        Path file = Golden.sharedFile("data/resnet-cifar10/resnet20-12fca82f.th");
        compare(file);
        Checkpoint model = TorchPickle.read(file, "state_dict.module");
        assertThat(model.tensors()).hasSize(97);
        assertThat(model.tensor("conv1.weight").shape()).isEqualTo(Shape.of(16, 3, 3, 3));
        assertThat(model.metadata()).isEmpty();
        assertThatThrownBy(() -> TorchPickle.read(file, "model"))
                .isInstanceOf(CheckpointException.class)
                .hasMessage(
                        "torch: "
                                + file
                                + ": some tensor's name must begin with model.; got"
                                + " [state_dict.module.conv1.weight, state_dict.module.bn1.weight,"
                                + " state_dict.module.bn1.bias, state_dict.module.bn1.running_mean,"
                                + " state_dict.module.bn1.running_var,"
                                + " state_dict.module.layer1.0.conv1.weight,"
                                + " state_dict.module.layer1.0.bn1.weight, state_dict.module.layer1.0.bn1.bias, and 89"
                                + " more]");
    }

    /// The two files hold the same network, saved at different steps of training (3752 and 7504).
    @Test
    void readsOneNetworkFromPickleAndSafetensors() {
        Path burn = Golden.sharedFile("data/mnist-cnn-burn");
        compare(burn.resolve("mnist.pt"));
        Checkpoint pickle = TorchPickle.read(burn.resolve("mnist.pt"));
        Checkpoint safe = Safetensors.read(burn.resolve("mnist.safetensors"));
        assertThat(pickle.tensors().keySet())
                .containsExactlyInAnyOrderElementsOf(safe.tensors().keySet());
        pickle.tensors()
                .forEach((name, tensor) -> {
                    assertThat(tensor.type()).as(name).isEqualTo(safe.tensor(name).type());
                    assertThat(tensor.shape()).as(name).isEqualTo(safe.tensor(name).shape());
                });
        assertThat(pickle.tensor("norm1.num_batches_tracked").item()).isEqualTo(3752);
        assertThat(safe.tensor("norm1.num_batches_tracked").item()).isEqualTo(7504);

        Path converted = folder.resolve("mnist.safetensors");
        Safetensors.write(converted, pickle);
        Checkpoint again = Safetensors.read(converted);
        pickle.tensors()
                .forEach((name, tensor) ->
                        assertThat(tensor.segment().mismatch(again.tensor(name).segment()))
                                .as(name)
                                .isEqualTo(-1));
    }

    // ---- views and types

    @Test
    void resolvesStridesOffsetsAndExpandedAxes() throws IOException {
        byte[] pickle =
                PickleWriter.begin()
                        .op("}(")
                        .text("transposed")
                        .tensor("FloatStorage", "0", 6, 0, new long[] {3, 2}, new long[] {1, 3})
                        .text("column")
                        .tensor("FloatStorage", "0", 6, 1, new long[] {2}, new long[] {3})
                        .text("row")
                        .tensor("FloatStorage", "0", 6, 3, new long[] {3}, ONE)
                        .text("expanded")
                        .tensor("FloatStorage", "0", 6, 2, new long[] {2, 3}, new long[] {0, 0})
                        .text("windows")
                        .tensor("FloatStorage", "0", 6, 0, new long[] {3, 2}, new long[] {1, 1})
                        .text("scalar")
                        .tensor("FloatStorage", "0", 6, 5, new long[0], new long[0])
                        .text("empty")
                        .tensor("FloatStorage", "0", 6, 6, new long[] {0, 4}, new long[] {4, 1})
                        .op("u")
                        .end();
        byte[] data = floats(1, 2, 3, 4, 5, 6);
        for (byte[] file :
                List.of(
                        PickleWriter.zip(pickle, entries("data/0", data)),
                        PickleWriter.legacy(
                                pickle, new String[] {"0"}, new byte[][] {data}, new long[] {6}))) {
            Checkpoint all = read(file);
            assertThat(all.tensor("transposed").toFloats()).containsExactly(1, 4, 2, 5, 3, 6);
            assertThat(all.tensor("column").toFloats()).containsExactly(2, 5);
            assertThat(all.tensor("row").toFloats()).containsExactly(4, 5, 6);
            assertThat(all.tensor("expanded").toFloats()).containsExactly(3, 3, 3, 3, 3, 3);
            assertThat(all.tensor("windows").toFloats()).containsExactly(1, 2, 2, 3, 3, 4);
            assertThat(all.tensor("scalar").toFloats()).containsExactly(6);
            assertThat(all.tensor("scalar").rank()).isZero();
            assertThat(all.tensor("empty").shape()).isEqualTo(Shape.of(0, 4));
            for (Tensor tensor : all.tensors().values()) {
                assertThat(tensor.segment().address() % 4).isZero();
            }
        }
    }

    @Test
    void widensIntegersAndKeepsTheRest() throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putShort((short) -2).putShort((short) 0x7fff).putInt(-1).putLong(-3);
        for (boolean big : new boolean[] {false, true}) {
            PickleWriter pickle = PickleWriter.begin().op("}(");
            String[] types = {
                "CharStorage",
                "ShortStorage",
                "IntStorage",
                "LongStorage",
                "ByteStorage",
                "HalfStorage",
                "BFloat16Storage",
                "DoubleStorage",
                "BoolStorage"
            };
            int[] sizes = {1, 2, 4, 8, 1, 2, 2, 8, 1};
            for (int i = 0; i < types.length; i++) {
                pickle.text(types[i])
                        .tensor(
                                types[i],
                                types[i],
                                16 / sizes[i],
                                0,
                                new long[] {16 / sizes[i]},
                                ONE);
            }
            SequencedMap<String, byte[]> entries = new LinkedHashMap<>();
            for (int i = 0; i < types.length; i++) {
                entries.put("data/" + types[i], order(bytes.array(), big ? sizes[i] : 1));
            }
            entries.put("byteorder", (big ? "big" : "little").getBytes(StandardCharsets.US_ASCII));
            Checkpoint all = read(PickleWriter.zip(pickle.op("u").end(), entries));
            assertThat(all.tensor("CharStorage").type()).isEqualTo(DType.I32);
            assertThat(all.tensor("CharStorage").toLongs())
                    .startsWith(-2, -1, -1, 127, -1)
                    .endsWith(-3, -1, -1, -1, -1, -1, -1, -1);
            assertThat(all.tensor("ShortStorage").type()).isEqualTo(DType.I32);
            assertThat(all.tensor("ShortStorage").toLongs())
                    .containsExactly(-2, 0x7fff, -1, -1, -3, -1, -1, -1);
            assertThat(all.tensor("IntStorage").toLongs()).containsExactly(0x7ffffffe, -1, -3, -1);
            assertThat(all.tensor("LongStorage").toLongs())
                    .containsExactly(0xffffffff7ffffffeL, -3);
            for (String kept :
                    List.of("ByteStorage", "HalfStorage", "BFloat16Storage", "DoubleStorage")) {
                assertThat(all.tensor(kept).segment().toArray(ValueLayout.JAVA_BYTE))
                        .as(kept)
                        .isEqualTo(bytes.array());
            }
            assertThat(all.tensor("BoolStorage").type()).isEqualTo(DType.BOOL);
        }
    }

    /// Returns `bytes` with the order inside each element turned round.
    private static byte[] order(byte[] bytes, int size) {
        byte[] turned = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            turned[i] = bytes[i / size * size + size - 1 - i % size];
        }
        return turned;
    }

    @Test
    void readsTensorsThatNameTheTypeOfUntypedBytes() throws IOException {
        PickleWriter pickle =
                PickleWriter.begin()
                        .op("}(")
                        .text("u16")
                        .global("torch._utils", "_rebuild_tensor_v3")
                        .op("((")
                        .text("storage")
                        .global("torch.storage", "UntypedStorage")
                        .text("0")
                        .text("cpu")
                        .number(4)
                        .op("tQ")
                        .number(0)
                        .numbers(2)
                        .numbers(1)
                        .raw(0x89)
                        .op("}")
                        .global("torch", "uint16")
                        .op("}tRu");
        Checkpoint all =
                read(PickleWriter.zip(pickle.end(), entries("data/0", new byte[] {-1, -1, 2, 1})));
        assertThat(all.tensor("u16").type()).isEqualTo(DType.I32);
        assertThat(all.tensor("u16").toLongs()).containsExactly(65535, 258);
    }

    @Test
    void readsPartsOfLegacyStorages() throws IOException {
        PickleWriter pickle =
                PickleWriter.begin()
                        .global("torch._utils", "_rebuild_tensor")
                        .op("((")
                        .text("storage")
                        .global("torch.cuda", "FloatStorage")
                        .text("root")
                        .text("cuda:0")
                        .number(4)
                        .op("(")
                        .text("part")
                        .number(1)
                        .number(2)
                        .op("ttQ")
                        .number(0)
                        .numbers(2)
                        .numbers(1)
                        .op("tR");
        Checkpoint all =
                read(
                        PickleWriter.legacy(
                                pickle.end(),
                                new String[] {"root"},
                                new byte[][] {floats(1, 2, 3, 4)},
                                new long[] {4}));
        assertThat(all.tensors().keySet()).containsExactly("tensor");
        assertThat(all.tensor("tensor").toFloats()).containsExactly(2, 3);
    }

    @Test
    void joinsNamesAndKeepsWords() throws IOException {
        PickleWriter pickle =
                PickleWriter.begin()
                        .op("}(")
                        .text("model")
                        .global("collections", "OrderedDict")
                        .op(")R(")
                        .text("w")
                        .global("torch._utils", "_rebuild_parameter")
                        .op("(")
                        .tensor("FloatStorage", "0", 1, 0, new long[] {1}, ONE)
                        .raw(0x88)
                        .op("}tRu}(")
                        .text("_metadata")
                        .op("}ub") // attributes of the dictionary
                        .text("epoch")
                        .number(-7)
                        .text("name")
                        .text("köln")
                        .text("done")
                        .raw(0x88)
                        .text("lr")
                        .op("G")
                        .raw(0x3f, 0xb9, 0x99, 0x99, 0x99, 0x99, 0x99, 0x9a)
                        .text("scheduler")
                        .op("N")
                        .text("seed")
                        .raw(0x8a, 9, 255, 255, 255, 255, 255, 255, 255, 255, 0)
                        .text("betas")
                        .numbers(1, 2)
                        .text("ema")
                        .op("](")
                        .tensor("FloatStorage", "0", 1, 0, new long[] {1}, ONE)
                        .op("}")
                        .number(3)
                        .tensor("FloatStorage", "0", 1, 0, new long[] {1}, ONE)
                        .op("seu");
        Checkpoint all = read(PickleWriter.zip(pickle.end(), entries("data/0", floats(8))));
        assertThat(all.tensors().keySet()).containsExactly("model.w", "ema.0", "ema.1.3");
        assertThat(all.metadata())
                .isEqualTo(
                        Map.of(
                                "epoch", "-7",
                                "name", "köln",
                                "done", "true",
                                "lr", "0.1",
                                "seed", "18446744073709551615"));
        Checkpoint model = TorchPickle.read(folder.resolve("model.pt"), "model");
        assertThat(model.tensor("w").toFloats()).containsExactly(8);
        assertThat(model.metadata()).isEmpty();
    }
}
