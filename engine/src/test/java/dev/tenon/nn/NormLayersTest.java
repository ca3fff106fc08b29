package dev.tenon.nn;

import static dev.tenon.kernel.Tolerances.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.Golden;
import dev.tenon.dtype.DType;
import dev.tenon.kernel.Conv2dSettings;
import dev.tenon.nn.conv.Conv2d;
import dev.tenon.nn.norm.BatchNorm;
import dev.tenon.nn.norm.BatchNorm1d;
import dev.tenon.nn.norm.BatchNorm2d;
import dev.tenon.nn.norm.BatchNorm3d;
import dev.tenon.nn.norm.CustomNorm;
import dev.tenon.nn.norm.GroupNorm;
import dev.tenon.nn.norm.InstanceNorm1d;
import dev.tenon.nn.norm.InstanceNorm2d;
import dev.tenon.nn.norm.InstanceNorm3d;
import dev.tenon.nn.norm.LayerNorm;
import dev.tenon.nn.norm.LocalResponseNorm;
import dev.tenon.nn.norm.RMSNorm;
import dev.tenon.nn.norm.SyncBatchNorm;
import dev.tenon.tensor.Autograd;
import dev.tenon.tensor.BatchNormOps;
import dev.tenon.tensor.Exchange;
import dev.tenon.tensor.Finish;
import dev.tenon.tensor.Rng;
import dev.tenon.tensor.Shape;
import dev.tenon.tensor.ShapeException;
import dev.tenon.tensor.TenonException;
import dev.tenon.tensor.Tensor;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// The normalization layers against what PyTorch computed, refused and saved.
class NormLayersTest {
    private static final Golden GOLDEN = Golden.resource("norm.json");

    // ---- cases

    @TestFactory
    Stream<DynamicTest> agreesWithPyTorch() {
        return GOLDEN.at("cases").list().stream()
                .map(c ->
                        DynamicTest.dynamicTest(
                                c.at("name").text(),
                                () -> {
                                    for (DType type : List.of(DType.F64, DType.F32)) {
                                        golden(c, type);
                                    }
                                }));
    }

    private static void golden(Golden c, DType type) {
        String name = c.at("name").text();
        switch (name) {
            case "bn2d_eval_after_3steps" -> evaluated(c, "bn2d_train_3steps", type);
            case "in2d_track_eval" -> evaluated(c, "in2d_track_2steps", type);
            case "lrn_size3" -> {
                Tensor x = input(Shape.of(c.at("shape").ints()), 0, type);
                checkRun(c, LocalResponseNorm.of(3), x, false, type);
            }
            default -> checkRun(c, trained(c, type), lastInput(c, type), trains(c), type);
        }
    }

    private static boolean trains(Golden c) {
        return c.at("training").equals(new Golden(true, c.at("training").path()));
    }

    private static Tensor input(Shape shape, double phase, DType type) {
        int count = Math.toIntExact(shape.count());
        return Tensor.of(Golden.sines(count, 0.37, phase, 1.5, 0.3), shape.sizes()).to(type);
    }

    private static Tensor lastInput(Golden c, DType type) {
        int steps = (int) c.at("steps").number();
        return input(Shape.of(c.at("shape").ints()), 0.5 * (steps - 1), type);
    }

    /// Returns the layer of a case after all steps but the last.
    private static UnaryLayer trained(Golden c, DType type) {
        UnaryLayer layer = layer(c.at("module").text(), type);
        setParameters(layer);
        int steps = (int) c.at("steps").number();
        for (int step = 0; step < steps - 1; step++) {
            Tensor x = input(Shape.of(c.at("shape").ints()), 0.5 * step, type);
            Mode.train(Rng.of(1), () -> layer.apply(x));
        }
        return layer;
    }

