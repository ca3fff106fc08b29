package dev.tenon.diffusion.keras;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.tenon.checkpoint.Checkpoint;
import dev.tenon.checkpoint.CheckpointException;
import dev.tenon.data.Dataset;
import dev.tenon.data.Digits;
import dev.tenon.data.Mnist;
import dev.tenon.data.Split;
import dev.tenon.diffusion.Golden;
import dev.tenon.dtype.DType;
import dev.tenon.nn.Mode;
import dev.tenon.tensor.Autograd;
import dev.tenon.tensor.ReduceOps;
import dev.tenon.tensor.Shape;
import dev.tenon.tensor.TenonException;
import dev.tenon.tensor.Tensor;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.SequencedMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Models that Keras 2.3, 2.14, 3.9 and 3.15 saved, against what Keras says of the same images.
final class KerasModelTest {
    @TempDir Path folder;

    private static JsonNode golden(String model) {
        InputStream json =
                Objects.requireNonNull(
                        KerasModelTest.class.getResourceAsStream("/golden/keras-models.json"));
        return new JsonMapper().readTree(json).get("models").get(model);
    }

    /// The model of a golden case: its configuration, and weights by formula.
    private static Checkpoint file(String model) {
        JsonNode node = golden(model);
        SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
        for (String name : node.get("weights").propertyNames()) {
            JsonNode numbers = node.get("weights").get(name);
            int k = numbers.get(0).asInt();
            int[] sizes = new int[numbers.size() - 1];
            Arrays.setAll(sizes, i -> numbers.get(i + 1).asInt());
            boolean variance =
                    name.matches(".*batch_normalization.vars.(3|2)")
                                    && !node.get("weights").has(name.replace("vars.2", "vars.3"))
                            || name.endsWith("vars.3");
            tensors.put(
                    name,
                    Golden.fill(
                            DType.F32,
                            Shape.of(sizes),
                            i -> (variance ? 1.5 : 0) + 0.4 * Math.sin(0.37 * i + k)));
        }
        return new Checkpoint(tensors, Map.of("config.json", node.get("config").asString()));
    }

    private Path written(String model, String kind) throws IOException {
        byte[] packed = Base64.getDecoder().decode(golden(model).get(kind).asString());
        Path file = folder.resolve(model + "." + kind);
        try (InputStream bytes = new GZIPInputStream(new ByteArrayInputStream(packed))) {
            Files.copy(bytes, file);
        }
        return file;
    }

    /// Asserts that a model says of three images by formula what Keras's says.
    private static void saysTheSame(KerasModel model, String name) {
        int[] sizes = model.input().sizes();
        int pixels = Math.toIntExact(model.input().count());
        Tensor x =
                Golden.fill(DType.F32, Shape.of(3 * pixels), i -> 0.5 + 0.5 * Math.sin(0.11 * i));
        x =
                sizes.length == 3
                        ? x.reshape(3, sizes[0], sizes[1], sizes[2]).permute(0, 3, 1, 2)
                        : x.reshape(3, 1, 1, pixels);
        Tensor images = x.contiguous();
        double[] mine = Mode.eval(() -> Autograd.noGrad(() -> model.apply(images))).toDoubles();
        double[] theirs = Golden.doubles(golden(name).get("output"));
        assertThat(mine).hasSameSizeAs(theirs);
        for (int i = 0; i < mine.length; i++) {
            assertThat(mine[i]).as(name + " " + i).isCloseTo(theirs[i], within(2e-6));
        }
    }

    @Test
    void buildsSequentialModels() {
        saysTheSame(KerasModel.of(file("seq")), "seq");
        saysTheSame(KerasModel.of(file("flat")), "flat");
    }

    @Test
    void buildsFunctionalChainsFromBothFormats() throws IOException {
        saysTheSame(KerasModel.read(written("fun", "keras")), "fun");
        saysTheSame(KerasModel.read(written("fun", "h5")), "fun");
    }

    // ---- files of others

    private static int right(KerasModel model, Dataset images) {
        int right = 0;
        for (int from = 0; from < images.count(); from += 500) {
            long first = from;
            long[] rows = new long[Math.min(500, images.count() - from)];
            Arrays.setAll(rows, i -> first + i);
            Tensor x = images.images(rows).add(1).mul(0.5);
            Tensor y = Mode.eval(() -> Autograd.noGrad(() -> model.apply(x)));
            long[] guesses = ReduceOps.argmax(y, 1).toLongs();
            long[] labels = images.labels(rows).toLongs();
            for (int i = 0; i < rows.length; i++) {
                right += guesses[i] == labels[i] ? 1 : 0;
            }
        }
        return right;
    }

    private static KerasModel fixture(String name) {
        return KerasModel.read(Golden.shared("data/keras-fixtures/" + name));
    }

    /// mnist/expected-accuracies.json for the first; what Keras 3.15 counts for the other two.
    @Test
    void getsRightWhatKerasGetsRightOfMnist() {
        Dataset test = Mnist.load(Golden.shared("data/mnist")).test();
        KerasModel oldest = fixture("nharish-mnist.h5");
        assertThat(right(oldest, test)).isEqualTo(9920);
        assertThat(right(fixture("kzarama-mnist.h5"), test)).isEqualTo(9940);
        assertThat(right(fixture("gnudisme-mnist_cnn.h5"), test)).isEqualTo(9936);
        JsonNode stored =
                new JsonMapper()
                        .readTree(Golden.shared("data/mnist/expected-accuracies.json").toFile())
                        .get("nharish-mnist.onnx/.h5 (NHWC input x/255)");
        assertThat(stored.get("correct").asInt()).isEqualTo(9920);
        Tensor x = test.images(0, 1, 2, 3).add(1).mul(0.5);
        double[] mine = Mode.eval(() -> Autograd.noGrad(() -> oldest.apply(x))).toDoubles();
        for (int i = 0; i < mine.length; i++) {
            assertThat(mine[i])
                    .isCloseTo(
                            stored.get("softmax_first4").get(i / 10).get(i % 10).asDouble(),
                            within(1e-6));
        }
    }