    private static void setParameters(UnaryLayer layer) {
        layer.params()
                .forEach((name, param) -> {
                    int count = Math.toIntExact(param.count());
                    double[] values =
                            name.equals("weight")
                                    ? Golden.sines(count, 0.9, 0.4, 0.25, 1)
                                    : Golden.sines(count, 1.1, 0.2, 0.1, 0);
                    Tensor value = Tensor.of(values, param.shape().sizes()).to(param.type());
                    layer.load(Map.of(name, value), false);
                });
    }

    /// A case that goes on in evaluation where the case `first` ended.
    private static void evaluated(Golden c, String first, DType type) {
        Golden before = GOLDEN.at("cases").named(first);
        UnaryLayer layer = trained(before, type);
        Mode.train(Rng.of(1), () -> layer.apply(lastInput(before, type)));
        Tensor x = input(Shape.of(before.at("shape").ints()), 9.0, type);
        checkRun(c, layer, x, false, type);
    }

    private static void checkRun(
            Golden c, UnaryLayer layer, Tensor input, boolean training, DType type) {
        Tensor x = input.requireGradient();
        Tensor y = training ? Mode.train(Rng.of(1), () -> layer.apply(x)) : layer.apply(x);
        int count = Math.toIntExact(x.count());
        Tensor upstream =
                Tensor.of(Golden.sines(count, 0.23, 0.1, 1, 0), x.shape().sizes()).to(type);
        y.backward(upstream, Autograd.Graph.KEEP);
        check(y, c.at("output"), type);
        if (c.has("grad_input")) {
            check(x.gradient(), c.at("grad_input"), type);
        }
        for (String name : List.of("weight", "bias")) {
            Param param = layer.params().get(name);
            if (c.has("grad_" + name) && !c.at("grad_" + name).isNull()) {
                check(Objects.requireNonNull(param).gradient(), c.at("grad_" + name), type);
            } else if (c.has("grad_" + name)) {
                assertThat(param).isNull();
            }
        }
        if (c.has("state")) {
            checkState(c.at("state"), layer, type);
        }
    }

    private static void checkState(Golden state, UnaryLayer layer, DType type) {
        assertThat(layer.state().keySet())
                .containsExactlyElementsOf(
                        ((Map<?, ?>) Objects.requireNonNull(state.value()))
                                .keySet().stream().map(Object::toString).toList());
        layer.state()
                .forEach((name, value) -> {
                    if (name.equals("num_batches_tracked")) {
                        assertThat(value.item()).isEqualTo(state.at(name).number());
                        assertThat(value.type()).isEqualTo(DType.I64);
                        assertThat(value.shape()).isEqualTo(Shape.of());
                    } else {
                        check(value, state.at(name), type);
                    }
                });
    }

    private static void check(@Nullable Tensor actual, Golden expected, DType type) {
        assertClose(
                Objects.requireNonNull(actual).toDoubles(),
                expected.doubles(),
                10, // sums behind a gradient have up to 108 terms of size 1
                type,
                expected.path() + " " + type);
    }

    // ---- layers as the golden file writes them

    private static UnaryLayer layer(String module, DType type) {
        Init init = Init.of(Rng.of(1), type);
        Map<String, String> settings = new LinkedHashMap<>();
        Matcher named = Pattern.compile("(\\w+)=([\\w.-]+)").matcher(module);
        while (named.find()) {
            settings.put(named.group(1), named.group(2));
        }
        int[] sizes =
                Pattern.compile("\\d+")
                        .matcher(module.substring(module.indexOf('('), module.indexOf(", eps")))
                        .results()
                        .mapToInt(number -> Integer.parseInt(number.group()))
                        .toArray();
        Double eps = number(settings, "eps");
        Double momentum = number(settings, "momentum");
        boolean affine = "True".equals(settings.get("affine"));
        boolean tracks = "True".equals(settings.get("track_running_stats"));
        boolean each = "True".equals(settings.get("elementwise_affine"));
        double e = eps == null ? 0 : eps;
        return switch (module.substring(0, module.indexOf('('))) {
            case "BatchNorm1d" -> BatchNorm1d.of(sizes[0], e, momentum, affine, tracks, init);
            case "BatchNorm2d" -> BatchNorm2d.of(sizes[0], e, momentum, affine, tracks, init);
            case "BatchNorm3d" -> BatchNorm3d.of(sizes[0], e, momentum, affine, tracks, init);
            case "InstanceNorm1d" -> InstanceNorm1d.of(sizes[0], e, momentum, affine, tracks, init);
            case "InstanceNorm2d" -> InstanceNorm2d.of(sizes[0], e, momentum, affine, tracks, init);
            case "LayerNorm" -> LayerNorm.of(Shape.of(sizes), e, each, init);
            case "GroupNorm" -> GroupNorm.of(sizes[0], sizes[1], e, affine, init);
            case "RMSNorm" -> RMSNorm.of(Shape.of(sizes), eps, true, init);
            default -> throw new IllegalArgumentException(module);
        };
    }

    private static @Nullable Double number(Map<String, String> settings, String name) {
        String text = settings.get(name);
        return text == null || text.equals("None") ? null : Double.valueOf(text);
    }

    // ---- errors

    private record Refusal(String message, Runnable body) {}

    private static void train(UnaryLayer layer, int... sizes) {
        Mode.train(Rng.of(1), () -> layer.apply(Tensor.zeros(sizes)));
    }

    /// What is refused, by the case in the golden file; the message is the prefix, PyTorch's text
    /// and what follows it.
    private static Map<String, Refusal> refusals() {
        Init init = Init.of(1);
        Map<String, Refusal> all = new LinkedHashMap<>();
        all.put(
                "BatchNorm2d(4) train, input (1,4,1,1)",
                new Refusal(
                        "BatchNorm2d: batchNorm: %s",
                        () -> train(BatchNorm2d.of(4, init), 1, 4, 1, 1)));
        all.put(
                "BatchNorm2d(4,track_running_stats=False) eval, input (1,4,1,1)",
                new Refusal(
                        "BatchNorm2d: batchNorm: %s",
                        () ->
                                BatchNorm2d.of(4, 1e-5, 0.1, true, false, init)
                                        .apply(Tensor.zeros(1, 4, 1, 1))));
        all.put(
                "BatchNorm2d(4), input 3D",
                new Refusal(
                        "BatchNorm2d: batchNorm: %s",
                        () -> train(BatchNorm2d.of(4, init), 2, 4, 3)));
        all.put(
                "BatchNorm3d(4), input 4D",
                new Refusal(
                        "BatchNorm3d: batchNorm: %s",
                        () -> train(BatchNorm3d.of(4, init), 2, 4, 3, 3)));
        all.put(
                "InstanceNorm2d(3), input (2,3,1,1)",
                new Refusal(
                        "InstanceNorm2d: instanceNorm: %s",
                        () -> InstanceNorm2d.of(3, init).apply(Tensor.zeros(2, 3, 1, 1))));
        all.put(
                "InstanceNorm1d(3), input 4D",
                new Refusal(
                        "InstanceNorm1d: instanceNorm: %s",
                        () -> InstanceNorm1d.of(3, init).apply(Tensor.zeros(2, 3, 4, 4))));
        all.put(
                "InstanceNorm2d(3,affine=True), input with 5 channels",
                new Refusal(
                        "InstanceNorm2d: instanceNorm: %s; got weight [3] for the 5 channels of"
                                + " [2, 5, 4, 4]",
                        () ->
                                train(
                                        InstanceNorm2d.of(3, 1e-5, 0.1, true, false, init),
                                        2,
                                        5,
                                        4,
                                        4)));
        all.put(
                "LayerNorm([3,4]), input (2,4,3)",
                new Refusal(
                        "LayerNorm: layerNorm: %s",
                        () ->
                                LayerNorm.of(Shape.of(3, 4), 1e-5, true, init)
                                        .apply(Tensor.zeros(2, 4, 3))));
        all.put(
                "LayerNorm(()) empty normalized_shape",
                new Refusal("LayerNorm: %s", () -> LayerNorm.of(Shape.of(), 1e-5, true, init)));
        all.put(
                "GroupNorm(4,6)",
                new Refusal(
                        "GroupNorm: %s; got num_channels=6 and num_groups=4",
                        () -> GroupNorm.of(4, 6, init)));
        all.put(
                "GroupNorm(2,2), input (1,2)",
                new Refusal(
                        "GroupNorm: groupNorm: %s",
                        () -> GroupNorm.of(2, 2, init).apply(Tensor.zeros(1, 2))));
        all.put(
                "InstanceNorm2d(3,momentum=None,track_running_stats=True) train",
                new Refusal(
                        "InstanceNorm2d: instanceNorm: %s; got null. Only BatchNorm averages over"
                                + " all batches",
                        () ->
                                train(
                                        InstanceNorm2d.of(3, 1e-5, null, false, true, init),
                                        2,
                                        3,
                                        4,
                                        4)));
        all.put(
                "F.batch_norm eval without running stats",
                new Refusal(
                        "batchNorm: %s",
                        () ->
                                BatchNormOps.batchNorm(
                                        Tensor.zeros(2, 3),
                                        null,
                                        null,
                                        null,
                                        null,
                                        1e-5,
                                        Finish.NONE)));
        return all;
    }