    /// What the same weights give in PyTorch.
    @Test
    void getsRightWhatKerasGetsRightOfTheDigits() {
        Split digits = Digits.load();
        KerasModel model = fixture("kzarama-mnist.keras");
        assertThat(right(model, digits.train()) + right(model, digits.test())).isEqualTo(1791);
    }

    // ---- refusals

    private static void refused(Checkpoint file, String message) {
        assertThatThrownBy(() -> KerasModel.of(file))
                .isInstanceOf(CheckpointException.class)
                .hasMessage(message);
    }

    /// The golden Sequential with a part of its configuration replaced.
    private static Checkpoint with(String part, String other) {
        Checkpoint good = file("seq");
        String config = good.text("config.json");
        assertThat(config).contains(part);
        return new Checkpoint(
                good.tensors(),
                Map.of(
                        "config.json",
                        config.replaceFirst(part.replaceAll("([\\[{])", "\\\\$1"), other)));
    }

    @Test
    void refusesByNameWhatItDoesNotKnow() {
        Path nested = Golden.shared("data/keras-fixtures/pre_pr22362_nested_container.keras");
        assertThatThrownBy(() -> KerasModel.read(nested))
                .isInstanceOf(CheckpointException.class)
                .hasMessage(
                        "keras: "
                                + nested
                                + ": the model is of class NestedDenseModel; supported: Sequential,"
                                + " Functional");
        refused(
                with("\"class_name\": \"AveragePooling2D\"", "\"class_name\": \"ConvLSTM2D\""),
                "ConvLSTM2D average_pooling2d: layers of class ConvLSTM2D are not supported; supported:"
                        + " InputLayer, Rescaling, Conv2D, MaxPooling2D, AveragePooling2D,"
                        + " GlobalAveragePooling2D, Flatten, Reshape, Dense, Dropout,"
                        + " BatchNormalization, Activation, ReLU, LeakyReLU, Softmax");
        refused(
                with("\"activation\": \"gelu\"", "\"activation\": \"mish\""),
                "Dense dense: activation must be one of linear, relu, leaky_relu, sigmoid, tanh, softmax,"
                        + " gelu, silu, swish; got mish");
        refused(
                with("\"channels_last\"", "\"channels_first\""),
                "Conv2D conv2d: data_format must be channels_last; got channels_first");
        refused(
                with("\"batch_shape\": [null, 12, 10, 2]", "\"batch_shape\": [null, null, 10, 2]"),
                "InputLayer input_layer: batch_shape must be [null, H, W, C], [null, H, W] or [null, n];"
                        + " got [null, null, 10, 2]");
        refused(
                with("\"filters\": 6", "\"filters\": 8"),
                "Conv2D conv2d_1: kernel must be [3, 2, 2, 8]; got [3, 2, 2, 6]");
        refused(
                with("\"use_bias\": false", "\"use_bias\": true"),
                "Conv2D conv2d: its weights must be kernel, bias; got kernel");
    }

    @Test
    void refusesWeightsAloneAndImagesOfOtherSizes() {
        refused(
                new Checkpoint(file("seq").tensors()),
                "the file must hold a model with its configuration; got weights alone. Save it with"
                        + " model.save, not model.save_weights");
        KerasModel model = KerasModel.of(file("seq"));
        assertThatThrownBy(() -> model.check(Digits.load().test()))
                .hasMessage(
                        "keras: the model takes [12, 10, 2]; got images of [8, 8, 1] of digits");
    }

    /// Numbers and words of a configuration replaced at random: a model is made or refused, never
    /// anything else.
    @Test
    void aDamagedConfigurationIsRefused() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        String[] others = {
            "0",
            "-1",
            "2147483647",
            "9223372036854775807",
            "1e300",
            "null",
            "[]",
            "{}",
            "true",
            "[3, 3]",
            "\"same\"",
            "\"Dense\"",
            "\"Flatten\""
        };
        Checkpoint good = file("seq");
        String config = good.text("config.json");
        List<MatchResult> values =
                Pattern.compile(
                                "(?<=: |\\[|, )(-?[0-9.]+|\"[^\"]*\"|null|true|false|\\[[0-9, ]*\\])(?=[,}\\]])")
                        .matcher(config)
                        .results()
                        .toList();
        int refused = 0;
        for (int round = 0; round < 2000; round++) {
            MatchResult value = values.get(random.nextInt(values.size()));
            String other = others[random.nextInt(others.length)];
            String damaged =
                    config.substring(0, value.start()) + other + config.substring(value.end());
            try {
                KerasModel.of(new Checkpoint(good.tensors(), Map.of("config.json", damaged)));
            } catch (TenonException e) {
                refused++;
            } catch (RuntimeException e) {
                throw new AssertionError(
                        "seed "
                                + seed
                                + ": "
                                + value.group()
                                + " at "
                                + value.start()
                                + " to "
                                + other,
                        e);
            }
        }
        assertThat(refused).isBetween(100, 1999);
    }
}