    /// What PyTorch accepts among the golden errors, and what only its GPU code refuses.
    private static Map<String, Runnable> accepted() {
        Init init = Init.of(1);
        Map<String, Runnable> all = new LinkedHashMap<>();
        all.put(
                "BatchNorm2d(4) eval, input (1,4,1,1)",
                () -> BatchNorm2d.of(4, init).apply(Tensor.zeros(1, 4, 1, 1)));
        all.put(
                "BatchNorm2d(2) train with numel 0, input (0,2,3,3)",
                () -> train(BatchNorm2d.of(2, init), 0, 2, 3, 3));
        all.put(
                "SyncBatchNorm on CPU",
                () ->
                        SyncBatchNorm.over(
                                alone(),
                                () -> {
                                    train(BatchNorm2d.of(2, init), 3, 2, 3, 3);
                                    return true;
                                }));
        return all;
    }

    private static Exchange alone() {
        return new Exchange() {
            @Override
            public int workers() {
                return 1;
            }

            @Override
            public List<double[]> gather(double[] mine) {
                throw new AssertionError("a single worker has nobody to ask");
            }
        };
    }

    /// All 16 cases of the golden file: 13 refused in PyTorch's words, 2 that it accepts, and the
    /// one that asks for a GPU, which works here.
    @Test
    void refusesWhatPyTorchRefusesInItsWords() {
        Map<String, Refusal> refusals = refusals();
        Map<String, Runnable> accepted = accepted();
        assertThat(GOLDEN.at("errors").list()).hasSize(16);
        for (Golden error : GOLDEN.at("errors").list()) {
            String name = error.at("case").text();
            Runnable works = accepted.remove(name);
            if (works != null) {
                works.run();
                continue;
            }
            Refusal refusal = Objects.requireNonNull(refusals.remove(name), name);
            assertThatThrownBy(refusal.body::run)
                    .as(name)
                    .isInstanceOf(ShapeException.class)
                    .hasMessage(refusal.message.replace("%s", error.at("error").text()));
        }
        assertThat(refusals).isEmpty();
        assertThat(accepted).isEmpty();
    }

    private static void refuses(Runnable body, String message) {
        assertThatThrownBy(body::run).isInstanceOf(TenonException.class).hasMessage(message);
    }

    @Test
    void refusesWhatDoesNotFit() {
        Init init = Init.of(1);
        refuses(
                () -> train(BatchNorm2d.of(4, init), 2, 5, 3, 3),
                "BatchNorm2d: batchNorm: running_mean should contain 5 elements not 4");
        refuses(
                () -> BatchNorm2d.of(4, init).apply(Tensor.zeros(2, 5, 3, 3)),
                "BatchNorm2d: batchNorm: running_mean should contain 5 elements not 4");
        refuses(
                () -> train(BatchNorm2d.of(4, 1e-5, 0.1, true, false, init), 2, 5, 3, 3),
                "BatchNorm2d: batchNorm: weight should contain 5 elements not 4");
        refuses(
                () -> train(BatchNorm1d.of(4, init), 2, 4, 3, 3),
                "BatchNorm1d: batchNorm: expected 2D or 3D input (got 4D input)");
        refuses(
                () -> train(BatchNorm1d.of(4, init), 1, 4),
                "BatchNorm1d: batchNorm: Expected more than 1 value per channel when training, got"
                        + " input size torch.Size([1, 4])");
        refuses( // as PyTorch, whose first check this is
                () -> train(BatchNorm2d.of(4, init), 1, 5, 1, 1),
                "BatchNorm2d: batchNorm: Expected more than 1 value per channel when training, got"
                        + " input size torch.Size([1, 5, 1, 1])");
        refuses(
                () -> InstanceNorm2d.of(3, init).apply(Tensor.zeros(2, 3)),
                "InstanceNorm2d: instanceNorm: expected 3D or 4D input (got 2D input)");
        refuses(
                () -> InstanceNorm3d.of(3, init).apply(Tensor.zeros(2, 3, 4)),
                "InstanceNorm3d: instanceNorm: expected 4D or 5D input (got 3D input)");
        refuses(
                () -> train(InstanceNorm1d.of(3, 1e-5, 0.1, false, true, init), 2, 5, 4),
                "InstanceNorm1d: instanceNorm: running_mean should contain 10 elements not 6; got 5"
                        + " channels for 3 features");
        refuses(
                () ->
                        InstanceNorm1d.of(3, 1e-5, 0.1, false, true, init)
                                .apply(Tensor.zeros(2, 5, 4)),
                "InstanceNorm1d: instanceNorm: running_mean should contain 10 elements not 6; got 5"
                        + " channels for 3 features");
        refuses(
                () -> train(InstanceNorm1d.of(3, 1e-5, 0.1, false, true, init), 2, 5, 1),
                "InstanceNorm1d: instanceNorm: Expected more than 1 spatial element when training,"
                        + " got input size torch.Size([2, 5, 1])");
        refuses(
                () -> GroupNorm.of(2, 4, init).apply(Tensor.zeros(2, 5, 3)),
                "GroupNorm: groupNorm: Expected number of channels in input to be divisible by"
                        + " num_groups, but got input of shape [2, 5, 3] and num_groups=2");
        refuses(
                () -> GroupNorm.of(2, 4, init).apply(Tensor.zeros(4)),
                "GroupNorm: groupNorm: Expected at least 2 dimensions for input tensor but received"
                        + " 1; got [4]");
        refuses(
                () -> GroupNorm.of(2, 4, init).apply(Tensor.zeros(1, 3)),
                "GroupNorm: groupNorm: Expected more than 1 value per channel when training, got"
                        + " input size [1, 2]");
        refuses(
                () -> RMSNorm.of(4, init).apply(Tensor.zeros(2, 3)),
                "RMSNorm: rmsNorm: Given normalized_shape=[4], expected input with shape [*, 4], but"
                        + " got input of size[2, 3]");
        refuses(
                () -> RMSNorm.of(Shape.of(), null, true, init),
                "RMSNorm: Expected normalized_shape to be at least 1-dimensional, i.e., containing"
                        + " at least one element, but got normalized_shape = []");
        refuses(
                () -> LocalResponseNorm.of(3).apply(Tensor.zeros(2, 3)),
                "LocalResponseNorm: localResponseNorm: Expected 3D or higher dimensionality"
                        + "                          input (got 2 dimensions)");
        refuses(() -> LocalResponseNorm.of(0), "LocalResponseNorm: size must be at least 1; got 0");
        refuses(
                () -> BatchNorm2d.of(4, 1e-5, 1.5, true, true, init),
                "BatchNorm2d: features must be at least 1 and momentum in [0, 1] or null; got 4 and"
                        + " 1.5");
        refuses(
                () -> new InstanceNorm1d(null, null, init.running(0, 2), null, null, 2, 1e-5, 0.1),
                "InstanceNorm1d: running statistics must be there all or none; got mean F32 [2],"
                        + " variance null, count null");
    }

    // ---- what PyTorch accepts

    @Test
    void evaluatesASingleValuePerChannel() {
        Tensor x = Tensor.of(new double[] {1, 2, 3, 4}, 1, 4, 1, 1).to(DType.F32);
        double[] y = BatchNorm2d.of(4, Init.of(1)).apply(x).toDoubles();
        double scale = 1 / Math.sqrt(1 + 1e-5);
        assertClose(y, new double[] {scale, 2 * scale, 3 * scale, 4 * scale}, 1, DType.F32, "y");
    }

    @Test
    void aBatchWithoutElementsLeavesTheStatistics() {
        BatchNorm layer = BatchNorm2d.of(2, Init.of(1));
        Tensor y = Mode.train(Rng.of(1), () -> layer.apply(Tensor.zeros(0, 2, 3, 3)));
        assertThat(y.shape()).isEqualTo(Shape.of(0, 2, 3, 3));
        assertThat(layer.state().get("running_mean").toDoubles()).containsExactly(0, 0);
        assertThat(layer.state().get("running_var").toDoubles()).containsExactly(1, 1);
    }

    @Test
    void evaluationAndConstantStatisticsLeaveTheLayerAsItIs() {
        BatchNorm layer = BatchNorm2d.of(2, Init.of(1));
        layer.apply(input(Shape.of(3, 2, 4, 4), 0, DType.F32));
        assertThat(layer.state().get("num_batches_tracked").item()).isZero();
        assertThat(layer.state().get("running_var").toDoubles()).containsExactly(1, 1);
        BatchNorm untracked = BatchNorm2d.of(2, 1e-5, 0.1, true, false, Init.of(1));
        Tensor x = input(Shape.of(3, 2, 4, 4), 0, DType.F32);
        assertThat(Mode.train(Rng.of(1), () -> untracked.apply(x)).toFloats())
                .isEqualTo(untracked.apply(x).toFloats());
    }

    /// Keras 3: `moving = 0.99 moving + 0.01 batch`, both of mean and biased variance; ε 1e-3.
    @Test
    void kerasKeepsTheBiasedVariance() {
        Tensor x = Tensor.of(new double[] {1, 5, 2, 7, 6, 9}, 3, 2).to(DType.F32);
        for (BatchNorm layer :
                List.of(
                        BatchNorm1d.keras(2, Init.of(1)),
                        BatchNorm2d.keras(2, Init.of(1)),
                        BatchNorm3d.keras(2, Init.of(1)))) {
            int[] space = new int[layer.spaceAxes() + 2];
            Arrays.fill(space, 1);
            space[0] = 3;
            space[1] = 2;
            Tensor y = Mode.train(Rng.of(1), () -> layer.apply(x.reshape(space)));
            double[] first = {y.toDoubles()[0], y.toDoubles()[1]};
            double[] wanted = {-2 / Math.sqrt(14.0 / 3 + 1e-3), -2 / Math.sqrt(8.0 / 3 + 1e-3)};
            assertClose(first, wanted, 1, DType.F32, "y");
            double[] mean = layer.state().get("running_mean").toDoubles();
            assertClose(mean, new double[] {0.03, 0.07}, 1, DType.F32, "mean");
            double[] variance = layer.state().get("running_var").toDoubles();
            double[] biased = {0.99 + 0.14 / 3, 0.99 + 0.08 / 3};
            assertClose(variance, biased, 1, DType.F32, "variance");
        }
    }

    @Test
    void forgetsItsStatistics() {
        BatchNorm layer = BatchNorm2d.of(2, Init.of(1));
        train(layer, 3, 2, 4, 4);
        layer.resetRunning();
        Map<String, Tensor> state = layer.state();
        assertThat(state.get("running_mean").toDoubles()).containsExactly(0, 0);
        assertThat(state.get("running_var").toDoubles()).containsExactly(1, 1);
        assertThat(state.get("num_batches_tracked").item()).isZero();
    }

    /// An unbatched input is one sample, and a residual follows it.
    @Test
    void oneSampleNeedsNoAxisOfSamples() {
        InstanceNorm2d layer = InstanceNorm2d.of(3, 1e-5, 0.1, true, false, Init.of(1));
        Tensor x = input(Shape.of(3, 4, 4), 0, DType.F32);
        Finish finish = new Finish(input(Shape.of(3, 4, 4), 1, DType.F32), null);
        Finish batched = new Finish(finish.residual().reshape(1, 3, 4, 4), null);
        assertClose(
                layer.apply(x, finish).toDoubles(),
                layer.apply(x.reshape(1, 3, 4, 4), batched).toDoubles(),
                1,
                DType.F32,
                "one sample");
    }

    // ---- folding, and norms of one's own

    @Test
    void aFoldedConvolutionDoesWhatBothDid() {
        long seed = 81;
        for (int groups : new int[] {1, 2}) {
            for (boolean affine : new boolean[] {true, false}) {
                Init init = Init.of(seed);
                Conv2dSettings settings = Conv2dSettings.of(1, 1).withGroups(groups);
                Conv2d conv = Conv2d.of(4, 6, 3, settings, affine, init);
                BatchNorm2d norm = BatchNorm2d.of(6, 1e-5, 0.1, affine, true, init);
                setParameters(norm);
                Tensor x = Rng.of(seed).normal(DType.F32, Shape.of(3, 4, 7, 7));
                Mode.train(Rng.of(1), () -> norm.apply(conv.apply(x)));
                Conv2d folded = conv.withFolded(norm);
                double[] expected = norm.apply(conv.apply(x)).toDoubles();
                double[] actual = folded.apply(x).toDoubles();
                for (int i = 0; i < expected.length; i++) {
                    assertThat(actual[i] - expected[i]).isBetween(-1e-4, 1e-4);
                }
            }
        }
    }

    @Test
    void foldsOnlyWhatHasStatisticsOfTheChannels() {
        Init init = Init.of(1);
        Conv2d conv = Conv2d.of(4, 6, 3, init);
        refuses(
                () -> conv.withFolded(BatchNorm2d.of(6, 1e-5, 0.1, true, false, init)),
                "Conv2d: the norm to fold must have running statistics of the channels; got none"
                        + " for 6");
        refuses(
                () -> conv.withFolded(BatchNorm2d.of(4, init)),
                "Conv2d: the norm to fold must have running statistics of the channels; got 4"
                        + " channels for 6");
    }

    @Test
    void aCustomNormBeginsAsLayerNorm() {
        Tensor x = input(Shape.of(2, 3, 6), 0, DType.F64);
        UnaryLayer custom = CustomNorm.of(6, Init.of(Rng.of(1), DType.F64));
        UnaryLayer layer = LayerNorm.of(6, Init.of(Rng.of(1), DType.F64));
        setParameters(custom);
        setParameters(layer);
        assertClose(
                custom.apply(x).toDoubles(), layer.apply(x).toDoubles(), 1, DType.F64, "custom");
        CustomNorm rms = CustomNorm.of(6, Init.of(Rng.of(1), DType.F64)).withCentre(v -> v.mul(0));
        UnaryLayer known = RMSNorm.of(Shape.of(6), 1e-5, true, Init.of(Rng.of(1), DType.F64));
        assertClose(rms.apply(x).toDoubles(), known.apply(x).toDoubles(), 1, DType.F64, "rms");
    }
}
